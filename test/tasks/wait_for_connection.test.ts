import { expect, test } from 'vitest'
import module from '../../src/tasks/wait_for_connection.ts'
import { planWith } from './worlds.ts'

// How it waits is tested in test/converge/absence.test.ts.
test('it waits for the connection that is there, and counts as no change', async () => {
  const { plan } = await planWith(module, { timeout: 30, delay: 2, sleep: 3, connect_timeout: 4 }, {})
  expect(plan).toMatchObject({
    status: 'change',
    counts: false,
    absence: { gone: false, timeout: 30, delay: 2, sleep: 3, connectTimeout: 4 },
  })
  expect(module.kind(module.params.parse({}))).toBe('wait')
})
