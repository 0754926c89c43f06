import { expect, test } from 'vitest'
import pause from '../../src/tasks/pause.ts'
import { LOCAL_HOSTS, runLocal } from '../support/run-local.ts'

const play = (task: string) => `- hosts: web\n  gather_facts: false\n  tasks:\n    - ${task}\n`

test('waits once for all hosts, and gives what Ansible gives', async () => {
  const started = Date.now()
  const done = await runLocal(play('{name: p, pause: {seconds: 0, prompt: hold on}}'), {
    inventory: LOCAL_HOSTS,
  })
  expect(Date.now() - started).toBeGreaterThan(990)
  expect(done.story).toEqual(['a p ok'])
  expect(done.outcomes[0]).toMatchObject({ delegate: 'localhost', reason: 'wait 1 seconds: hold on' })
  expect(done.outcomes[0]?.result).toMatchObject({
    changed: false,
    delta: 1,
    stdout: 'Paused for 1.0 seconds',
    user_input: '',
    start: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
  })
})

test('does not wait in check mode', async () => {
  const done = await runLocal(play('{name: p, pause: {minutes: 5}}'), { inventory: LOCAL_HOSTS, check: true })
  expect(done.outcomes).toMatchObject([{ status: 'ok', reason: 'would wait 5 minutes' }])
  expect(done.summary?.exitCode).toBe(0)
})

test.each([
  ['{pause: {prompt: go on?}}', /seconds or minutes/],
  ['{pause: }', /seconds or minutes/],
  ['{pause: {seconds: 1, minutes: 1}}', /exclude/],
])('refuses %s', async (task, message) => {
  const done = await runLocal(play(task), { inventory: LOCAL_HOSTS })
  expect(done.story).toEqual([expect.stringMatching(message)])
})

test('a time may be text', () => {
  expect(pause.params.parse({ seconds: '30' })).toMatchObject({ seconds: 30 })
})
