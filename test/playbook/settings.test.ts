import { expect, test } from 'vitest'
import { identityOf } from '../../src/playbook/settings.ts'
import type { Value } from '../../src/value.ts'
import { TaskScope } from '../../src/variables/scope.ts'
import { VariableStore } from '../../src/variables/store.ts'

/** The variables of a host as its inventory has them. */
function scopeOf(variables: Record<string, Value>): TaskScope {
  const inventory = new Map(
    Object.entries(variables).map(([name, value]) => [name, { value, place: undefined }]),
  )
  const record = { groups: [], inventory, facts: undefined, injected: undefined }
  const store = new VariableStore({ hosts: new Map([['a', record]]), groups: new Map(), extra: new Map() })
  return new TaskScope(store, 'a', 0, { magic: new Map(), loop: new Map(), environment: {}, texts: [] })
}

const located = (value: Value) => ({ value, place: { file: 'site.yml' } })
const NOBODY = { become: false, becomeUser: undefined }

test.each<[string, Record<string, Value>, Parameters<typeof identityOf>[0], unknown]>([
  ['nobody without become', {}, {}, {}],
  ['root by sudo', {}, { become: located(true) }, { becomeUser: 'root', method: 'sudo' }],
  [
    'whom the inventory names',
    { ansible_become_user: 'b' },
    { become: located('yes'), becomeUser: located('c') },
    { becomeUser: 'b', method: 'sudo' },
  ],
  [
    'the name for this method',
    { ansible_become_user: 'b', ansible_sudo_user: 'd', ansible_su_user: 'e' },
    { become: located(true) },
    { becomeUser: 'd', method: 'sudo' },
  ],
  [
    'the same for su',
    { ansible_sudo_user: 'd', ansible_su_user: 'e' },
    { become: located(true), becomeMethod: located('su') },
    { becomeUser: 'e', method: 'su' },
  ],
  ['nobody where the inventory says no', { ansible_become: false }, { become: located(true) }, {}],
])('a task becomes %s', (_, variables, task, expected) => {
  expect(identityOf(task, scopeOf(variables), NOBODY)).toEqual(expected)
})
