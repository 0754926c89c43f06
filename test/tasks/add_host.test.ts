import { expect, test } from 'vitest'
import addHost from '../../src/tasks/add_host.ts'
import { isDict, toJson } from '../../src/value.ts'
import { planLocal } from './local.ts'

async function added(args: Record<string, unknown>): Promise<unknown> {
  const plan = await planLocal(addHost, args)
  const value = plan.status === 'ok' ? plan.result?.['add_host'] : undefined
  return isDict(value) ? toJson(value) : undefined
}

test.each([
  [{ name: 'a' }, { host_name: 'a', groups: [], host_vars: {} }],
  [
    { name: 'a:2222', groups: 'x, y', k: 1 },
    { host_name: 'a', groups: ['x', 'y'], host_vars: { ansible_ssh_port: 2222, k: 1 } },
  ],
  [
    { name: 'fe80::1', l: [1, { a: 'b' }] },
    { host_name: 'fe80::1', groups: [], host_vars: { l: [1, { a: 'b' }] } },
  ],
])('%j', async (args, expected) => {
  expect(await added(args)).toEqual(expected)
})

test('takes no text that would be a template later', async () => {
  await expect(added({ name: 'a', k: ['{{ x }}'] })).rejects.toThrow('add_host: k holds a template')
})
