import { expect, test } from 'vitest'
import assert from '../../src/tasks/assert.ts'
import { planLocal } from './local.ts'

const controller = { test: (expression: string) => expression === 'true' }
const msg = 'Assertion failed'

test.each([
  [{ that: 'true' }, { status: 'ok', result: { msg: 'All assertions passed' } }],
  [{ that: ['true', true] }, { status: 'ok', result: { msg: 'All assertions passed' } }],
  [
    { that: true, success_msg: 'fine' },
    { status: 'ok', result: { msg: 'fine' } },
  ],
  [
    { that: ['true', 'a > b', 'c'] },
    {
      status: 'fail',
      message: 'Assertion failed: a > b',
      result: { msg, assertion: 'a > b', evaluated_to: false },
    },
  ],
  [
    { that: false, quiet: true },
    { status: 'fail', message: 'Assertion failed: false', result: { msg } },
  ],
  [
    { that: 'x', fail_msg: 'no' },
    { status: 'fail', message: 'no' },
  ],
  [
    { that: 'x', msg: ['no', 'really'] },
    { status: 'fail', message: 'no\nreally', result: { msg: ['no', 'really'] } },
  ],
])('%j', async (args, plan) => {
  expect(await planLocal(assert, args, controller)).toMatchObject(plan)
})

test.each([[{}], [{ that: 5 }], [{ that: 'x', msg: 'a', fail_msg: 'b' }]])('%j is refused', (args) => {
  expect(assert.params.safeParse(args).success).toBe(false)
})
