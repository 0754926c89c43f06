import { type GeneratedList, handlersOf, withName } from './generate.ts'
import { copyTask, fileTask, statTasks, templateTask } from './generate-files.ts'
import type { Draft, Maker } from './maker.ts'
import { Random } from './random.ts'
import { type Family, castFor } from './universe.ts'

/** Accounts that are nobody's, so that tasks about them meet. */
const USERS = ['hu1', 'hu2'] as const
const GROUPS = ['hg1', 'hg2', 'hu1'] as const
const HASHES = ['!', `$6$salt$${'a'.repeat(86)}`, `$6$salt$${'b'.repeat(86)}`] as const
const KEYS = ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA one', 'ssh-rsa AAAAB3NzaC1yc2E two'] as const
const MOUNT = '/mnt/predict'

/** Most failures do not end the list. */
function tolerant(random: Random): Draft {
  return random.some(90, { ignore_errors: true })
}

function groupTask({ random }: Maker): Draft[] {
  const name = random.pick(GROUPS)
  const args = random.chance(30)
    ? { name, state: 'absent', ...random.some(15, { force: true }) }
    : {
        name,
        ...random.some(40, { gid: random.pick([4701, 4702, 4801]) }),
        ...random.some(10, { system: true }),
      }
  return [{ group: args, ...tolerant(random) }]
}

function userTask(maker: Maker): Draft[] {
  const { random } = maker
  const name = random.pick(USERS)
  if (random.chance(25))
    return [
      {
        user: {
          name,
          state: 'absent',
          ...random.some(50, { remove: true }),
          ...random.some(15, { force: true }),
        },
        ...tolerant(random),
      },
    ]
  const args = {
    ...random.some(30, { uid: random.pick([4801, 4802]) }),
    ...random.some(30, { group: random.pick([...GROUPS, 'daemon']) }),
    ...random.some(40, { groups: random.pick([[], ['hg1'], ['hg1', 'hg2'], ['daemon'], ['hu1']]) }),
    ...random.some(20, { comment: random.pick(['one', 'two']) }),
    ...random.some(20, { shell: random.pick(['/bin/sh', '/bin/bash']) }),
    ...random.some(15, { home: random.pick(['/srv/predict/h', '/srv/predict/m/h', `/home/${name}`]) }),
    ...random.some(20, { create_home: false }),
    ...random.some(15, { move_home: true }),
    ...random.some(25, { password: random.pick(HASHES) }),
    ...random.some(15, { password_lock: random.chance(50) }),
    ...random.some(10, { update_password: 'on_create' }),
    ...random.some(15, { expires: random.pick([-1, 4102444800]) }),
    ...random.some(10, { password_expire_max: random.pick([90, 99999]) }),
    ...random.some(10, { system: true }),
  }
  const append = 'groups' in args ? random.some(40, { append: true }) : {}
  return [{ user: { name, ...args, ...append }, ...tolerant(random) }]
}

function keyTask({ random }: Maker): Draft[] {
  const key = {
    key: random.pick(KEYS),
    ...random.some(30, { state: 'absent' }),
    ...random.some(20, { key_options: random.pick(['no-pty', 'from="10.0.0.1"']) }),
    ...random.some(15, { exclusive: true }),
    ...random.some(25, { path: random.pick(['/srv/predict/keys', '/srv/predict/d/keys']) }),
    ...random.some(15, { manage_dir: false }),
  }
  return [{ authorized_key: { user: random.pick([...USERS, 'daemon']), ...key }, ...tolerant(random) }]
}

function knownTask({ random }: Maker): Draft[] {
  const args = random.chance(35)
    ? { state: 'absent' }
    : { key: `h.test ${random.pick(['ssh-rsa AAAAB3NzaC1yc2E', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA'])}` }
  const path = random.pick(['/srv/predict/a', '/srv/predict/d/x', '/srv/predict/l'])
  return [{ known_hosts: { name: 'h.test', path, ...args }, ...tolerant(random) }]
}

function cronTask({ random }: Maker): Draft[] {
  const place = random.pick<Draft>([{}, { user: 'hu1' }, { cron_file: 'predict', user: 'root' }])
  const env = random.some(25, { env: true })
  const args = random.chance(35)
    ? { state: 'absent' }
    : {
        job: random.pick(['date', 'true']),
        ...('env' in env ? {} : random.some(30, { hour: '3' })),
        ...('env' in env ? {} : random.some(15, { disabled: true })),
      }
  return [{ cron: { name: random.pick(['one', 'two']), ...place, ...args, ...env }, ...tolerant(random) }]
}

function mountTask({ random }: Maker): Draft[] {
  const state = random.pick(['mounted', 'mounted', 'unmounted', 'present', 'absent', 'absent_from_fstab'])
  const wish = { src: 'tmpfs', fstype: 'tmpfs', opts: random.pick(['size=1m', 'size=2m']) }
  const needs = state === 'mounted' || state === 'present'
  return [{ mount: { path: MOUNT, state, ...(needs ? wish : {}) }, ...tolerant(random) }]
}

function filterTask({ random }: Maker): Draft[] {
  const chain = random.pick(['HKP1', 'HKP2'])
  const rule = { chain, source: random.pick(['10.9.0.1', '10.9.0.2']), jump: 'ACCEPT' }
  const args = random.weighted<Draft>([
    [
      5,
      { ...rule, ...random.some(50, { chain_management: true }), ...random.some(30, { action: 'insert' }) },
    ],
    [2, { ...rule, state: 'absent' }],
    [2, { chain, chain_management: true, state: random.pick(['present', 'absent']) }],
    [1, { chain, flush: true }],
    [1, { chain: 'FORWARD', policy: random.pick(['ACCEPT', 'DROP']) }],
  ])
  return [{ iptables: args, ...tolerant(random) }]
}

/** Nothing can be loaded in the lab, so only what is loaded at boot changes. */
function moduleTask({ random }: Maker): Draft[] {
  const persistent = random.pick(['present', 'absent', 'disabled'])
  const params = persistent === 'present' ? random.some(50, { params: random.pick(['a=1', 'a=2 b=3']) }) : {}
  return [{ modprobe: { name: 'hk_none', state: 'absent', persistent, ...params }, ...tolerant(random) }]
}

function zoneTask({ random }: Maker): Draft[] {
  return [{ timezone: { name: random.pick(['Etc/UTC', 'Europe/Berlin']) }, ...tolerant(random) }]
}

function hostnameTask({ random }: Maker): Draft[] {
  const use = random.some(25, { use: random.pick(['systemd', 'generic', 'redhat']) })
  return [{ hostname: { name: random.pick(['hk-one', 'hk-two.example.org']), ...use }, ...tolerant(random) }]
}

/** What the databases say of an account, and a file that says so. */
function getentTask({ random, index }: Maker): Draft[] {
  const [database, key] = random.pick([
    ['passwd', random.pick(USERS)],
    ['group', random.pick(GROUPS)],
    ['passwd', 'daemon'],
  ] as const)
  const got = `got_${index}`
  const look = { getent: { database, key, ...random.some(60, { fail_key: false }) }, register: got }
  const text = `{{ (ansible_facts.getent_${database} | default({}))['${key}'] | default('none') }}`
  return [
    { ...look, ignore_errors: true },
    { copy: { content: `${text}\n`, dest: '/srv/predict/a' }, ...tolerant(random) },
  ]
}

/** Tasks that notice what the others do. */
function noticeTask(maker: Maker): Draft[] {
  const { random } = maker
  const home = `/home/${random.pick(USERS)}`
  const owner = random.pick<Draft>([
    { owner: random.pick(USERS) },
    { group: random.pick(GROUPS) },
    { owner: 'hu1', group: 'hg1' },
    { owner: '4801' },
  ])
  return random.weighted<() => Draft[]>([
    [
      5,
      () => [
        {
          copy: { content: 'one\n', dest: random.pick(['/srv/predict/a', '/srv/predict/owned']), ...owner },
          ...tolerant(random),
        },
      ],
    ],
    [3, () => [{ file: { path: home, mode: random.pick(['0755', '0700']) }, ...tolerant(random) }]],
    [
      3,
      () => [
        {
          copy: {
            content: 'two\n',
            dest: `${home}/${random.pick(['.profile', 'x', '.ssh/authorized_keys'])}`,
          },
          ...tolerant(random),
        },
      ],
    ],
    [
      2,
      () =>
        statTasks(
          maker,
          random.pick([home, `${home}/.profile`, `${home}/.ssh`, '/srv/predict/h', '/etc/cron.d/predict']),
        ),
    ],
    [
      2,
      () => [
        {
          file: { path: random.pick([home, '/srv/predict/h']), state: 'directory', ...owner },
          ...tolerant(random),
        },
      ],
    ],
    [
      2,
      () => [
        {
          command: {
            cmd: 'true',
            creates: random.pick([home, `${home}/.bashrc`, '/etc/modules-load.d/hk_none.conf']),
          },
          ...tolerant(random),
        },
      ],
    ],
    [1, () => [{ file: { path: home, state: 'absent' }, ...tolerant(random) }]],
    [
      1,
      () => [
        { lineinfile: { path: '/etc/cron.d/predict', line: '# mine', create: true }, ...tolerant(random) },
      ],
    ],
    [
      1,
      () => [
        { copy: { content: 'hk_none\n', dest: '/etc/modules-load.d/hk_none.conf' }, ...tolerant(random) },
      ],
    ],
  ])()
}

const KINDS = [
  [5, groupTask],
  [8, userTask],
  [3, keyTask],
  [2, knownTask],
  [3, cronTask],
  [2, mountTask],
  [3, filterTask],
  [1, moduleTask],
  [1, zoneTask],
  [1, hostnameTask],
  [1, getentTask],
  [7, noticeTask],
  [3, fileTask],
  [3, copyTask],
  [1, templateTask],
  [2, statTasks],
] as const

/** A list of four to nine tasks about accounts and the host itself, among tasks about files. */
export function generateAccountsList(family: Family, seed: number): GeneratedList {
  const random = new Random(seed)
  const cast = castFor(family, random)
  const tasks: Draft[] = []
  const size = random.between(4, 9)
  while (tasks.length < size) {
    const make = random.weighted<(maker: Maker) => Draft[]>(KINDS)
    tasks.push(...make({ random, family, cast, index: tasks.length + 1 }))
  }
  return {
    family,
    seed,
    tasks: tasks.map(withName),
    handlers: handlersOf(random),
    updates: false,
    before: 'nothing',
  }
}
