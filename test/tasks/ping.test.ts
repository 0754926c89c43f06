import { expect, test } from 'vitest'
import ping from '../../src/tasks/ping.ts'
import { runTask, shells } from './harness.ts'

test.each(shells.map((shell) => [shell.name, shell] as const))('answers through %s', async (_, shell) => {
  expect((await runTask(ping, {}, shell)).plan).toMatchObject({ status: 'ok', result: { ping: 'pong' } })
  expect((await runTask(ping, { data: 7 }, shell)).result).toEqual({ ping: '7' })
})

test('crash fails, as in Ansible', async () => {
  const [shell] = shells
  if (!shell) throw new Error('no shell')
  expect((await runTask(ping, { data: 'crash' }, shell)).plan).toMatchObject({
    status: 'fail',
    message: 'boom',
  })
})
