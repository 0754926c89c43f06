import { FAR } from './container-engines.ts'
import type { Draft } from './maker.ts'
import type { Random } from './random.ts'

/** Containers that are nobody's, so that tasks about them meet. Each has addresses and ports of its own. */
const NAMES = ['hkd1', 'hkd2'] as const
export type DockerName = (typeof NAMES)[number]

/** What a list makes of one container, again and again. */
export interface DockerWish {
  name: DockerName
  args: Draft
}

/** Parameters, and the values that each may have. */
export type Pool = Readonly<Record<string, readonly unknown[]>>

/** What it is like, whatever network it is in. */
const ANYWHERE: Pool = {
  auto_remove: [false],
  cap_drop: [['MKNOD'], ['MKNOD', 'CHOWN']],
  capabilities: [['NET_ADMIN'], ['net_admin', 'NET_RAW']],
  cgroupns_mode: ['host', 'private'],
  command: ['sleep 80001', ['sleep', '80002'], "sh -c 'sleep 80003; true'"],
  devices: [['/dev/null:/dev/other:rw'], ['/dev/zero:/dev/other']],
  entrypoint: [
    ['/bin/sh', '-c', 'sleep 80005'],
    ['sleep', '80006'],
  ],
  env: [{ A: 'one' }, { A: 'two', PATH: '/bin' }, { A: 'b\nc', EMPTY: '' }],
  env_file: ['/srv/predict/vars'],
  exposed_ports: [['9000'], ['9000', '9100-9101/udp']],
  groups: [['7'], ['7', '8']],
  healthcheck: [
    { test: 'true', interval: '200ms', timeout: '5s', retries: 3 },
    { test: ['CMD', 'test', '-e', '/bin/sh'], interval: '300ms' },
    { test: ['NONE'] },
  ],
  init: [false],
  interactive: [true, false],
  ipc_mode: ['host', 'private', 'shareable'],
  labels: [{ role: 'lb' }, { role: 'db', empty: '' }, { made: 'here' }],
  log_driver: ['json-file', 'none'],
  memory: ['32M', '64M'],
  memory_reservation: ['16M'],
  oom_score_adj: [100, 200],
  pid_mode: ['host'],
  pids_limit: [50, 100],
  platform: ['linux/amd64'],
  privileged: [false],
  read_only: [true, false],
  restart_policy: ['no', 'always', 'unless-stopped', 'on-failure'],
  runtime: ['runc'],
  security_opts: [['no-new-privileges']],
  shm_size: ['16M', '32M'],
  stop_timeout: [3, 9],
  sysctls: [{ 'net.ipv4.ip_default_ttl': '65' }],
  tmpfs: [['/run:size=1m'], ['/run', '/tmp']],
  tty: [true, false],
  ulimits: [['nofile:1024:2048'], ['nofile:1024']],
  user: ['0:0', 'root'],
  userns_mode: ['host'],
  uts: ['host'],
  working_dir: ['/etc', '/'],
}

/** What only a network of its own has. */
const NETWORKED: Pool = {
  dns_opts: [['ndots:2']],
  dns_search_domains: [['lab.test'], ['lab.test', 'other.test']],
  dns_servers: [['192.0.2.53']],
  domainname: ['lab.test'],
  etc_hosts: [{ one: '192.0.2.1' }, { one: '192.0.2.2', two: '192.0.2.3' }],
  hostname: ['box', 'other'],
  publish_all_ports: [true],
}

const IMAGES = ['tiny:1', 'tiny:1', 'tiny:1', 'tiny:2', 'tiny:2', FAR]

/** Pairs that no container can have: the second one goes. */
const NOT_BOTH: readonly (readonly [string, string])[] = [
  ['uts', 'hostname'],
  ['uts', 'domainname'],
  ['entrypoint', 'command'],
]

function volumesOf(random: Random): Draft {
  const all = [
    '/srv/predict/v1:/v1',
    '/srv/predict/v2/in:/v2:ro',
    '/srv/predict/m/n:/n:rw',
    'hknamed:/named',
    '/nameless',
  ]
  return { volumes: random.pick([all.slice(0, 1), all.slice(0, 2), all.slice(1, 3), all.slice(2), all]) }
}

function mountsOf(random: Random): Draft {
  return {
    mounts: random.pick([
      [{ type: 'bind', source: '/srv/predict/v1', target: '/b', read_only: true }],
      [{ type: 'bind', source: '/etc', target: '/b', propagation: 'rprivate' }],
      [{ type: 'tmpfs', target: '/t', tmpfs_size: '1M', tmpfs_mode: '1777' }],
      [{ type: 'tmpfs', target: '/t', tmpfs_size: '2M' }],
      [{ type: 'volume', source: 'hknamed', target: '/w', no_copy: true }],
    ]),
  }
}

function portsOf(random: Random, name: DockerName): Draft {
  const first = name === 'hkd1' ? 18_110 : 18_120
  return {
    published_ports: random.pick([
      [`${first}:80`],
      [`${first}:80`, `127.0.0.1:${first + 1}:53/udp`],
      [`${first + 2}-${first + 3}:7000-7001`],
      ['80'],
    ]),
    ...random.some(20, { default_host_ip: '127.0.0.1' }),
  }
}

function networksOf(random: Random, name: DockerName): Draft {
  const last = name === 'hkd1' ? 11 : 12
  const one = { name: 'hknet1', ...random.some(40, { ipv4_address: `172.30.1.${last}` }) }
  const two = { name: 'hknet2', ...random.some(40, { aliases: random.pick([['a1'], ['a1', 'a2']]) }) }
  return {
    networks: random.pick([[one], [two], [one, two], [two, one], [{ name: 'hknet1' }]]),
    ...random.some(10, { networks_cli_compatible: false }),
    ...random.some(15, { purge_networks: true }),
  }
}

function networkOf(random: Random, name: DockerName): Draft {
  const own = (): Draft => ({
    ...random.some(35, portsOf(random, name)),
    ...random.some(10, { mac_address: `02:42:ac:11:00:${name === 'hkd1' ? '71' : '72'}` }),
    ...drawn(random, NETWORKED, 1),
  })
  return random.weighted<() => Draft>([
    [5, own],
    [3, () => ({ ...networksOf(random, name), ...random.some(40, portsOf(random, name)) })],
    [2, () => ({ network_mode: 'host' })],
    [1, () => ({ network_mode: 'none', ...random.some(40, { hostname: 'box' }) })],
    [1, () => ({ network_mode: random.pick(['bridge', 'default', 'hknet1']), ...own() })],
    [1, () => ({ network_mode: 'container:hkanchor' })],
  ])()
}

/** Some of the parameters, with a value each. */
export function drawn(random: Random, pool: Pool, about: number): Draft {
  const names = Object.keys(pool)
  const percent = (about * 100) / names.length
  return Object.fromEntries(
    names.filter(() => random.chance(percent)).map((name) => [name, random.pick(pool[name] ?? [])]),
  )
}

function sane(args: Draft): Draft {
  const gone = new Set(NOT_BOTH.filter(([a]) => args[a] !== undefined).map(([, b]) => b))
  // A namespace of the host has its kernel parameters, and the runtime no say in them.
  if (args['network_mode'] === 'host') gone.add('sysctls')
  // Who shares the network of another container has none to open ports in.
  if (args['network_mode'] === 'container:hkanchor')
    for (const name of ['sysctls', 'exposed_ports', 'hostname']) gone.add(name)
  return Object.fromEntries(Object.entries(args).filter(([name]) => !gone.has(name)))
}

export function dockerWish(random: Random, name: DockerName = random.pick(NAMES)): DockerWish {
  const args = {
    image: random.pick(IMAGES),
    ...drawn(random, ANYWHERE, 4),
    ...networkOf(random, name),
    ...random.some(35, volumesOf(random)),
    ...random.some(20, mountsOf(random)),
  }
  return { name, args: sane(args) }
}

/** The same wish with something else in it. */
function changed(random: Random, { name, args }: DockerWish): DockerWish {
  const more = random.weighted<() => Draft>([
    [4, () => drawn(random, ANYWHERE, 2)],
    [2, () => ({ image: random.pick(IMAGES) })],
    [1, () => volumesOf(random)],
    [1, () => mountsOf(random)],
    [2, () => (args['network_mode'] === undefined ? networksOf(random, name) : {})],
    [2, () => ({ restart_policy: random.pick(['always', 'no']), memory: random.pick(['32M', '64M']) })],
  ])()
  const without = random.chance(30) ? random.pick(Object.keys(args)) : ''
  const kept = Object.entries(args).filter(([key]) => key !== without || key === 'image')
  return { name, args: sane({ ...Object.fromEntries(kept), ...more }) }
}

const COMPARISONS: readonly Draft[] = [
  { '*': 'ignore' },
  { '*': 'strict' },
  { env: 'strict' },
  { labels: 'strict', volumes: 'strict' },
  { published_ports: 'strict', exposed_ports: 'strict' },
  { command: 'ignore', image: 'ignore' },
  { networks: 'strict' },
  { networks: 'ignore', network_mode: 'ignore' },
  { stop_timeout: 'strict', tmpfs: 'strict' },
  { dns_search_domains: 'allow_more_present', command: 'allow_more_present' },
]

/** How it is done and compared, each now and then. Containers of the lab's image do not hear a gentle signal. */
function manner(random: Random): Draft {
  return {
    stop_signal: 'SIGKILL',
    ...random.some(15, { comparisons: random.pick(COMPARISONS) }),
    ...random.some(10, { force_kill: true, ...random.some(30, { kill_signal: 'KILL' }) }),
    ...random.some(5, { image_comparison: 'current-image' }),
    ...random.some(5, { image_name_mismatch: 'recreate' }),
    ...random.some(5, { ignore_image: true }),
    ...random.some(5, { container_default_behavior: 'compatibility' }),
    ...random.some(5, { command_handling: 'compatibility' }),
    ...random.some(5, { keep_volumes: false }),
    ...random.some(5, { docker_host: 'unix:///var/run/docker.sock' }),
    ...random.some(5, { removal_wait_timeout: 30 }),
  }
}

/** Only the one image can be pulled. */
function pullOf(random: Random, image: unknown): Draft {
  const pulls = image === FAR ? ['missing', 'always', true, 'never'] : ['missing', 'never', false]
  return random.some(image === FAR ? 50 : 10, { pull: random.pick(pulls) })
}

/** A container that is wanted like this, by a task of any state. */
function made(random: Random, wish: DockerWish): Draft {
  const { name, args } = random.chance(65) ? wish : changed(random, wish)
  const labels = args['labels'] === undefined ? {} : random.some(20, { image_label_mismatch: 'fail' })
  const strict = 'image_label_mismatch' in labels ? { comparisons: { labels: 'strict' } } : {}
  const state = random.weighted<Draft>([
    [9, {}],
    [3, { state: 'started' }],
    [2, { state: 'present' }],
    [1, { state: 'stopped' }],
    [2, { recreate: true }],
    [2, { restart: true }],
    [2, { paused: random.chance(60) }],
    [args['healthcheck'] === undefined ? 0 : 4, { state: 'healthy', healthy_wait_timeout: 9 }],
  ])
  const policy =
    args['restart_policy'] === 'on-failure' ? random.some(50, { restart_retries: random.pick([3, 4]) }) : {}
  const log =
    args['log_driver'] === 'json-file'
      ? random.some(50, { log_options: { 'max-size': random.pick(['1m', '2m']) } })
      : {}
  return {
    name,
    ...args,
    ...policy,
    ...log,
    ...manner(random),
    ...pullOf(random, args['image']),
    ...labels,
    ...strict,
    ...state,
  }
}

/** What is said of a container by its name alone. */
function bare(random: Random, name: string): Draft {
  return random.weighted<Draft>([
    [
      4,
      {
        name,
        state: 'absent',
        ...random.some(30, { force_kill: true }),
        ...random.some(20, { keep_volumes: false }),
      },
    ],
    [3, { name, state: 'started' }],
    [2, { name, state: 'stopped', ...random.some(30, { force_kill: true }) }],
    [1, { name, restart: true }],
    [2, { name, paused: random.chance(50) }],
    [1, { name, recreate: true, stop_signal: 'SIGKILL' }],
    [1, { name, env: { A: 'one' }, memory: '64M', stop_signal: 'SIGKILL' }],
    [1, { name, networks: [{ name: random.pick(['hknet1', 'hknet2']) }] }],
  ])
}

/** Jobs that end by themselves, and what cannot be. */
function special(random: Random): Draft {
  const job = { name: 'hkdjob', image: 'tiny:1', command: 'true', detach: false, stop_signal: 'SIGKILL' }
  return random.weighted<Draft>([
    [2, { ...job, ...random.pick<Draft>([{}, { cleanup: true }, { cleanup: true, auto_remove: true }]) }],
    [1, { name: 'hkdjob', state: 'absent' }],
    [1, { name: 'hkd1', image: 'none:1', pull: 'never' }],
    [1, { name: 'hkd2', image: `sha256:${'0'.repeat(64)}` }],
    [1, { name: 'hkd1', image: 'tiny:1', networks: [{ name: 'hknet9' }], stop_signal: 'SIGKILL' }],
    [1, { name: 'hkd2', image: 'tiny:1', docker_host: 'unix:///run/none.sock' }],
    [1, { name: 'hkd2', image: 'tiny:1', env_file: '/srv/predict/none', stop_signal: 'SIGKILL' }],
  ])
}

/** The arguments of one task about the container of the wish, or about another one now and then. */
export function dockerArgs(random: Random, wish: DockerWish): Draft {
  return random.weighted<() => Draft>([
    [8, () => made(random, wish)],
    [3, () => bare(random, wish.name)],
    [1, () => special(random)],
  ])()
}
