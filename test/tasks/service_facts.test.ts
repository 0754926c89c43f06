import { expect, test } from 'vitest'
import { readServices, servicesAsk } from '../../src/tasks/service-listing.ts'
import service_facts from '../../src/tasks/service_facts.ts'
import { toJson } from '../../src/value.ts'
import { effect, id } from '../../src/world/world.ts'
import { planWith } from './worlds.ts'

/** What a Debian 12 host printed, shortened. */
const SYSTEMD = `# sysv
 [ + ]  cron
 [ - ]  hwclock.sh
 [ ? ]  odd
# units
auditd.service             not-found inactive dead    auditd.service
console-getty.service      masked    inactive dead    console-getty.service
cron.service               loaded    active   running Regular background program processing daemon
keepalived.service         loaded    failed   failed  Keepalive Daemon (LVS and VRRP)
getty@tty1.service         loaded    inactive dead    Getty on tty1
# files
console-getty.service      masked   disabled
cron.service               enabled  enabled
keepalived.service         enabled  enabled
getty@.service             enabled  enabled
anacron.service            disabled enabled
sshd.service               alias    -
# names
console-getty.service
cron.service
keepalived.service
anacron.service
sshd.service
# states
ActiveState=inactive

ActiveState=active

ActiveState=failed

ActiveState=inactive

ActiveState=active
`

const service = (name: string, state: string, status: string) => ({ name, state, status, source: 'systemd' })

test("systemd's units and files, beside scripts of System V init", () => {
  expect(toJson(readServices(SYSTEMD))).toEqual({
    cron: { name: 'cron', state: 'running', source: 'sysv' },
    'hwclock.sh': { name: 'hwclock.sh', state: 'stopped', source: 'sysv' },
    'auditd.service': service('auditd.service', 'stopped', 'not-found'),
    'console-getty.service': service('console-getty.service', 'stopped', 'masked'),
    'cron.service': service('cron.service', 'running', 'enabled'),
    'keepalived.service': service('keepalived.service', 'stopped', 'failed'),
    'getty@tty1.service': service('getty@tty1.service', 'stopped', 'inactive'),
    'getty@.service': service('getty@.service', 'unknown', 'enabled'),
    'anacron.service': service('anacron.service', 'inactive', 'disabled'),
    'sshd.service': service('sshd.service', 'active', 'alias'),
  })
})

test('chkconfig and OpenRC', () => {
  const text = `# chkconfig
0 network 0:off 1:off 2:on 3:on 4:on 5:on 6:off
3 netconsole 0:off 1:off 2:off 3:off 4:off 5:off 6:off
`
  const sysv = (name: string, state: string, status: string) => ({ name, state, status, source: 'sysv' })
  expect(toJson(readServices(text))).toEqual({
    network: sysv('network', 'running', 'enabled'),
    netconsole: sysv('netconsole', 'stopped', 'disabled'),
  })
  const openrc = `# runlevels
                 sshd | default
                 cron |
# openrc
 sshd   started
 cron   stopped
`
  expect(toJson(readServices(openrc))).toEqual({
    sshd: { name: 'sshd', runlevels: ['default'], state: 'started', source: 'openrc' },
    cron: { name: 'cron', runlevels: null, state: 'stopped', source: 'openrc' },
  })
})

const answer = (stdout: string) => ({
  [id('script', servicesAsk.id)]: { code: 0, stdout: Buffer.from(stdout), stderr: Buffer.alloc(0) },
})

test('they are facts; a host without a service manager has none', async () => {
  expect((await planWith(service_facts, {}, answer(SYSTEMD))).plan).toMatchObject({
    status: 'ok',
    reason: '10 services',
  })
  expect((await planWith(service_facts, {}, answer(''))).plan).toMatchObject({
    status: 'ok',
    result: { skipped: true },
  })
})

test('behind a predicted change of a unit they are unknown', async () => {
  const { world, again } = await planWith(service_facts, {}, answer(SYSTEMD))
  const stopped = effect('unit', 'cron.service', () => ({ known: false }))
  expect(again(world.after([stopped])).status).toBe('unknown')
})
