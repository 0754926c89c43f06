import { expect, it } from 'vitest'
import ha_release from '../../src/tasks/ha_release.ts'
import { id, World } from '../../src/world/world.ts'
import { controllerWith, planOf } from './harness.ts'

const prepared = ha_release.prepare(ha_release.params.parse({ addresses: '10.0.0.10' }), controllerWith())

function plan(activity: 'active' | 'inactive') {
  const unit = { known: true, enablement: 'enabled', activity, needsReload: false }
  const answers = new Map<string, unknown>([
    [id('unit', 'keepalived.service'), unit],
    [id('platform', 'host'), { packageManager: 'dnf', serviceManager: 'systemd', osFamily: 'RedHat' }],
  ])
  return planOf(ha_release, prepared, new World(answers))
}

it('stops keepalived behind a drain that takes its settings back', () => {
  const found = plan('active')
  if (found.status !== 'change') throw new Error(JSON.stringify(found))
  expect(found.summary).toBe('stop keepalived.service')
  const text = found.apply.text
  expect(text.indexOf('trap')).toBeLessThan(text.indexOf('tcp_syncookies\n  ip tcp_metrics'))
  expect(text.indexOf('sleep')).toBeLessThan(text.indexOf('systemctl'))
  expect(text).toContain('vips=10.0.0.10')
})

it('has nothing to do where keepalived is off', () => {
  expect(plan('inactive').status).toBe('ok')
})
