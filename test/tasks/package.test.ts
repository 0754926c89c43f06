import { expect, test } from 'vitest'
import package_ from '../../src/tasks/package.ts'
import { applyOf, bare, debian, el, planWith } from './worlds.ts'

test.each([
  [debian, 'apt-get'],
  [el, '"$tool"'],
])('the host has its own manager: %j', async (platform, tool) => {
  const { plan } = await planWith(package_, { name: ['keepalived', 'haproxy'] }, platform)
  expect(applyOf(plan)).toContain(tool)
  expect(plan).toMatchObject({ summary: 'install keepalived, install haproxy' })
})

test('use: another one is refused', async () => {
  const { plan } = await planWith(package_, { name: 'a', use: 'dnf' }, debian)
  expect(plan).toMatchObject({ status: 'fail', message: expect.stringContaining('apt') })
})

test('a host without one is refused', async () => {
  expect((await planWith(package_, { name: 'a' }, bare)).plan.status).toBe('fail')
})

test('an empty list has nothing to do', async () => {
  const { plan } = await planWith(package_, { name: [] }, debian)
  expect(plan.status).toBe('ok')
})
