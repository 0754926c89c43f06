import { expect, test } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import debug from '../../src/tasks/debug.ts'
import { fromJson } from '../../src/value.ts'
import { planLocal } from './local.ts'

const evaluate = (expression: string) => `value of ${expression}`

test.each([
  [{}, { msg: 'Hello world!' }],
  [{ msg: 'text' }, { msg: 'text' }],
  [{ msg: '' }, { msg: '' }],
  [{ msg: { a: [1, null] } }, { msg: fromJson({ a: [1, null] }) }],
  [{ var: 'a.b' }, { 'a.b': 'value of a.b' }],
])('%j', async (args, result) => {
  expect(await planLocal(debug, args, { evaluate })).toEqual({ status: 'ok', reason: 'shown', result })
})

test('is silent below its verbosity, and evaluates nothing then', async () => {
  expect(await planLocal(debug, { var: 'a', verbosity: 2 }, { verbosity: 1 })).toEqual({
    status: 'ok',
    reason: 'shown with -vv only',
    result: { skipped_reason: 'Verbosity threshold not met.' },
    skips: true,
  })
  expect(await planLocal(debug, { msg: 'a', verbosity: '2' }, { verbosity: 2 })).toMatchObject({
    result: { msg: 'a' },
  })
})

test('msg and var exclude each other', () => {
  expect(debug.params.safeParse({ msg: 'a', var: 'b' }).error?.issues[0]?.message).toMatch(/exclude/)
})

test('shows that a variable is undefined, and fails of every other mistake', async () => {
  const failing = (code: string) => (): never => {
    throw new HakubeError('wrong', { code })
  }
  expect(await planLocal(debug, { var: 'a.b' }, { evaluate: failing('undefined-variable') })).toMatchObject({
    result: { 'a.b': 'VARIABLE IS NOT DEFINED!' },
  })
  await expect(planLocal(debug, { var: 'a b' }, { evaluate: failing('template-syntax') })).rejects.toThrow(
    'wrong',
  )
})
