import { expect, test } from 'vitest'
import groupBy from '../../src/tasks/group_by.ts'
import { planLocal } from './local.ts'

test.each([
  [{ key: 'os Debian' }, { add_group: 'os-Debian', parent_groups: ['all'] }],
  [
    { key: 'a', parents: ['b c', 'd'] },
    { add_group: 'a', parent_groups: ['b-c', 'd'] },
  ],
  [
    { key: 7, parents: 'x,y' },
    { add_group: '7', parent_groups: ['x', 'y'] },
  ],
])('%j', async (args, result) => {
  expect(await planLocal(groupBy, args)).toMatchObject({ status: 'ok', result })
})
