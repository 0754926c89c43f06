import { expect, test } from 'vitest'
import { otherSystem } from '../../src/playbook/other-systems.ts'
import { moduleNames } from '../../src/tasks/index.ts'

test.each([
  ['pacman', 'Arch Linux'],
  ['community.general.zypper', 'SUSE'],
  ['pkgin', 'NetBSD or SmartOS'],
  ['community.general.sysrc', 'FreeBSD'],
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
