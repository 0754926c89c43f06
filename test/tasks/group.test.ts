import { expect, test } from 'vitest'
import group from '../../src/tasks/group.ts'
import { group as there, rules, script } from './accounts.ts'
import { controllerWith } from './harness.ts'
import { applyOf, planWith } from './worlds.ts'

test.each([
  [{ name: 'ops' }, 'groupadd ops || exit 1'],
  [{ name: 'ops', gid: '4001', system: 'yes' }, 'groupadd -g 4001 -r ops || exit 1'],
  [{ name: 'ops', gid: 4001, non_unique: true }, 'groupadd -g 4001 -o ops || exit 1'],
  [{ name: 'ops', gid_min: 5000, gid_max: 5010 }, 'groupadd -K GID_MIN=5000 -K GID_MAX=5010 ops || exit 1'],
])('%j is added', async (args, command) => {
  const { plan, world, again } = await planWith(group, args, rules())
  expect(applyOf(plan)).toContain(command)
  if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
})

test.each([
  [{ name: 'ops', gid: 4002 }, 'groupmod -g 4002 ops'],
  [{ name: 'ops', state: 'absent' }, 'groupdel ops'],
  [{ name: 'ops', state: 'absent', force: true }, 'groupdel -f ops'],
])('%j changes one that is there', async (args, command) => {
  const { plan, world, again } = await planWith(group, args, { ...rules(), ...there('ops', 4001) })
  expect(applyOf(plan)).toContain(command)
  if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
})

test.each([
  [{ name: 'ops' }, 'group ops is there'],
  [{ name: 'ops', gid: 4001 }, 'group ops is there'],
  [{ name: 'other', state: 'absent' }, 'there is no group other'],
])('%j: nothing to do', async (args, reason) => {
  const { plan } = await planWith(group, args, { ...rules(), ...there('ops', 4001) })
  expect(plan).toMatchObject({ status: 'ok', reason })
})

test('a name that is a number is a name', async () => {
  const { plan } = await planWith(group, { name: '4001' }, { ...rules(), ...there('ops', 4001) })
  expect(plan).toMatchObject({ status: 'change', summary: 'add group 4001' })
})

test('the own group of a user stays', async () => {
  const answers = { ...rules(), ...there('ops', 4001), ...script('group of ops', ['anna', 'berta']) }
  const { plan } = await planWith(group, { name: 'ops', state: 'absent' }, answers)
  expect(plan).toMatchObject({ status: 'fail', message: 'ops is the own group of anna, berta' })
  const forced = await planWith(group, { name: 'ops', state: 'absent', force: true }, answers)
  expect(forced.plan.status).toBe('change')
})

test('a number that is taken, and a host without the tools', async () => {
  const taken = await planWith(group, { name: 'new', gid: 4001 }, { ...rules(), ...there('ops', 4001) })
  expect(taken.plan).toMatchObject({ status: 'fail', message: "the number 4001 is group ops's already" })
  const bare = await planWith(group, { name: 'new' }, {})
  expect(bare.plan).toMatchObject({ status: 'fail', message: 'this host has no groupadd' })
})

test.each([
  [{ name: 'a:b' }, 'not the name'],
  [{ name: '-r' }, 'not the name'],
  [{ name: 'a', non_unique: true }, 'needs gid'],
])('%j is refused: %s', (args, message) => {
  expect(() => group.prepare(group.params.parse(args), controllerWith())).toThrow(message)
})
