import { expect, test } from 'vitest'
import set_fact from '../../src/tasks/set_fact.ts'
import { toJson } from '../../src/value.ts'
import { planLocal } from './local.ts'

test.each([
  [
    { a: 'x', b: 1 },
    { a: 'x', b: 1 },
  ],
  [
    { a: 'yes', b: 'False', c: 'on', d: 'YES' },
    { a: true, b: false, c: 'on', d: true },
  ],
  [{ a: { b: ['yes'] }, cacheable: 'yes' }, { a: { b: ['yes'] } }],
  [
    { __proto: null, constructor: 1 },
    { __proto: null, constructor: 1 },
  ],
])('%j', async (args, facts) => {
  const plan = await planLocal(set_fact, args)
  expect(plan).toMatchObject({ status: 'ok', reason: `set ${Object.keys(facts).join(', ')}` })
  const result = plan.status === 'ok' ? plan.result?.['ansible_facts'] : undefined
  expect(toJson(result ?? null)).toEqual(facts)
})

test.each([
  [{ 'a-b': 1 }, /"a-b" cannot be the name of a variable/],
  [{ '1a': 1 }, /"1a" cannot be/],
  [{}, /set_fact sets no variable/],
  [{ cacheable: true }, /set_fact sets no variable/],
])('%j is refused', async (args, message) => {
  await expect(planLocal(set_fact, args)).rejects.toThrow(message)
})
