import { beforeAll, describe, expect, test } from 'vitest'
import { findModule } from '../../src/tasks/index.ts'
import { lab } from '../lab/lab.ts'
import { containerOf } from '../lab/members.ts'
import { container, type Host, type Outcome, runTask } from '../tasks/harness.ts'

/** Hosts that have systemd, and what is different about them. */
const SYSTEMS = [
  { name: 'm3', module: 'dnf', pin: (version: string) => `lab-hello-${version}`, startsHaproxy: false },
  { name: 'd3', module: 'apt', pin: (version: string) => `lab-hello=${version}*`, startsHaproxy: true },
] as const
const BUSYBOX = 'b1'

const containers = new Map<string, Host>()

async function run(
  host: string,
  module: string,
  args: Record<string, unknown>,
  expected?: RegExp,
): Promise<Outcome> {
  const found = findModule(module)
  const on = containers.get(host)
  if (!found || !on) throw new Error(`no module ${module} or no host ${host}`)
  const outcome = await runTask(found, args, on)
  // Versions are not known before, nor the numbers of new users.
  const wrong = outcome.mispredicted?.filter(
    (text) => !/^\{"kind":"(package|user)"|\["uid",null\]/.test(text) && expected?.test(text) !== true,
  )
  expect(wrong ?? []).toEqual([])
  return outcome
}

/** Runs a task that has to change the host, and once more, when there is nothing left to do. */
async function changes(host: string, module: string, args: Record<string, unknown>): Promise<Outcome> {
  const outcome = await run(host, module, args)
  expect(outcome.failure).toBeUndefined()
  expect(outcome.plan.status).toBe('change')
  expect(outcome.again?.status).toBe('ok')
  return outcome
}

async function isDone(host: string, module: string, args: Record<string, unknown>): Promise<void> {
  expect((await run(host, module, args)).plan).toMatchObject({ status: 'ok', reason: expect.any(String) })
}

beforeAll(async () => {
  const names = [...SYSTEMS.map((system) => system.name), BUSYBOX]
  await lab.reset(names)
  for (const name of names) containers.set(name, container(containerOf(name)))
})

describe.each(SYSTEMS)('packages on $name', ({ name: host, module, pin, startsHaproxy }) => {
  test('haproxy and keepalived, and what they bring', async () => {
    await changes(host, 'package', { name: ['haproxy', 'keepalived'] })
    const up = { name: 'haproxy', state: 'started', enabled: true }
    if (startsHaproxy) await isDone(host, 'service', up)
    else await changes(host, 'service', up)
    await isDone(host, module, { name: 'haproxy,keepalived', state: 'latest' })
  })

  test('a pin, a removal', async () => {
    await changes(host, module, { name: pin('1.0') })
    await isDone(host, module, { name: 'lab-hello' })
    await isDone(host, module, { name: pin('1.0') })
    await changes(host, module, { name: 'lab-hello', state: 'absent' })
    await isDone(host, module, { name: 'lab-hello', state: 'absent' })
  })

  test('what there is not fails with its name, and changes nothing', async () => {
    const { plan, failure } = await run(host, module, { name: ['no-such-package', 'lab-hello'] })
    // apt's lists tell it before anything is started.
    expect(plan.status).toBe(module === 'apt' ? 'fail' : 'change')
    expect(plan.status === 'fail' ? plan.message : failure).toMatch(/^no package no-such-package/)
    await isDone(host, module, { name: 'lab-hello', state: 'absent' })
  })

  test("another family's module is refused before anything runs", async () => {
    const { plan } = await run(host, module === 'apt' ? 'dnf' : 'apt', { name: 'lab-hello' })
    expect(plan).toMatchObject({ status: 'fail', hint: expect.stringContaining('package:') })
  })
})

describe('releases', () => {
  test('dnf: latest, and back', async () => {
    const updates = { name: 'lab-hello', enablerepo: 'lab-updates' }
    await changes('m3', 'dnf', { name: 'lab-hello-1.0' })
    await changes('m3', 'dnf', { ...updates, state: 'latest' })
    await isDone('m3', 'dnf', { ...updates, state: 'latest' })
    await changes('m3', 'dnf', { name: 'lab-hello-1.0' })
    await changes('m3', 'dnf', { ...updates, state: 'latest' })
    await changes('m3', 'dnf', { name: 'lab-hello-1.0', allow_downgrade: true })
    await changes('m3', 'dnf', { name: 'lab-hello', state: 'absent' })
  })

  test('apt: purge takes the configuration as well', async () => {
    await changes('d3', 'apt', { name: 'lab-hello' })
    await changes('d3', 'apt', { name: 'lab-hello', state: 'absent' })
    await changes('d3', 'apt', { name: 'lab-hello', state: 'absent', purge: true })
    await isDone('d3', 'apt', { name: 'lab-hello', state: 'absent', purge: true })
  })

  test('apt: lists are fetched, and not again while they are young', async () => {
    expect((await run('d3', 'apt', { update_cache: true })).failure).toBeUndefined()
    await isDone('d3', 'apt', { update_cache: true, cache_valid_time: 3600 })
  })
})

describe.each(SYSTEMS)('units on $name', ({ name: host, startsHaproxy }) => {
  test('stop, disable, mask, and back', async () => {
    await changes(host, 'systemd', { name: 'haproxy', state: 'stopped', enabled: false })
    await changes(host, 'systemd', { name: 'haproxy', masked: true })
    expect((await run(host, 'systemd', { name: 'haproxy', state: 'started' })).plan).toMatchObject({
      status: 'fail',
    })
    await changes(host, 'systemd', { name: 'haproxy', masked: false, state: 'started', enabled: true })
    expect((await run(host, 'systemd', { name: 'haproxy', state: 'restarted' })).failure).toBeUndefined()
  })

  test('a drop-in makes a daemon-reload necessary, once', async () => {
    const dropIn = '/etc/systemd/system/haproxy.service.d'
    const text = '[Service]\nRestartSec=3\n'
    await run(host, 'shell', { cmd: `mkdir -p ${dropIn} && printf '%s' '${text}' >${dropIn}/a.conf` })
    const reload = { name: 'haproxy', state: 'started', daemon_reload: true }
    expect((await run(host, 'systemd', reload)).plan).toMatchObject({ status: 'change', counts: false })
    await isDone(host, 'systemd', reload)
    await isDone(host, 'systemd', { daemon_reload: true })
  })

  test('a service that does not start shows the words of its log', async () => {
    const unit = '[Service]\nExecStart=/bin/sh -c "echo error: no such colour; exit 1"\n'
    await run(host, 'shell', { cmd: `printf '%s' '${unit}' >/etc/systemd/system/broken.service` })
    const { failure } = await run(host, 'systemd', { name: 'broken', state: 'started' })
    expect(failure).toMatch(
      /^broken\.service could not be started: .*status=1.*its log says:\nerror: no such colour$/s,
    )
  })

  test('a config that haproxy does not take', async () => {
    const broken = 'cp /etc/haproxy/haproxy.cfg /root/kept && echo no_such_keyword >>/etc/haproxy/haproxy.cfg'
    await run(host, 'shell', { cmd: broken })
    const { failure } = await run(host, 'systemd', { name: 'haproxy', state: 'restarted' })
    await run(host, 'shell', {
      cmd: 'cp /root/kept /etc/haproxy/haproxy.cfg; systemctl stop haproxy',
    })
    // EL's unit checks quietly, Debian's with words.
    expect(failure).toMatch(startsHaproxy ? /no_such_keyword/ : /ExecStartPre=.*code=exited, status=1/)
    await changes(host, 'systemd', { name: 'haproxy', state: 'started' })
  })

  test('a oneshot service runs', async () => {
    const unit = '[Service]\nType=oneshot\nExecStart=/bin/true\n'
    await run(host, 'shell', { cmd: `printf '%s' '${unit}' >/etc/systemd/system/once.service` })
    const { plan, failure } = await run(host, 'systemd', { name: 'once', state: 'started' })
    expect(plan).toMatchObject({ status: 'change', once: true })
    expect(failure).toBeUndefined()
  })

  test('a unit that is not there', async () => {
    expect((await run(host, 'service', { name: 'no-such', state: 'started' })).plan).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('no-such.service'),
    })
  })
})

test('on Debian, keepalived without a config is not started, and that is said', async () => {
  await run('d3', 'shell', { cmd: 'rm -f /etc/keepalived/keepalived.conf; systemctl stop keepalived' })
  // Whether a condition is going to be met nobody can tell ahead.
  for (const state of ['started', 'restarted']) {
    const { failure, result } = await run('d3', 'service', { name: 'keepalived', state }, /"unit"/)
    expect({ failure, result }).toMatchObject({
      failure: undefined,
      result: {
        warnings: [
          'keepalived.service is not running: its condition ConditionFileNotEmpty=/etc/keepalived/keepalived.conf is not met',
        ],
      },
    })
  }
})

// b1 shares its kernel parameters' names only: net.* belongs to each container.
describe.each([...SYSTEMS.map((system) => system.name), BUSYBOX])('on %s', (host) => {
  test('kernel parameters, now and in a file', async () => {
    const args = { name: 'net.ipv4.ip_nonlocal_bind', sysctl_file: '/etc/hakube-test.conf' }
    await changes(host, 'sysctl', { ...args, value: 1 })
    await isDone(host, 'sysctl', { ...args, value: 'yes' })
    await changes(host, 'sysctl', { ...args, value: 0, sysctl_set: true })
    const bad = await run(host, 'sysctl', { ...args, value: 'abc' })
    expect(bad.failure).toBe('the kernel does not take abc for net.ipv4.ip_nonlocal_bind')
    await isDone(host, 'sysctl', { ...args, value: 0 })
    await changes(host, 'sysctl', { ...args, state: 'absent' })
  })

  test('commands', async () => {
    const { result } = await run(host, 'command', { argv: ['echo', '$HOME', '${NO_SUCH}', 'a  b'] })
    expect(result).toMatchObject({ rc: 0, stdout: expect.stringMatching(/^\/\S* \$\{NO_SUCH\} a {2}b$/) })
    expect((await run(host, 'shell', { cmd: 'cat; exit 3', stdin: 'x' })).applied?.code).toBe(3)
    await isDone(host, 'command', { cmd: 'false', creates: '/etc/pass*' })
  })

  test('waits for ports and files', async () => {
    expect((await run(host, 'wait_for', { port: 22, timeout: 5 })).failure).toBeUndefined()
    const none = await run(host, 'wait_for', { port: 1, timeout: 0 })
    expect(none.failure).toBe('Timeout when waiting for 127.0.0.1:1')
    const line = { path: '/etc/passwd', search_regex: String.raw`^root:[^:]*:\d+:`, timeout: 0 }
    expect((await run(host, 'wait_for', line)).failure).toBeUndefined()
  })
})

test('busybox has no systemd and no package manager, and that is said', async () => {
  expect((await run(BUSYBOX, 'service', { name: 'x', state: 'started' })).plan).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('systemd does not run on this host'),
  })
  expect((await run(BUSYBOX, 'package', { name: 'haproxy' })).plan).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('no package manager'),
  })
})
