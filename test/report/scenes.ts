import { HakubeError, HakubeErrors } from '../../src/errors.ts'
import type { Event, HostRecap, TaskOutcome } from '../../src/report/events.ts'

/** Event sequences of runs, as the engine would send them. */

export function outcome(fields: Partial<TaskOutcome> & Pick<TaskOutcome, 'host' | 'task' | 'status'>): Event {
  return {
    type: 'task-end',
    outcome: {
      place: 'playbooks/ha.yml:12:7',
      module: 'package',
      handler: false,
      reason: '',
      diff: [],
      notes: [],
      result: {},
      ms: 12,
      ...fields,
    },
  }
}

export function recap(host: string, fields: Partial<HostRecap> = {}): HostRecap {
  const counters = { ok: 12, changed: 0, unknown: 0, skipped: 0, failed: 0, ignored: 0 }
  return { host, ...counters, unreachable: false, trips: 2, ms: 312, ...fields }
}

const three = ['m1', 'm2', 'm3']
const play = 'A highly available endpoint'

function start(hosts: readonly string[], check = false): Event[] {
  return [
    {
      type: 'run-start',
      playbook: 'playbooks/ha.yml',
      hosts,
      check,
      version: '0.1.0',
      logFile: '/l/run.log',
    },
    ...hosts.map((host): Event => ({ type: 'host-connected', host, ms: 120 })),
    { type: 'play-start', name: play, hosts },
  ]
}

function end(hosts: readonly HostRecap[], exitCode = 0, ms = 412): Event {
  return { type: 'run-end', recap: hosts, exitCode, ms, logFile: '/l/run.log' }
}

const noOp: Event[] = [
  ...start(three),
  ...three.map((host) =>
    outcome({ host, task: 'Install packages', status: 'ok', reason: 'haproxy 2.6.12 is installed' }),
  ),
  ...three.map((host) =>
    outcome({
      host,
      task: 'Allow the firewall',
      status: 'skipped',
      reason: 'firewalld is not running',
      module: 'command',
    }),
  ),
  end(three.map((host) => recap(host, { skipped: 1 }))),
]

const config = {
  type: 'text',
  path: '/etc/haproxy/haproxy.cfg',
  before: 'global\n    maxconn 2000\n\ndefaults\n    mode tcp\n',
  after: 'global\n    maxconn 4000\n\ndefaults\n    mode tcp\n    retries 3',
} as const

const sysctl = {
  type: 'fields',
  subject: 'net.ipv4.ip_nonlocal_bind',
  fields: [
    { name: 'value', before: '0', after: '1' },
    { name: 'file', before: '', after: '/etc/sysctl.d/99-hakube.conf' },
  ],
} as const

const firstRun: Event[] = [
  ...start(three),
  ...['m1', 'm3', 'm2'].flatMap((host): Event[] => [
    { type: 'task-start', host, task: 'Install packages' },
    outcome({
      host,
      task: 'Install packages',
      status: 'changed',
      reason: 'install haproxy, keepalived',
      ms: 4100,
    }),
    outcome({
      host,
      task: 'Bind addresses that are elsewhere',
      status: 'changed',
      module: 'sysctl',
      reason: 'set net.ipv4.ip_nonlocal_bind to 1',
      diff: [sysctl],
    }),
    outcome({
      host,
      task: 'Write haproxy.cfg',
      status: 'changed',
      module: 'template',
      reason: 'replace /etc/haproxy/haproxy.cfg',
      diff: [config],
    }),
    outcome({ host, task: 'Show', status: 'ok', module: 'debug', result: { msg: `I am ${host}` } }),
    outcome({
      host,
      task: 'Reload haproxy',
      status: 'changed',
      handler: true,
      module: 'systemd',
      reason: 'reload haproxy.service',
    }),
  ]),
  { type: 'message', text: 'The endpoint waits for its API servers: none of 3 answers yet.' },
  end(
    three.map((host) => recap(host, { changed: 4, ok: 3, trips: 6, ms: 6100 })),
    0,
    6212,
  ),
]

const check: Event[] = [
  ...start(three, true),
  ...three.flatMap((host) => [
    outcome({
      host,
      task: 'Install packages',
      status: 'would-change',
      reason: 'install haproxy, keepalived',
    }),
    outcome({
      host,
      task: 'Write keepalived.conf',
      status: 'would-change',
      module: 'template',
      reason: 'create /etc/keepalived/keepalived.conf',
      diff: [
        {
          type: 'text',
          path: '/etc/keepalived/keepalived.conf',
          before: '',
          after: 'vrrp_instance K {\n}\n',
        },
      ],
      notes: ['keepalived.conf is not validated: keepalived is not installed yet'],
    }),
    outcome({
      host,
      task: 'Find the unit',
      item: 'haproxy',
      status: 'unknown',
      module: 'systemd',
      reason: 'package lsyncd may bring lsyncd.service',
    }),
    outcome({
      host,
      task: 'Run the hook',
      status: 'would-run',
      module: 'command',
      reason: 'run /opt/hook --all',
    }),
  ]),
  end(
    three.map((host) => recap(host, { changed: 2, ok: 0, unknown: 1 })),
    3,
  ),
]

const failures: Event[] = [
  ...start(three).filter((event) => !(event.type === 'host-connected' && event.host === 'm3')),
  {
    type: 'host-unreachable',
    host: 'm3',
    error: new HakubeError('cannot connect to 10.0.0.13 port 22: connection refused', {
      code: 'unreachable',
      host: 'm3',
      hint: 'is sshd running there? ansible_port sets another port',
      exitCode: 4,
    }),
  },
  {
    type: 'warning',
    text: 'host key checking is off',
    place: 'inventory.ini:4:1',
  },
  outcome({
    host: 'm1',
    task: 'Write haproxy.cfg',
    status: 'failed',
    module: 'template',
    reason:
      'haproxy refuses the new /etc/haproxy/haproxy.cfg; the old one stays\n' +
      "[ALERT] (812) : config : parsing [haproxy.cfg:7] : unknown keyword 'fontend' out of section.\n" +
      '[ALERT] (812) : config : Fatal errors found in configuration.',
    hint: 'look at templates/haproxy.cfg.j2; --diff shows what was rendered',
  }),
  outcome({
    host: 'm2',
    task: 'Run the hook',
    item: 'first',
    status: 'ignored',
    module: 'command',
    reason: '/opt/hook ended with status 3',
    result: { rc: 3, stderr: 'hook: no such device', stdout: '' },
  }),
  outcome({
    host: 'm2',
    task: 'Run the hook',
    item: 'second',
    status: 'failed',
    module: 'command',
    place: 'site.yml:40:7',
    reason: '/opt/hook ended with status 4',
    result: {
      rc: 4,
      stderr: Array.from({ length: 23 }, (_, index) => `line ${index + 1}`).join('\n'),
      stdout: 'half done\n',
    },
  }),
  {
    type: 'run-end',
    recap: [
      recap('m1', { failed: 1, ok: 4 }),
      recap('m2', { failed: 1, ignored: 1, ok: 5, changed: 1 }),
      recap('m3', { unreachable: true, ok: 0, trips: 0, ms: 12 }),
    ],
    exitCode: 2,
    ms: 99_800,
    logFile: '/l/run.log',
    retryFile: 'playbooks/ha.retry',
    retryCommand: 'hakube apply -i inventory.ini --limit @playbooks/ha.retry',
  },
]

const hundred = Array.from({ length: 100 }, (_, index) => `node${String(index + 1).padStart(3, '0')}`)

const manyHosts: Event[] = [
  ...start(hundred),
  ...hundred.map((host) =>
    outcome({
      host,
      task: 'Install packages',
      status: host === 'node007' ? 'ok' : 'changed',
      reason: 'install haproxy',
    }),
  ),
  ...hundred.map((host) =>
    host === 'node042'
      ? outcome({
          host,
          task: 'Start haproxy',
          status: 'failed',
          module: 'systemd',
          reason: 'haproxy.service failed',
        })
      : outcome({
          host,
          task: 'Start haproxy',
          status: 'changed',
          module: 'systemd',
          reason: 'start haproxy.service',
        }),
  ),
  outcome({ host: 'node001', task: 'Only on one', status: 'changed', reason: 'create /etc/only' }),
  end(
    hundred.map((host) =>
      recap(host, host === 'node042' ? { failed: 1 } : host === 'node007' ? {} : { changed: 2 }),
    ),
    2,
    12_345,
  ),
]

const hundredNoOp: Event[] = [...start(hundred), end(hundred.map((host) => recap(host)))]

const input: Event[] = [
  {
    type: 'error',
    error: new HakubeErrors([
      new HakubeError('unknown parameter "stat" of module systemd', {
        code: 'unknown-parameter',
        hint: 'did you mean "state"?',
        place: { file: 'site.yml', line: 12, column: 9, source: '        stat: started' },
      }),
      new HakubeError('a tab cannot indent YAML', {
        code: 'yaml',
        place: { file: 'site.yml', line: 103, column: 3, source: '\t\tname: x' },
      }),
      new HakubeError('this line is long', {
        code: 'long',
        place: {
          file: 'site.yml',
          line: 7,
          column: 161,
          source: `- debug: ${'x'.repeat(150)} {{ y }} ${'z'.repeat(50)}`,
        },
      }),
    ]),
  },
]

const hostile: Event[] = [
  ...start(['m1']),
  outcome({
    host: 'm1',
    task: 'Read \u001b[31mcolours\u001b[0m',
    status: 'failed',
    module: 'command',
    reason: 'bad \u001b]0;title\u0007 token-s3cret\r\nnext\u202e line',
    result: { stderr: 'pass s3cret\u001b[2J\u009b2J\u200f' },
    diff: [{ type: 'text', path: '/etc/x', before: 'a\r\nkey s3cret\n', after: 'a\nkey s3cret\n' }],
  }),
  outcome({
    host: 'm1',
    task: 'Copy a binary',
    status: 'changed',
    reason: 'replace /usr/bin/x',
    diff: [{ type: 'text', path: '/usr/bin/x', before: '\0\u0001', after: '\0\u0002\u0003' }],
  }),
  end([recap('m1', { failed: 1 })], 2),
]

const bug: Event[] = [
  ...start([]),
  {
    type: 'error',
    error: Object.assign(new TypeError('x is not a function'), { stack: 'TypeError: x\n    at f' }),
  },
  end([], 70),
]

const checkRuns: Event[] = [
  {
    type: 'run-start',
    playbook: 'site.yml',
    hosts: ['m1'],
    check: true,
    runs: [{ task: 'Get HAProxy\u001b[2J version', place: 'roles/haproxy/tasks/main.yml:14:3' }],
    version: '0.1.0',
  },
  end([recap('m1')], 0),
]

export const scenes: Readonly<Record<string, readonly Event[]>> = {
  'no-op': noOp,
  'first-run': firstRun,
  check,
  'check-runs': checkRuns,
  failures,
  'many-hosts': manyHosts,
  'many-hosts-no-op': hundredNoOp,
  'bad-input': input,
  hostile,
  bug,
}
