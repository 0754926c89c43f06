import { expect, test } from 'vitest'
import { moduleNames } from '../../src/tasks/index.ts'
import { otherSystem } from '../../src/playbook/other-systems.ts'
import { runLocal } from '../support/run-local.ts'

test.each([
  ['pacman', 'Arch Linux'],
  ['community.general.zypper', 'SUSE'],
  ['win_command', 'Windows'],
  ['ansible.windows.win_copy', 'Windows'],
  ['mycompany.tools.pacman', undefined],
  ['toString', undefined],
  ['apt', undefined],
])('%s is for %s', (name, system) => {
  expect(otherSystem(name)).toBe(system)
})

test('no module of hakube is for another system', () => {
  expect(moduleNames().filter((name) => otherSystem(name) !== undefined)).toEqual([])
})

const PLAYBOOK = `
- hosts: all
  tasks:
    - pacman: {name: haproxy, state: present}
      when: ansible_facts.os_family == 'Archlinux'
    - win_command: dir C:\\
      when: false
    - community.general.zypper:
        name: haproxy
`

test('a module of another system is skipped by its condition, and fails where it is reached', async () => {
  const done = await runLocal(PLAYBOOK, { check: true })
  expect(done.errors).toEqual([])
  expect(new Set(done.outcomes.map(({ module, status }) => `${module} ${status}`))).toEqual(
    new Set(['pacman skipped', 'win_command skipped', 'community.general.zypper failed']),
  )
  const failed = done.outcomes.find(({ status }) => status === 'failed')
  expect(failed?.reason).toContain('is for hosts with SUSE')
})
