import { FAR } from './container-engines.ts'
import { drawn, type Pool } from './generate-docker.ts'
import type { Draft } from './maker.ts'
import type { Random } from './random.ts'

/** Containers that are nobody's. Each has ports of its own. */
const NAMES = ['hkp1', 'hkp2'] as const
type PodmanName = (typeof NAMES)[number]

/** What a list makes of one container, again and again. */
export interface PodmanWish {
  name: PodmanName
  args: Draft
}

const ANYWHERE: Pool = {
  annotation: [{ one: 'two' }],
  cap_add: [['NET_ADMIN'], ['net_admin', 'NET_RAW']],
  cap_drop: [['MKNOD'], ['MKNOD', 'CHOWN']],
  cmd_args: [['--tz=UTC'], []],
  command: ['sleep 80001', ['sleep', '80002'], "sh -c 'sleep 80003; true'"],
  device: [['/dev/null:/dev/other'], ['/dev/zero:/dev/other']],
  entrypoint: ['/bin/busybox'],
  env: [{ A: 'one' }, { A: 'two', PATH: '/bin' }, { A: 'b\nc', EMPTY: '' }],
  env_file: ['/srv/predict/vars'],
  expose: [['9000'], ['9000', '9100/udp']],
  group_add: [['7'], ['7', '8']],
  healthcheck: ['true', 'test -e /bin/sh'],
  interactive: [true, false],
  ipc: ['host', 'private'],
  label: [{ role: 'lb' }, { role: 'db', empty: '' }, { made: 'here' }],
  log_driver: ['k8s-file', 'json-file'],
  memory: ['32m', '64m'],
  oom_score_adj: [100, 200],
  pid: ['host'],
  privileged: [false],
  read_only: [true, false],
  read_only_tmpfs: [true, false],
  restart_policy: ['no', 'always', 'on-failure:3', 'unless-stopped'],
  security_opt: [['no-new-privileges']],
  shm_size: ['16m', '33554432'],
  stop_timeout: [3, 9],
  systemd: ['false'],
  timezone: ['UTC'],
  tmpfs: [{ '/run': 'size=1m' }, { '/run': '', '/t': 'size=2m' }],
  tty: [true, false],
  ulimit: [
    ['nofile=1024:2048', 'nproc=1000:1000'],
    ['nofile=100:100', 'nproc=1000:1000'],
  ],
  user: ['0:0', '7'],
  uts: ['host'],
  workdir: ['/etc', '/'],
}

/** What only a network of its own has. */
const NETWORKED: Pool = {
  dns: [['192.0.2.53']],
  dns_search: [['lab.test'], ['lab.test', 'other.test']],
  etc_hosts: [{ one: '192.0.2.1' }, { one: '192.0.2.2' }],
  hostname: ['box', 'other'],
  publish_all: [true],
  sysctl: [{ 'net.ipv4.ip_default_ttl': '65' }],
}

const IMAGES = ['localhost/tiny:1', 'localhost/tiny:1', 'localhost/tiny:2', 'localhost/tiny:2', 'tiny:1', FAR]

const NOT_BOTH: readonly (readonly [string, string])[] = [
  ['uts', 'hostname'],
  ['timezone', 'cmd_args'],
]

function volumesOf(random: Random): Draft {
  const all = [
    '/srv/predict/v1:/v1',
    '/srv/predict/v2/in:/v2:ro',
    '/srv/predict/m/n/:/n',
    'hknamed:/named',
    '/nameless',
  ]
  return { volume: random.pick([all.slice(0, 1), all.slice(0, 2), all.slice(1, 3), all.slice(3), all]) }
}

function mountsOf(random: Random): Draft {
  return {
    mount: random.pick([
      ['type=bind,source=/srv/predict/v1,destination=/b,ro'],
      ['type=bind,source=/etc,destination=/b'],
      ['type=tmpfs,destination=/t,tmpfs-size=1048576'],
      ['type=volume,source=hknamed,destination=/w'],
    ]),
  }
}

function portsOf(random: Random, name: PodmanName): Draft {
  const first = name === 'hkp1' ? 18_210 : 18_220
  return {
    publish: random.pick([
      [`${first}:80`],
      [`${first}:80`, `127.0.0.1:${first + 1}:53/udp`],
      [`${first + 2}-${first + 3}:7000-7001`],
    ]),
  }
}

function networkOf(random: Random, name: PodmanName): Draft {
  const own = (): Draft => ({
    ...random.some(35, portsOf(random, name)),
    ...drawn(random, NETWORKED, 1),
  })
  return random.weighted<() => Draft>([
    [6, own],
    [3, () => ({ network: random.pick(['host', ['host']]) })],
    [1, () => ({ network: 'none' })],
    [1, () => ({ network: 'bridge', ...own() })],
    [1, () => ({ network: 'container:hkanchor' })],
  ])()
}

function sane(args: Draft): Draft {
  const gone = new Set(NOT_BOTH.filter(([a]) => args[a] !== undefined).map(([, b]) => b))
  // Podman forgets the command of the image where it gets an entrypoint.
  const command = args['entrypoint'] === undefined ? {} : { command: 'sleep 80001' }
  return Object.fromEntries(Object.entries({ ...command, ...args }).filter(([name]) => !gone.has(name)))
}

export function podmanWish(random: Random, name: PodmanName = random.pick(NAMES)): PodmanWish {
  const args = {
    image: random.pick(IMAGES),
    ...drawn(random, ANYWHERE, 4),
    ...networkOf(random, name),
    ...random.some(35, volumesOf(random)),
    ...random.some(15, mountsOf(random)),
  }
  return { name, args: sane(args) }
}

/** The same wish with something else in it. */
function changed(random: Random, { name, args }: PodmanWish): PodmanWish {
  const more = random.weighted<() => Draft>([
    [4, () => drawn(random, ANYWHERE, 2)],
    [2, () => ({ image: random.pick(IMAGES) })],
    [1, () => volumesOf(random)],
    [1, () => mountsOf(random)],
  ])()
  const without = random.chance(30) ? random.pick(Object.keys(args)) : ''
  const kept = Object.entries(args).filter(([key]) => key !== without || key === 'image')
  return { name, args: sane({ ...Object.fromEntries(kept), ...more }) }
}

/** Only the one image can be pulled. */
function pullOf(random: Random, image: unknown): Draft {
  const pulls = image === FAR ? ['missing', 'always', 'newer', 'never'] : ['missing', 'never']
  return random.some(image === FAR ? 50 : 8, { pull: random.pick(pulls) })
}

/** A container that is wanted like this, by a task of any state. It does not hear a gentle signal. */
function made(random: Random, wish: PodmanWish): Draft {
  const { name, args } = random.chance(80) ? wish : changed(random, wish)
  const state = random.weighted<Draft>([
    [9, {}],
    [3, { state: 'started' }],
    [2, { state: 'present' }],
    [2, { state: 'created' }],
    [2, { state: 'stopped' }],
    [1, { recreate: true }],
    [2, { force_restart: true }],
  ])
  return {
    name,
    ...args,
    stop_signal: random.pick(['9', '9', '9', 'KILL']),
    ...random.some(8, { image_strict: true }),
    ...pullOf(random, args['image']),
    ...random.some(4, { executable: '/usr/bin/podman' }),
    ...state,
  }
}

/** What is said of a container by its name alone. */
function bare(random: Random, name: string): Draft {
  return random.weighted<Draft>([
    [4, { name, state: 'absent' }],
    [3, { name, state: 'started' }],
    [2, { name, state: 'stopped' }],
    [1, { name, restart: true }],
    [1, { name, state: 'created' }],
  ])
}

/** Jobs that end by themselves, and what cannot be. */
function special(random: Random): Draft {
  const job = { name: 'hkpjob', image: 'localhost/tiny:1', command: 'true', detach: false }
  return random.weighted<Draft>([
    [2, { ...job, ...random.some(60, { rm: true }) }],
    [1, { name: 'hkpjob', state: 'absent' }],
    [1, { name: 'hkp1', image: 'localhost/none:1', pull: 'never' }],
    [1, { name: 'hkp2', image: 'localhost/tiny:1', executable: 'nopodman' }],
  ])
}

/** The arguments of one task about the container of the wish, or about another one now and then. */
export function podmanArgs(random: Random, wish: PodmanWish): Draft {
  return random.weighted<() => Draft>([
    [8, () => made(random, wish)],
    [3, () => bare(random, wish.name)],
    [1, () => special(random)],
  ])()
}
