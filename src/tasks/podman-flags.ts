import { type Json, type JsonObject, matches, type Property } from './container-compare.ts'
import { refuse } from './container-words.ts'
import { flagsOf } from './podman-command.ts'
import { lineOf } from './podman-formats.ts'
import { type Shown, shownOptions } from './podman-options.ts'
import type { PodmanParams } from './podman-params.ts'

type Name = keyof PodmanParams

/** The flag of each parameter, in the order of the command line. What its name says already is not written out. */
const FLAGS: Readonly<Partial<Record<Name, string>>> = {
  blkio_weight_device: 'blkio-weight-device',
  device: 'device',
  etc_hosts: 'add-host',
  healthcheck: 'health-cmd',
  healthcheck_interval: 'health-interval',
  healthcheck_retries: 'health-retries',
  healthcheck_start_period: 'health-start-period',
  healthcheck_timeout: 'health-timeout',
  network_aliases: 'network-alias',
  restart_policy: 'restart',
  secrets: 'secret',
  timezone: 'tz',
}

/** In the order of Ansible's table. The variables of env get to podman by another way: see container-env.ts. */
const ORDER: readonly Name[] = [
  'annotation',
  'authfile',
  'blkio_weight',
  'blkio_weight_device',
  'cap_add',
  'cap_drop',
  'cgroup_parent',
  'cgroupns',
  'cgroups',
  'cidfile',
  'conmon_pidfile',
  'cpu_period',
  'cpu_rt_period',
  'cpu_rt_runtime',
  'cpu_shares',
  'cpus',
  'cpuset_cpus',
  'cpuset_mems',
  'device',
  'device_read_bps',
  'device_read_iops',
  'device_write_bps',
  'device_write_iops',
  'dns',
  'dns_option',
  'dns_search',
  'entrypoint',
  'env_file',
  'env_host',
  'etc_hosts',
  'expose',
  'gidmap',
  'group_add',
  'healthcheck',
  'healthcheck_interval',
  'healthcheck_retries',
  'healthcheck_start_period',
  'healthcheck_timeout',
  'hostname',
  'http_proxy',
  'image_volume',
  'init',
  'init_path',
  'interactive',
  'ip',
  'ipc',
  'kernel_memory',
  'label',
  'label_file',
  'log_driver',
  'log_opt',
  'log_level',
  'mac_address',
  'memory',
  'memory_reservation',
  'memory_swap',
  'memory_swappiness',
  'mount',
  'network',
  'network_aliases',
  'no_hosts',
  'oom_kill_disable',
  'oom_score_adj',
  'pid',
  'pids_limit',
  'pod',
  'privileged',
  'publish',
  'publish_all',
  'read_only',
  'read_only_tmpfs',
  'requires',
  'restart_policy',
  'rm',
  'sdnotify',
  'secrets',
  'security_opt',
  'shm_size',
  'stop_signal',
  'stop_timeout',
  'subgidname',
  'subuidname',
  'sysctl',
  'systemd',
  'timezone',
  'tmpfs',
  'tty',
  'uidmap',
  'ulimit',
  'user',
  'userns',
  'uts',
  'volume',
  'volumes_from',
  'workdir',
]

function flagOf(name: Name): string {
  return FLAGS[name] ?? name.replaceAll('_', '-')
}

/** The words of podman create for one parameter. */
function wordsFor(name: Name, params: PodmanParams): string[] {
  const { [name]: given } = params
  const flag = flagOf(name)
  if (given === undefined) return []
  if (Array.isArray(given)) return given.map((one: unknown) => `--${flag}=${String(one)}`)
  if (typeof given === 'object') {
    const between = name === 'tmpfs' || name === 'etc_hosts' || name === 'blkio_weight_device' ? ':' : '='
    return Object.entries(given).flatMap(([key, item]) =>
      item === undefined
        ? []
        : [
            `--${flag}=${key.replace(/^max_size$/, 'max-size')}${item === '' ? '' : `${between}${String(item)}`}`,
          ],
    )
  }
  if (name === 'systemd') return [`--systemd=${String(given).toLowerCase()}`]
  return [`--${flag}=${String(given)}`]
}

export function createWords(params: PodmanParams): string[] {
  return [...ORDER.flatMap((name) => wordsFor(name, params)), ...(params.cmd_args ?? [])]
}

/** Words of podman start for who waits for the end of the container: create knows none of them. */
export function attachWords(params: PodmanParams): string[] {
  return [...wordsFor('sig_proxy', params), ...wordsFor('detach_keys', params)]
}

/** Parameters that say nothing of the container itself, or that something else compares. */
const NEVER = new Set<Name>(['authfile', 'log_level', 'env_file'])

/** Whether inspect shows less of a property than the task says. */
function isHalfShown(name: Name, params: PodmanParams): boolean {
  switch (name) {
    case 'mount':
      return true
    case 'cap_add':
    case 'cap_drop':
      return params[name]?.some((one) => one.toUpperCase() === 'ALL') ?? false
    case 'log_opt':
      return params.log_opt?.max_size !== undefined
    case 'network':
      // Another container is there by its ID.
      return params.network?.some((one) => one.startsWith('container:')) ?? false
    case 'ipc':
    case 'pid':
    case 'uts':
      return params[name]?.startsWith('container:') ?? false
    default:
      return false
  }
}

/** What inspect shows of a property, not yet held against what the container has. */
export type Wish = Omit<Property, 'seen'> & { option: Shown }

/** The properties that inspect shows and the task, or podman without a word, wants. */
export function shownProperties(params: PodmanParams, image: JsonObject | undefined): Wish[] {
  const extra = flagsOf(['create', ...(params.cmd_args ?? [])])
  return shownOptions.flatMap((option): Wish[] => {
    const { name, shape, more } = option
    const unseenImage = option.ofImage === true && image === undefined
    // What cmd_args say of it nobody compares.
    if (params[name] === undefined && (unseenImage || extra.has(flagOf(name)))) return []
    const wanted = option.wanted(params, image)
    if (wanted === undefined) return []
    return [
      { option, name, shape, comparison: more || unseenImage ? 'allow_more_present' : 'strict', wanted },
    ]
  })
}

/** What only the command line tells by which a container was made: these parameters of the task. */
function unshown(params: PodmanParams): Name[] {
  const shown = new Set(shownOptions.map(({ name }) => name))
  return ORDER.filter(
    (name) =>
      params[name] !== undefined && !NEVER.has(name) && (!shown.has(name) || isHalfShown(name, params)),
  )
}

/** Those of them that the line says otherwise. */
export function lineDifferences(params: PodmanParams, line: ReadonlyMap<string, string[]>): Property[] {
  const own = flagsOf(['create', ...createWords({ ...params, cmd_args: [] })])
  return unshown(params)
    .map((name): Property => ({
      name,
      shape: 'set',
      comparison: 'strict',
      wanted: valuesOf(own, name),
      seen: valuesOf(line, name),
    }))
    .filter((property) => !matches(property))
}

/** The properties that are not as they are to be, and the parameters of which nobody can tell. */
export function podmanDifferences(
  params: PodmanParams,
  info: JsonObject,
  image: JsonObject | undefined,
): { differences: Property[]; unseen: Name[] } {
  const shown = shownProperties(params, image)
    .map(({ option, ...property }) => ({ ...property, seen: option.seen(info, params) }))
    .filter((property) => !matches(property))
  const line = lineOf(info)
  if (line === undefined) return { differences: shown, unseen: unshown(params) }
  return { differences: [...shown, ...lineDifferences(params, line)], unseen: [] }
}

function valuesOf(flags: ReadonlyMap<string, string[]>, name: Name): Json {
  const values = flags.get(flagOf(name)) ?? []
  if (name === 'log_opt') return values.filter((one) => one.startsWith('max-size='))
  return name === 'dns' || name === 'requires' ? values.flatMap((one) => one.split(',')) : values
}

/** Refuses what podman would not understand before anything is done. */
export function checkPodman(params: PodmanParams): void {
  for (const option of shownOptions) {
    if (params[option.name] !== undefined) option.wanted(params, undefined)
  }
  const { restart_policy: policy = '' } = params
  if (!/^(no|never|always|unless-stopped|on-failure(:\d+)?)?$/.test(policy))
    refuse(
      `restart_policy: ${JSON.stringify(policy)} is no restart policy`,
      'write no, always, unless-stopped or on-failure, with :N for so many tries',
    )
  if (
    params.image === undefined &&
    (params.recreate || params.command !== undefined) &&
    params.state !== 'absent'
  )
    refuse('podman_container needs the image to make a container of')
}
