import { expect, test } from 'vitest'
import fail from '../../src/tasks/fail.ts'
import { planLocal } from './local.ts'

test('a list of lines stays one in the result, as in Ansible', async () => {
  const lines = ['one', 2]
  expect(await planLocal(fail, { msg: lines })).toEqual({
    status: 'fail',
    message: 'one\n2',
    result: { msg: ['one', '2'] },
  })
})

test.each([
  [{ msg: 'no systemd here' }, 'no systemd here'],
  [{ msg: 5 }, '5'],
  [{}, 'Failed as requested from task'],
])('%j', async (args, message) => {
  expect(await planLocal(fail, args)).toEqual({ status: 'fail', message, result: { msg: message } })
})
