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

test('what systemd has no use for is named in a warning', async () => {
  const args = {
    name: 'haproxy',
    state: 'started',
    pattern: '/usr/sbin/haproxy',
    sleep: 2,
    runlevel: 'default',
  }
  const { plan } = await planWith(service, args, { ...debian, ...unit('haproxy.service') })
  expect(plan).toMatchObject({
    status: 'ok',
    result: {
      state: 'started',
      warnings: ['pattern', 'runlevel', 'sleep'].map(
        (name) => `service: ${name} has no meaning under systemd`,
      ),
    },
  })
  const { plan: quiet } = await planWith(
    service,
    { name: 'haproxy', state: 'started' },
    { ...debian, ...unit('haproxy.service') },
  )
  expect(quiet).not.toHaveProperty('result.warnings')
})

test('restarted and reloaded are actions', () => {
  expect(service.kind(service.params.parse({ name: 'a', state: 'restarted' }))).toBe('action')
  expect(service.kind(service.params.parse({ name: 'a', state: 'started' }))).toBe('state')
})
