import { expect, test } from 'vitest'
import service from '../../src/tasks/service.ts'
import { applyOf, bare, debian, planWith, unit } from './worlds.ts'

test('a service is a unit', async () => {
  const answers = { ...debian, ...unit('haproxy.service', { activity: 'inactive', enablement: 'disabled' }) }
  const { plan } = await planWith(service, { name: 'haproxy', state: 'started', enabled: 'yes' }, answers)
  expect(plan).toMatchObject({
    status: 'change',
    result: { name: 'haproxy', state: 'started', enabled: true },
  })
  expect(applyOf(plan)).toMatch(/systemctl enable -- haproxy\.service[^]*systemctl start -- haproxy\.service/)
})

test('a host without systemd is refused, by name', async () => {
  const { plan } = await planWith(service, { name: 'haproxy', state: 'started' }, bare)
  expect(plan).toMatchObject({ status: 'fail', message: expect.stringContaining('service') })
})

test.each(['arguments', 'pattern', 'sleep', 'runlevel'])('%s is known and not supported', (name) => {
  expect(service.unsupported).toHaveProperty(name)
  expect(service.params.safeParse({ name: 'a', [name]: 'x' }).success).toBe(false)
})

test('restarted and reloaded are actions', () => {
  expect(service.kind(service.params.parse({ name: 'a', state: 'restarted' }))).toBe('action')
  expect(service.kind(service.params.parse({ name: 'a', state: 'started' }))).toBe('state')
})
