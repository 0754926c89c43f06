import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runLocal } from '../support/run-local.ts'
import { scratch } from '../world/hosts.ts'

const before = process.env['HOME']
const home = scratch()
beforeAll(() => {
  process.env['HOME'] = home
})
afterAll(() => {
  process.env['HOME'] = before
})

test('~ is the home directory on the controller, where a task names a file of it', async () => {
  writeFileSync(join(home, 'file'), 'mine')
  writeFileSync(join(home, 't.j2'), "{{ lookup('file', '~/file') }} {{ lookup('fileglob', '~/f*') }}")
  const done = await runLocal(`
- hosts: a
  gather_facts: false
  tasks:
    - copy: { src: ~/file, dest: '{{ playbook_dir }}/copied' }
    - template: { src: ~/t.j2, dest: '{{ playbook_dir }}/rendered' }
    - fetch: { src: '{{ playbook_dir }}/copied', dest: ~/fetched, flat: true }
`)
  expect(done.story).toEqual(['a copy changed', 'a template changed', 'a fetch changed'])
  expect(readFileSync(join(done.folder, 'copied'), 'utf8')).toBe('mine')
  expect(readFileSync(join(done.folder, 'rendered'), 'utf8')).toBe(`mine ${home}/file`)
  expect(readFileSync(join(home, 'fetched'), 'utf8')).toBe('mine')
})
