import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runLocal } from '../support/run-local.ts'

const INVENTORY = '[web]\na ansible_connection=local\n'
const run = (text: string) => runLocal(text, { inventory: INVENTORY })
const read = (folder: string) => readFileSync(join(folder, 'out.txt'), 'utf8')

/** Tasks that read what the task before them has gathered. */
const play = (tasks: string, more = '') => `- hosts: web
  gather_facts: false
${more}  tasks:
${tasks.replace(/^/gm, '    ')}
    - copy:
        content: "{{ text }}"
        dest: "{{ playbook_dir }}/out.txt"
      vars:
        text: "{{ shown }}"
`

test('what a task gathers is in ansible_facts, beside the facts of the host, and a variable of its own', async () => {
  const tasks = `- package_facts:
- set_fact:
    shown: "{{ ansible_facts.packages == packages }} {{ 'dpkg' in packages or 'rpm' in packages }} {{ hostvars.a.ansible_facts.system }}"`
  const { summary, folder } = await run(play(tasks).replace('gather_facts: false', 'gather_facts: true'))
  expect(summary?.exitCode).toBe(0)
  expect(read(folder)).toMatch(/^True True Linux$/)
})

test('variables of the play win over facts of the same name, as in Ansible', async () => {
  const { folder } = await run(
    play(
      `- package_facts:
- set_fact: {shown: "{{ packages }} {{ ansible_facts.packages is mapping }}"}`,
      '  vars: {packages: mine}\n',
    ),
  )
  expect(read(folder)).toBe('mine True')
})

test('a cacheable variable is a fact as well, another one is not', async () => {
  const tasks = `- set_fact: {colour: red, cacheable: yes}
- set_fact: {size: 3}
- set_fact: {shown: "{{ ansible_facts.colour }} {{ colour }} {{ ansible_facts.size is defined }} {{ size }}"}`
  const { folder } = await run(play(tasks))
  expect(read(folder)).toBe('red red False 3')
})

test.each([
  ['', ''],
  ['once for all', '  run_once: true\n'],
])('a task that fails owes nothing any more to who reads all facts %s', async (_, more) => {
  const tasks = `- getent: {database: passwd, key: no-such-user}
  ignore_errors: true
${more}- getent: {database: passwd, key: root}
  when: false
${more}- set_fact: {shown: "{{ ansible_facts.getent_passwd is defined }} {{ getent_passwd is defined }}"}`
  const inventory = `${INVENTORY}b ansible_connection=local\n`
  const { errors, folder, summary } = await runLocal(play(tasks), { inventory })
  expect({ errors, code: summary?.exitCode }).toEqual({ errors: [], code: 0 })
  expect(read(folder)).toBe('False False')
})
