import { expect, test } from 'vitest'
import type { RoleUse } from '../../src/playbook/model.ts'
import { rolesAt, seenAtFirst, withPublic } from '../../src/playbook/public-roles.ts'

const role = (name: string): RoleUse => ({
  name,
  path: `/roles/${name}`,
  defaults: new Map(),
  vars: new Map(),
  entryVars: new Map(),
  params: new Map(),
  dependencies: [],
  parent: undefined,
  included: true,
  key: name,
  again: true,
})

const names = (seen: ReturnType<typeof seenAtFirst>, position: number) =>
  rolesAt(seen, position).map((use) => use.name)

test('a role that is made public is seen behind its include, whichever include comes first', () => {
  const own = seenAtFirst([role('own')])
  const later = withPublic(own, role('later'), 8)
  const both = withPublic(later, role('earlier'), 4)
  expect([-1, 4, 5, 8, 9].map((position) => names(both, position).join(' '))).toEqual([
    'own',
    'own',
    'own earlier',
    'own earlier',
    'own earlier later',
  ])
  // Of two at one step both.
  expect(names(withPublic(both, role('twin'), 8), 9)).toEqual(['own', 'earlier', 'later', 'twin'])
  expect(names(withPublic(both, role('twin'), 8), 8)).toEqual(['own', 'earlier'])
})
