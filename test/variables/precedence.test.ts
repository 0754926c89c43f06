import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { said } from '../playbook/support.ts'

/**
 * The levels of Ansible's documentation that are variables, from the lowest on, with what each says. There is one variable
 * for each level, which that level and all below it set: it must be what its own level says.
 */
const LEVELS = [
  'role defaults',
  'inventory file group vars',
  'inventory group_vars all',
  'playbook group_vars all',
  'inventory group_vars',
  'playbook group_vars',
  'inventory file host vars',
  'inventory host_vars',
  'playbook host_vars',
  'facts',
  'play vars',
  'play vars_prompt',
  'play vars_files',
  'role vars',
  'block vars',
  'task vars',
  'include_vars',
  'set_facts',
  'role params',
  'include params',
  'extra vars',
] as const
type Level = (typeof LEVELS)[number]

/** Only a fact can stand for facts. */
const nameOf = (level: Level) => (level === 'facts' ? 'ansible_system' : level.replaceAll(/\W/g, '_'))

/** The variables that a level sets: its own, and those of the levels above it. */
const names = (level: Level) => LEVELS.slice(LEVELS.indexOf(level)).map(nameOf)
const yaml = (level: Level) =>
  names(level)
    .map((name) => `${name}: ${level}\n`)
    .join('')
const flow = (level: Level) =>
  `{${names(level)
    .map((name) => `${name}: ${level}`)
    .join(', ')}}`

const PLAYBOOK = `- hosts: web
  vars: ${flow('play vars')}
  vars_prompt: [${names('play vars_prompt')
    .map((name) => `{name: ${name}, default: play vars_prompt}`)
    .join(', ')}]
  vars_files: [files.yml]
  pre_tasks:
    - include_vars: included.yml
    - set_fact: ${flow('set_facts')}
  roles:
    - ${flow('role params').replace('{', '{role: r, ')}
`

const FILES = {
  'inv/hosts.ini': `[web]\na ansible_connection=local ${names('inventory file host vars')
    .map((name) => `${name}="inventory file host vars"`)
    .join(' ')}\n[web:vars]\n${names('inventory file group vars')
    .map((name) => `${name}=inventory file group vars\n`)
    .join('')}`,
  'inv/group_vars/all.yml': yaml('inventory group_vars all'),
  'inv/group_vars/web.yml': yaml('inventory group_vars'),
  'inv/host_vars/a.yml': yaml('inventory host_vars'),
  'group_vars/all.yml': yaml('playbook group_vars all'),
  'group_vars/web.yml': yaml('playbook group_vars'),
  'host_vars/a.yml': yaml('playbook host_vars'),
  'files.yml': yaml('play vars_files'),
  'included.yml': yaml('include_vars'),
  'roles/r/defaults/main.yml': yaml('role defaults'),
  'roles/r/vars/main.yml': yaml('role vars'),
  'roles/r/tasks/main.yml': `- vars: ${flow('block vars')}\n  block:\n    - include_tasks: shown.yml\n      vars: ${flow('include params')}\n`,
  'roles/r/tasks/shown.yml': LEVELS.map(
    (level) => `- debug: {msg: "{{ ${nameOf(level)} }}"}\n  vars: ${flow('task vars')}\n`,
  ).join(''),
}

it('variables have the precedence of Ansible’s documentation', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hakube-precedence-'))
  const extra = Object.fromEntries(names('extra vars').map((name) => [name, 'extra vars']))
  const options = { folder, inventories: [join(folder, 'inv/hosts.ini')], extra }
  const expected = LEVELS.map((level) => (level === 'facts' ? 'Linux' : level))
  expect(await said(PLAYBOOK, FILES, options)).toEqual(expected)
})
