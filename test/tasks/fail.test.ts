import { expect, test } from 'vitest'
import fail from '../../src/tasks/fail.ts'
import { planLocal } from './local.ts'

test.each([
  [{ msg: 'no systemd here' }, 'no systemd here'],
  [{ msg: 5 }, '5'],
  [{}, 'Failed as requested from task'],
])('%j', async (args, message) => {
  expect(await planLocal(fail, args)).toEqual({ status: 'fail', message, result: { msg: message } })
})
