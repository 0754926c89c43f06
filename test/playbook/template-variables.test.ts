import { mkdirSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runLocal } from '../support/run-local.ts'
import { ONE, told } from './support.ts'

const TEXT =
  '# {{ ansible_managed }}\n{{ template_path }} {{ template_fullpath }} {{ template_destpath }} {{ template_host }} {{ template_uid }}\n'

/** What a template says of itself, with this line of ansible_managed. */
async function rendered(ansibleManaged: string | undefined): Promise<{ folder: string; text: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'hakube-run-'))
  mkdirSync(join(folder, 'templates/sub'), { recursive: true })
  writeFileSync(join(folder, 'templates/sub/t.j2'), TEXT)
  utimesSync(join(folder, 'templates/sub/t.j2'), 0, new Date(2024, 1, 3, 4, 5, 6))
  const { errors } = await runLocal(
    '- hosts: all\n  gather_facts: no\n  tasks:\n    - template: {src: sub/t.j2, dest: "{{ playbook_dir }}/out"}\n',
    {
      folder,
      inventory: ONE,
      settings: { notes: [], warnings: [], ansibleManaged },
    },
  )
  expect(told(errors)).toBe('')
  return { folder, text: readFileSync(join(folder, 'out'), 'utf8') }
}

// As ansible-core 2.14 does it.
test.each([
  [undefined, 'Ansible managed'],
  ['Managed: {file} by {uid} on {host}', `Managed: sub/t.j2 by ${userInfo().username} on ${hostname()}`],
  ['{{file}} since %Y-%m-%d %H:%M', '{file} since 2024-02-03 04:05'],
])('ansible_managed = %s', async (line, shown) => {
  const { folder, text } = await rendered(line)
  const own = [
    'sub/t.j2',
    join(folder, 'templates/sub/t.j2'),
    join(folder, 'out'),
    hostname(),
    userInfo().username,
  ]
  expect(text).toBe(`# ${shown}\n${own.join(' ')}\n`)
})
