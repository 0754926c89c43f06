import { expect, test } from 'vitest'
import dnf from '../../src/tasks/dnf.ts'
import yum from '../../src/tasks/yum.ts'
import { applyOf, debian, el, planWith } from './worlds.ts'

test('yum does what dnf does', async () => {
  const args = { name: 'a', enablerepo: 'x' }
  const plans = await Promise.all([yum, dnf].map((module) => planWith(module, args, el)))
  const [first, second] = plans.map(({ plan }) => applyOf(plan))
  expect(first).toBe(second)
  expect(yum.unsupported).toBe(dnf.unsupported)
})

test('and says its own name', async () => {
  const { plan } = await planWith(yum, { name: 'a' }, debian)
  expect(plan).toMatchObject({ status: 'fail', message: expect.stringContaining('yum') })
})
