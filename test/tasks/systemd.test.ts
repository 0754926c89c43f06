import { describe, expect, test } from 'vitest'
import systemd from '../../src/tasks/systemd.ts'
import { Script } from '../../src/shell/sh.ts'
import { unitScript } from '../../src/tasks/unit-script.ts'
import { staleUnits } from '../../src/tasks/unit-task.ts'
import { Unknown } from '../../src/world/kind.ts'
import { id } from '../../src/world/world.ts'
import { controllerWith, shells } from './harness.ts'
import { type Answers, applyOf, bare, debian, type Known, planWith, unit } from './worlds.ts'

function commands(text: string): string[] {
  return [...text.matchAll(/^systemctl (.*) <\/dev\/null/gm)].map((match) => match[1] ?? '')
}

const reply = (text: string) => ({ code: 0, stdout: Buffer.from(text), stderr: Buffer.alloc(0) })

test.each<[Record<string, unknown>, Partial<Known>, string[]]>([
  [{ state: 'started' }, {}, []],
  [{ state: 'started' }, { activity: 'activating' }, []],
  // Its process has ended, and systemd is about to start it again.
  [{ state: 'started' }, { activity: 'activating', ended: true }, ['start -- a.service']],
  [{ state: 'stopped' }, { activity: 'activating', ended: true }, ['stop -- a.service']],
  [{ state: 'reloaded' }, { activity: 'activating', ended: true }, ['start -- a.service']],
  [{ state: 'started' }, { activity: 'inactive' }, ['start -- a.service']],
  [{ state: 'started' }, { activity: 'failed' }, ['start -- a.service']],
  [{ state: 'started', no_block: 'yes' }, { activity: 'failed' }, ['--no-block start -- a.service']],
  [{ state: 'stopped' }, { activity: 'inactive' }, []],
  [{ state: 'stopped' }, { activity: 'failed' }, []],
  [{ state: 'stopped' }, { activity: 'deactivating' }, ['stop -- a.service']],
  [{ state: 'stopped' }, {}, ['stop -- a.service']],
  [{ state: 'restarted' }, {}, ['restart -- a.service']],
  [{ state: 'reloaded' }, {}, ['reload -- a.service']],
  [{ state: 'reloaded' }, { activity: 'inactive' }, ['start -- a.service']],
  [{ enabled: 'yes' }, {}, []],
  [{ enabled: true }, { enablement: 'static' }, []],
  [{ enabled: true }, { enablement: 'disabled' }, ['enable -- a.service']],
  [{ enabled: true, force: true }, { enablement: 'disabled' }, ['--force enable -- a.service']],
  [{ enabled: false }, {}, ['disable -- a.service']],
  [{ enabled: false }, { enablement: 'static' }, []],
  [{ enabled: false }, { enablement: 'masked' }, []],
  [{ masked: true }, {}, ['mask -- a.service']],
  [{ masked: true }, { enablement: 'masked' }, []],
  [{ masked: false }, {}, []],
  [
    { masked: false, enabled: true, state: 'started' },
    { enablement: 'masked', activity: 'inactive' },
    ['unmask -- a.service', 'enable -- a.service', 'start -- a.service'],
  ],
  [{ state: 'started', daemon_reload: true }, {}, []],
  [{ state: 'started', daemon_reload: true }, { needsReload: true }, ['daemon-reload']],
  [{ state: 'restarted', daemon_reload: true }, {}, ['daemon-reload', 'restart -- a.service']],
  [{ state: 'started', 'daemon-reexec': true }, {}, ['daemon-reexec']],
])('%j on %j', async (args, known, wanted) => {
  const { plan, world, again } = await planWith(
    systemd,
    { name: 'a', ...args },
    { ...debian, ...unit('a.service', known) },
  )
  if (wanted.length === 0) {
    expect(plan).toMatchObject({ status: 'ok', reason: expect.stringContaining('a.service') })
    return
  }
  expect(commands(applyOf(plan))).toEqual(wanted)
  if (plan.status !== 'change' || args['state'] === 'restarted' || args['state'] === 'reloaded') return
  // The World that the effects predict has nothing left to do.
  if (!wanted.includes('daemon-reexec')) expect(again(world.after(plan.effects)).status).not.toBe('change')
})

describe('names', () => {
  test.each([
    ['haproxy', 'haproxy.service'],
    ['keepalived.service', 'keepalived.service'],
    ['a.timer', 'a.timer'],
    ['getty@tty1', 'getty@tty1.service'],
  ])('%s is %s', async (name, full) => {
    const { plan } = await planWith(
      systemd,
      { service: name, state: 'started' },
      { ...debian, ...unit(full) },
    )
    expect(plan).toMatchObject({ status: 'ok', reason: `${full} is active` })
  })
  test.each(['a*', 'a?', 'a@[12]'])('%j is refused as a pattern, as by Ansible', async (name) => {
    await expect(planWith(systemd, { name, state: 'started' }, debian)).rejects.toMatchObject({
      hint: expect.stringContaining('loop:'),
    })
  })
  test.each(['user', 'global'])('of scope %s are refused with what to write instead', (scope) => {
    const { error } = systemd.params.safeParse({ name: 'a', state: 'started', scope })
    expect(error?.issues).toMatchObject([{ message: expect.stringContaining('XDG_RUNTIME_DIR') }])
  })
  test.each(['a b', '-x', 'a;b', ''])('%j is refused', async (name) => {
    await expect(planWith(systemd, { name, state: 'started' }, debian)).rejects.toThrow()
  })
})

describe('what cannot be done', () => {
  test.each<[string, Record<string, unknown>, Answers]>([
    ['there is no unit a.service', { state: 'started' }, debian],
    ['there is no unit a.service', { state: 'stopped' }, debian],
    [
      'a.service is masked',
      { state: 'started' },
      { ...debian, ...unit('a.service', { enablement: 'masked' }) },
    ],
    [
      'a.service cannot be masked and enabled',
      { masked: true, enabled: true },
      { ...debian, ...unit('a.service', {}) },
    ],
    ['a.service cannot be masked and run', { masked: true, state: 'started' }, debian],
    ['systemd does not run', { state: 'started' }, bare],
  ])('%s', async (message, args, answers) => {
    const { plan } = await planWith(systemd, { name: 'a', ...args }, answers)
    expect(plan).toMatchObject({
      status: 'fail',
      message: expect.stringContaining(message),
      hint: expect.any(String),
    })
  })
  test('a unit that is not there yet can be masked', async () => {
    const { plan } = await planWith(systemd, { name: 'a', masked: true }, debian)
    expect(commands(applyOf(plan))).toEqual(['mask -- a.service'])
  })
  test('a unit that a package may bring is unknown', async () => {
    const answers = { ...debian, [id('unit', 'a.service')]: new Unknown('package a may bring it') }
    const { plan } = await planWith(systemd, { name: 'a', state: 'started' }, answers)
    expect(plan).toEqual({ status: 'unknown', why: 'package a may bring it' })
  })
  test.each([{}, { name: 'a' }, { state: 'started' }, { enabled: true, daemon_reload: true }])(
    '%j says too little',
    async (args) => {
      await expect(planWith(systemd, args, debian)).rejects.toMatchObject({ hint: expect.any(String) })
    },
  )
})

test.each<[{ state?: string; enabled?: boolean }, true | undefined]>([
  [{ state: 'started' }, true],
  [{ state: 'restarted' }, true],
  [{ state: 'reloaded' }, true],
  [{ state: 'stopped' }, undefined],
  [{ enabled: true }, undefined],
])('whether what %j starts may do more than is known: %s', async (args, openEnded) => {
  const activity = args.state === 'stopped' ? 'active' : 'inactive'
  const answers = { ...debian, ...unit('a.service', { activity, enablement: 'disabled' }) }
  const { plan } = await planWith(systemd, { name: 'a', ...args }, answers)
  expect(plan).toMatchObject({ status: 'change' })
  expect('openEnded' in plan ? plan.openEnded : undefined).toBe(openEnded)
})

describe('daemon_reload alone', () => {
  const stale = (text: string) => ({ ...debian, [id('script', staleUnits.id)]: reply(text) })
  test('does nothing where all is known', async () => {
    expect((await planWith(systemd, { daemon_reload: true }, stale(''))).plan.status).toBe('ok')
  })
  test('never counts as a change', async () => {
    const { plan, world, again } = await planWith(systemd, { daemon_reload: true }, stale('yes\n'))
    expect(plan).toMatchObject({ status: 'change', counts: false })
    expect(commands(applyOf(plan))).toEqual(['daemon-reload'])
    if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
  })
  test('a unit file that systemd overlooks is read before the start, once', async () => {
    const answers = { ...stale('yes\n'), ...unit('a.service', { activity: 'inactive' }) }
    const args = { name: 'a', state: 'started', daemon_reload: true }
    const { plan, world, again } = await planWith(systemd, args, answers)
    expect(commands(applyOf(plan))).toEqual(['daemon-reload', 'start -- a.service'])
    if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
  })
  test('makes none of a unit that is not there', async () => {
    const answers = { ...stale('yes\n'), [id('unit', 'a.service')]: { known: false } }
    const { plan, world } = await planWith(
      systemd,
      { name: 'a', masked: false, daemon_reload: true },
      answers,
    )
    expect(commands(applyOf(plan))).toEqual(['daemon-reload'])
    const after = world.after(plan.status === 'change' ? plan.effects : [])
    expect(after.get('unit', { name: 'a.service' })).toEqual({ known: false })
  })
  test('nor does it with a unit', async () => {
    const { plan } = await planWith(
      systemd,
      { name: 'a', daemon_reload: true },
      { ...debian, ...unit('a.service', { needsReload: true }) },
    )
    expect(plan).toMatchObject({ status: 'change', counts: false })
  })
})

test('what is below /run for the unit comes back with what it runs when it stops', async () => {
  const runtime = {
    directories: ['/run/a'],
    mode: 0o755,
    user: '',
    group: '',
    preserve: 'yes' as const,
    commands: ['stop'],
  }
  const answers = { ...debian, ...unit('a.service', { runtime }), [id('path', '/run/a')]: { exists: false } }
  const { plan, world } = await planWith(systemd, { name: 'a', state: 'stopped' }, answers)
  const after = world.after(plan.status === 'change' ? plan.effects : [])
  expect(after.peek('path', { path: '/run/a' })).toMatchObject({ exists: true, type: 'directory' })
})

test('a oneshot service is not asked again, and not waited for', async () => {
  const answers = { ...debian, ...unit('a.service', { activity: 'inactive', oneshot: true }) }
  const { plan } = await planWith(systemd, { name: 'a', state: 'started' }, answers)
  expect(plan).toMatchObject({ status: 'change', once: true })
  expect(applyOf(plan)).not.toMatch(/^settled \|\|/m)
})

describe('a start that systemd leaves out for a condition', () => {
  const STATUS =
    '○ a.service - A\n     Active: inactive (dead)\n  Condition: start condition failed\n             └─ ConditionFileNotEmpty=/etc/a was not met\n'
  test.each([
    [
      'has succeeded, with a warning and no second look',
      0,
      STATUS,
      ['a.service is not running: its condition ConditionFileNotEmpty=/etc/a is not met'],
    ],
    [
      'of which only the log tells, where systemd has forgotten the unit',
      0,
      'a.service - A was skipped because of an unmet condition check (ConditionFileNotEmpty=/etc/a).\n',
      ['a.service is not running: its condition ConditionFileNotEmpty=/etc/a is not met'],
    ],
    ['is another case than one that went well', 0, '', undefined],
    ['and than one that failed', 1, STATUS, undefined],
  ])('%s', async (_, code, stderr, warnings) => {
    const task = await systemd.prepare(
      systemd.params.parse({ name: 'a', state: 'started' }),
      controllerWith(),
    )
    const output = { code, stdout: Buffer.alloc(0), stderr: Buffer.from(stderr) }
    expect(systemd.result?.(task, output)).toEqual(warnings ? { warnings } : {})
    expect(systemd.isDone?.(task, output)).toBe(warnings !== undefined)
  })
})

describe('why a start failed', () => {
  const args = systemd.prepare(systemd.params.parse({ name: 'a', state: 'started' }), controllerWith())
  test.each([
    [
      'Condition: start condition failed\n  ConditionFileNotEmpty=/etc/a was not met\n',
      'its condition ConditionFileNotEmpty=/etc/a is not met',
    ],
    [
      'Job failed\nlog: Starting\nlog: [ALERT] no such server\nlog: bye\n',
      'its log says:\n[ALERT] no such server',
    ],
    ['log: one\nlog: two\n', 'its log says:\none\ntwo'],
    // What the process said that was there before tells nothing about the start.
    ['log before: [ALERT] exiting\nlog: [ALERT] exiting\nlog: one\nlog: two\n', 'its log says:\none\ntwo'],
    [
      'log before: [ALERT] exiting\nlog: [ALERT] exiting\n    Process: 42 ExecStartPre=/bin/check -q (code=exited, status=1/FAILURE)\n',
      'ExecStartPre=/bin/check -q (code=exited, status=1/FAILURE)',
    ],
    [
      'Job failed\n    Process: 42 ExecStartPre=/bin/check -q (code=exited, status=1/FAILURE)\n',
      'ExecStartPre=/bin/check -q (code=exited, status=1/FAILURE)',
    ],
    ['Failed to start a.service: Access denied\n', 'Failed to start a.service: Access denied'],
    ['', 'status 1'],
  ])('%j', async (stderr, words) => {
    const answer = { code: 1, stdout: Buffer.alloc(0), stderr: Buffer.from(stderr) }
    const message = systemd.failure?.(await args, answer) ?? ''
    expect(message).toContain('a.service could not be started')
    expect(message.endsWith(words)).toBe(true)
  })
})

/** A unit that systemd does not start for a condition, and has forgotten at once. */
const FORGOTTEN = `systemctl() {
  case $* in
    is-active*) echo inactive; return 3 ;;
    *ConditionResult*) echo no ;;
    status*) echo '○ a.service - A' ;;
  esac
}
journalctl() {
  case $* in *--unit=a.service*) echo 'A was skipped because of an unmet condition check (ConditionFileNotEmpty=/etc/a).' ;; esac
}`

test.each(shells)(
  'the log names the condition where systemd has forgotten the unit, with $name',
  async (host) => {
    const task = await systemd.prepare(
      systemd.params.parse({ name: 'a', state: 'started' }),
      controllerWith(),
    )
    const script = unitScript('a.service', ['start'], { noBlock: false, force: false })
    const output = host.run(new Script(`${FORGOTTEN}\n${script.text}`))
    expect(systemd.result?.(task, output)).toEqual({
      warnings: ['a.service is not running: its condition ConditionFileNotEmpty=/etc/a is not met'],
    })
  },
)
