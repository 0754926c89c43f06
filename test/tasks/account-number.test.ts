import { expect, test } from 'vitest'
import { maybeTaken, numberQuestions } from '../../src/tasks/account-number.ts'
import group from '../../src/tasks/group.ts'
import user from '../../src/tasks/user.ts'
import { groupBecomes, userBecomes } from '../../src/world/account-effects.ts'
import type { TaskModule } from '../../src/task.ts'
import type { Effect } from '../../src/world/world.ts'
import { id, keyOf, World } from '../../src/world/world.ts'
import { controllerWith } from './harness.ts'

const never = Number.NaN
const account = { exists: true, comment: '', home: '/h', shell: '/bin/sh', groups: [] } as const

function made(...names: readonly string[]): Effect[] {
  return names.flatMap((name) => [
    ...userBecomes({ ...account, name, uid: never, gid: never }),
    ...groupBecomes({ exists: true, name, gid: never, members: [] }),
  ])
}

/** A host on which these numbers have somebody, behind tasks that make accounts. */
function worldWith(numbers: readonly number[], effects: readonly Effect[], asked: number): World {
  const answers = new Map<string, unknown>()
  for (const question of [...numberQuestions('user', asked), ...numberQuestions('group', asked)]) {
    const { kind } = question
    const key = keyOf(question)
    const there = kind === 'user' ? { ...account, gid: 1 } : { exists: true, members: [] }
    const taken = { ...there, name: `n${key}`, [kind === 'user' ? 'uid' : 'gid']: Number(key) }
    answers.set(id(kind, key), numbers.includes(Number(key)) ? taken : { exists: false })
  }
  return new World(answers).after(effects)
}

test.each<[string, readonly number[], readonly Effect[], number, boolean]>([
  ['behind no task that makes an account', [4801], [], 4802, false],
  ['far from all that are taken', [], made('a'), 4802, false],
  ['next to one that is taken, behind a new account', [4801], made('a'), 4802, true],
  ['below one that is taken, as a system account gets it', [998], made('a'), 997, true],
  ['the first that is given', [], made('a'), 1000, true],
  ['behind two new accounts, of which the first may be beside it', [], made('a', 'b'), 4802, true],
  ['that somebody has', [4801, 4802], made('a'), 4802, false],
])('a number %s may be taken: with %j', (_name, numbers, effects, number, doubt) => {
  const world = worldWith(numbers, effects, number)
  for (const kind of ['user', 'group'] as const) {
    const found = maybeTaken(kind, number, world)
    if (doubt) expect(found).toEqual({ status: 'unknown', why: `which number ${kind} a gets is not known` })
    else expect(found).toBeUndefined()
  }
})

test('an account that has a number of its own takes no other', () => {
  const own = userBecomes({ ...account, name: 'a', uid: 4802, gid: 1 })
  expect(worldWith([], own, 4802).peek('user', { name: '4802' })).toMatchObject({ exists: true, name: 'a' })
  expect(maybeTaken('user', 4801, worldWith([4800], own, 4801))).toBeUndefined()
})

test.each<['user' | 'group', TaskModule, object]>([
  ['user', user, { name: 'b', uid: 4802 }],
  ['group', group, { name: 'b', gid: 4802 }],
])('%s asks for the number before its own, too', async (kind, module, args) => {
  const prepared = await module.prepare(module.params.parse(args), controllerWith())
  const asked = module.asks(prepared).flatMap((one) => (one.kind === kind ? [one.ask.name] : []))
  expect(asked).toEqual(expect.arrayContaining(['4801', '4802']))
})
