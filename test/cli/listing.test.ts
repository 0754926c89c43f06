import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hakubeIn } from './support.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hakube-listing-'))
  writeFileSync(join(folder, 'hosts.ini'), '[web]\na\nb\n')
  writeFileSync(
    join(folder, 'site.yml'),
    `- name: For {{ lookup('password', 'made/play') | length }}
  hosts: web
  tasks:
    - import_tasks: "{{ 'more.yml' if lookup('password', 'made/import') else '' }}"
`,
  )
  writeFileSync(
    join(folder, 'more.yml'),
    "- {name: Tell, debug: {msg: \"{{ lookup('password', 'made/task') }}\"}}\n",
  )
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('what only looks', () => {
  it.each([
    ['--syntax-check', 'no mistakes found'],
    ['--list-hosts', 'a\n'],
    ['--list-tasks', 'Tell'],
  ])('%s makes no file for a password', async (option, text) => {
    const site = join(folder, 'site.yml')
    const { code, out } = await hakubeIn(folder, ['apply', '-i', join(folder, 'hosts.ini'), site, option])
    expect({ code, out: out.toString() }).toEqual({ code: 0, out: expect.stringContaining(text) })
    expect(existsSync(join(folder, 'made'))).toBe(false)
  })
})
