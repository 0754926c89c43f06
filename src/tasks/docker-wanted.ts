import type { Json, JsonObject } from './container-compare.ts'
import {
  bindingsByPort,
  bytes,
  capability,
  commandWords,
  nanoseconds,
  portBindings,
  portRange,
  refuse,
  texts,
  volumeOf,
} from './container-words.ts'
import type { DockerParams } from './docker-params.ts'

/** What the task wants of the container, by parameter, in the forms in which `docker inspect` has them. */
export type Wanted = Readonly<Record<string, Json>>

type Given<K extends keyof DockerParams> = NonNullable<DockerParams[K]>
type Rule = (params: DockerParams) => Json | undefined

/** The value of a parameter made into what inspect shows; nothing where the parameter is not given. */
function of<K extends keyof DockerParams>(
  name: K,
  make: (value: Given<K>) => Json | undefined,
): [string, Rule] {
  return [name, ({ [name]: value }) => (value === undefined ? undefined : make(value))]
}

/** As it is written. */
const PLAIN = [
  'auto_remove',
  'blkio_weight',
  'cgroup_parent',
  'cgroupns_mode',
  'cpu_period',
  'cpu_quota',
  'cpu_shares',
  'cpuset_cpus',
  'cpuset_mems',
  'dns_opts',
  'dns_search_domains',
  'dns_servers',
  'domainname',
  'groups',
  'hostname',
  'init',
  'interactive',
  'ipc_mode',
  'log_driver',
  'memory_swappiness',
  'network_mode',
  'oom_killer',
  'oom_score_adj',
  'pid_mode',
  'pids_limit',
  'platform',
  'privileged',
  'publish_all_ports',
  'read_only',
  'restart_policy',
  'restart_retries',
  'runtime',
  'security_opts',
  'stop_signal',
  'stop_timeout',
  'tty',
  'user',
  'userns_mode',
  'uts',
  'volume_driver',
  'volumes_from',
  'working_dir',
] as const

const RULES: readonly [string, Rule][] = [
  ...PLAIN.map((name) => of(name, (value) => value)),
  of('capabilities', (all) => all.map(capability)),
  of('cap_drop', (all) => all.map(capability)),
  ['command', ({ command, command_handling }) => wordsOf('command', command, command_handling)],
  ['entrypoint', ({ entrypoint, command_handling }) => wordsOf('entrypoint', entrypoint, command_handling)],
  of('cpus', (count) => Math.round(count * 1e9)),
  of('devices', (all) => all.map(deviceOf)),
  of('device_read_bps', (all) => ratesOf(all, (rate) => bytes('device_read_bps', rate))),
  of('device_write_bps', (all) => ratesOf(all, (rate) => bytes('device_write_bps', rate))),
  of('device_read_iops', (all) => ratesOf(all, (rate) => count('device_read_iops', rate))),
  of('device_write_iops', (all) => ratesOf(all, (rate) => count('device_write_iops', rate))),
  of('etc_hosts', (all) => Object.entries(all).map(([host, address]) => `${host}:${String(address)}`)),
  of('healthcheck', healthcheckOf),
  of('kernel_memory', (size) => bytes('kernel_memory', size)),
  of('labels', texts),
  ['links', ({ links, name }) => links?.map((link) => linkOf(link, name))],
  of('log_options', texts),
  of('mac_address', (address) => address.replaceAll('-', ':')),
  of('memory', (size) => bytes('memory', size)),
  of('memory_reservation', (size) => bytes('memory_reservation', size)),
  of('memory_swap', (size) => (['unlimited', '-1'].includes(size) ? -1 : bytes('memory_swap', size))),
  of('mounts', (all) => all.map(mountOf)),
  of('shm_size', (size) => bytes('shm_size', size)),
  of('storage_opts', texts),
  of('sysctls', texts),
  of('tmpfs', (all) =>
    Object.fromEntries(all.map((one) => [one.replace(/:.*$/s, ''), /:(.*)$/s.exec(one)?.[1] ?? ''])),
  ),
  of('ulimits', (all) => all.map(ulimitOf)),
  of('volumes', (all) => all.filter((one) => volumeOf(one).source === undefined)),
  [
    'volume_binds',
    ({ volumes }) =>
      volumes
        ?.map(volumeOf)
        .flatMap(({ source, target, mode }) => (source === undefined ? [] : [`${source}:${target}:${mode}`])),
  ],
  ['exposed_ports', exposedOf],
]

/** What the task wants, but for env and published_ports, which hang on what the host says. */
export function wantedOf(params: DockerParams): Wanted {
  check(params)
  return Object.fromEntries(
    RULES.flatMap(([name, rule]): [string, Json][] => {
      const value = rule(params)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

export function publishedOf(params: DockerParams, defaultIp: string): JsonObject | undefined {
  if (params.published_ports === undefined) return undefined
  return bindingsByPort(params.published_ports.flatMap(portBindings), defaultIp)
}

function check(params: DockerParams): void {
  if (params.log_options && params.log_driver === undefined) refuse('log_options needs log_driver')
  if (params.restart_retries !== undefined && params.restart_policy === undefined)
    refuse('restart_retries needs restart_policy')
  for (const [name, value] of Object.entries(params.env ?? {})) {
    if (typeof value !== 'string')
      refuse(
        `env: the value of ${name} is not a text`,
        `put it into quotes, so that it is not taken for another type: "${String(value)}"`,
      )
  }
  const targets = [
    ...(params.mounts ?? []).map(({ target }) => target),
    ...(params.volumes ?? []).map((one) => volumeOf(one).target),
  ]
  const twice = targets.find((target, index) => targets.indexOf(target) !== index)
  if (twice !== undefined) refuse(`the mount point ${twice} is there twice`)
  publishedOf(params, '')
}

function wordsOf(
  name: string,
  given: string | readonly string[] | undefined,
  handling: string,
): Json | undefined {
  if (given === undefined) return undefined
  if (handling === 'correct') return commandWords(name, given)
  return given.length === 0
    ? undefined
    : commandWords(name, typeof given === 'string' ? given : given.join(' '))
}

function ratesOf(all: Given<'device_read_bps'>, make: (rate: string) => number): Json {
  return all.map(({ path, rate }) => ({ Path: path, Rate: make(rate) }))
}

function count(name: string, given: string): number {
  return /^\d+$/.test(given) ? Number(given) : refuse(`${name}: ${JSON.stringify(given)} is no number`)
}

function deviceOf(given: string): Json {
  const [host = '', inside = host, permissions = 'rwm'] = given.split(':')
  return { PathOnHost: host, PathInContainer: inside, CgroupPermissions: permissions }
}

function healthcheckOf(given: Given<'healthcheck'>): Json {
  const { test, interval, timeout, start_period: start, retries } = given
  if (test === undefined || test.length === 0) return { Test: ['NONE'] }
  const duration = (name: string, value: string | undefined): Json | undefined =>
    value === undefined ? undefined : nanoseconds(`healthcheck: ${name}`, value)
  if (typeof test !== 'string' && !['NONE', 'CMD', 'CMD-SHELL'].includes(test[0] ?? ''))
    refuse('healthcheck: a test that is a list begins with NONE, CMD or CMD-SHELL')
  return Object.fromEntries(
    Object.entries({
      Test: typeof test === 'string' ? ['CMD-SHELL', test] : test,
      Interval: duration('interval', interval),
      Timeout: duration('timeout', timeout),
      StartPeriod: duration('start_period', start),
      Retries: retries,
    }).filter(([, value]) => value !== undefined),
  )
}

function linkOf(given: string, name: string): string {
  const [other = '', alias = other] = given.split(/:(.*)/s)
  return `/${other}:/${name}/${alias}`
}

const ONLY: Readonly<Record<string, string>> = {
  volume_driver: 'volume',
  volume_options: 'volume',
  propagation: 'bind',
  no_copy: 'volume',
  labels: 'volume',
  tmpfs_size: 'tmpfs',
  tmpfs_mode: 'tmpfs',
}

function mountOf(given: Given<'mounts'>[number]): Json {
  if (given.type === 'bind' && given.source === undefined) refuse(`mounts: ${given.target} needs a source`)
  for (const [key, value] of Object.entries(given)) {
    const type = ONLY[key]
    if (value !== undefined && type !== undefined && type !== given.type)
      refuse(`mounts: ${key} of ${given.target} is only for mounts of type ${type}`)
  }
  const { tmpfs_size: size, tmpfs_mode: mode, labels, volume_options: options, ...rest } = given
  if (options && given.volume_driver === undefined)
    refuse(`mounts: volume_options of ${given.target} needs volume_driver`, 'write volume_driver: local')
  if (mode !== undefined && !/^[0-7]+$/.test(mode))
    refuse(`mounts: tmpfs_mode of ${given.target} is not octal`)
  const out: Record<string, Json | undefined> = {
    ...rest,
    labels: labels && texts(labels),
    volume_options: options && texts(options),
    tmpfs_size: size === undefined ? undefined : bytes('tmpfs_size', size),
    tmpfs_mode: mode === undefined ? undefined : Number.parseInt(mode, 8),
  }
  return Object.fromEntries(Object.entries(out).filter(([, value]) => value !== undefined))
}

function ulimitOf(given: string): Json {
  const match = /^(\w+)[:=](-?\d+)(?::(-?\d+))?$/.exec(given)
  if (!match) return refuse(`ulimits: ${JSON.stringify(given)} is no limit`, 'write nofile:1024:2048')
  return { Name: match[1] ?? '', Soft: Number(match[2]), Hard: Number(match[3] ?? match[2]) }
}

/** Published ports are exposed, too. Ranges become their ports. */
function exposedOf({ exposed_ports: exposed, published_ports: published }: DockerParams): Json | undefined {
  if (exposed === undefined && published === undefined) return undefined
  const own = (exposed ?? []).flatMap((one) => {
    const [ports = '', protocol = 'tcp'] = one.trim().split('/')
    return portRange(ports).map((port) => `${port}/${protocol}`)
  })
  return [...new Set([...own, ...(published ?? []).flatMap(portBindings).map(({ port }) => port)])]
}
