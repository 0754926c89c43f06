import { expect, test } from 'vitest'
import { withoutModules } from '../../src/cli/without.ts'

test('names modules that hakube does not have, and no others', () => {
  expect([...withoutModules(['kube', 'community.general.ufw'])]).toEqual(['kube', 'community.general.ufw'])
  expect(withoutModules()).toEqual(new Set())
  for (const name of ['copy', 'ansible.builtin.copy'])
    expect(() => withoutModules([name])).toThrow(`--without ${name}: hakube has this module`)
})
