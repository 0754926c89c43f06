import {
  at,
  config,
  host,
  items,
  type Json,
  type JsonObject,
  object,
  type Shape,
  show,
  textAt,
} from './container-compare.ts'
import { capability, sortedBindings } from './container-words.ts'
import {
  bindsSeen,
  healthcheckFlags,
  healthcheckSeen,
  mountsSeen,
  mountWords,
  networkName,
  publishWord,
  shellTest,
} from './docker-formats.ts'

/** One property of a container: where inspect has it, and how docker is told of it. */
export interface Option {
  name: string
  shape: Shape
  /** Out of what `docker container inspect` says. */
  seen(container: JsonObject): Json
  /** What is wanted, as `seen` would have it, where docker writes it down in another way. */
  asSeen?(wanted: Json): Json
  /** The words of `docker create` (and of `docker update`, where that can change it). */
  flags(wanted: Json, all: Readonly<Record<string, Json>>): readonly string[]
  /** docker update changes it without making the container anew. */
  updates?: true
}

const ordered = (shape: Shape): boolean => shape === 'list' || shape === 'set'

/** A flag for a value, or one for each element. */
function flag(name: string, shape: Shape): Option['flags'] {
  return (wanted) => {
    if (ordered(shape)) return items(wanted).map((one) => `--${name}=${show(one)}`)
    if (shape === 'dict')
      return Object.entries(object(wanted)).map(([key, value]) => `--${name}=${key}=${show(value)}`)
    return [`--${name}=${show(wanted)}`]
  }
}

function value(name: string, seen: Option['seen'], word = name.replaceAll('_', '-')): Option {
  return { name, shape: 'value', seen, flags: flag(word, 'value') }
}

function limit(name: string, key: string): Option {
  return { ...value(name, host(key)), updates: true }
}

function set(name: string, seen: Option['seen'], word: string, shape: Shape = 'set'): Option {
  return { name, shape, seen, flags: flag(word, shape) }
}

/** Docker says that it is not there where it is the default, too: "" and null. */
const text = (seen: Option['seen']) => (container: JsonObject) => seen(container) ?? ''
const truth = (seen: Option['seen']) => (container: JsonObject) => seen(container) === true
const caps = (key: string) => (container: JsonObject) =>
  items(host(key)(container)).map((one) => capability(show(one)))

const systemOf = (platform: string): string => platform.replace(/\/.*$/, '')

function rates(name: string, key: string): Option {
  return {
    name,
    shape: 'set',
    seen: host(key),
    flags: (wanted) =>
      items(wanted).map(
        (one) => `--${name.replaceAll('_', '-')}=${textAt(one, 'Path')}:${show(at(one, 'Rate'))}`,
      ),
  }
}

export const dockerOptions: readonly Option[] = [
  value('auto_remove', truth(host('AutoRemove')), 'rm'),
  limit('blkio_weight', 'BlkioWeight'),
  set('capabilities', caps('CapAdd'), 'cap-add'),
  set('cap_drop', caps('CapDrop'), 'cap-drop'),
  value('cgroupns_mode', host('CgroupnsMode'), 'cgroupns'),
  value('cgroup_parent', text(host('CgroupParent'))),
  // These two stand behind the image: see docker-script.ts.
  { name: 'command', shape: 'list', seen: config('Cmd'), flags: () => [] },
  { name: 'entrypoint', shape: 'list', seen: config('Entrypoint'), flags: () => [] },
  limit('cpu_period', 'CpuPeriod'),
  limit('cpu_quota', 'CpuQuota'),
  limit('cpu_shares', 'CpuShares'),
  { ...value('cpus', host('NanoCpus')), flags: (nano) => [`--cpus=${Number(nano) / 1e9}`] },
  limit('cpuset_cpus', 'CpusetCpus'),
  limit('cpuset_mems', 'CpusetMems'),
  rates('device_read_bps', 'BlkioDeviceReadBps'),
  rates('device_read_iops', 'BlkioDeviceReadIOps'),
  rates('device_write_bps', 'BlkioDeviceWriteBps'),
  rates('device_write_iops', 'BlkioDeviceWriteIOps'),
  {
    name: 'devices',
    shape: 'set',
    seen: host('Devices'),
    flags: (wanted) =>
      items(wanted).map(
        (one) =>
          `--device=${['PathOnHost', 'PathInContainer', 'CgroupPermissions'].map((key) => textAt(one, key)).join(':')}`,
      ),
  },
  set('dns_opts', host('DnsOptions'), 'dns-option'),
  set('dns_search_domains', host('DnsSearch'), 'dns-search', 'list'),
  set('dns_servers', host('Dns'), 'dns', 'list'),
  value('domainname', text(config('Domainname'))),
  // Its variables get to docker by another way: see container-env.ts.
  { name: 'env', shape: 'set', seen: config('Env'), flags: () => [] },
  set('etc_hosts', host('ExtraHosts'), 'add-host'),
  {
    name: 'exposed_ports',
    shape: 'set',
    seen: (container) =>
      Object.keys(object(config('ExposedPorts')(container))).map((port) =>
        port.includes('/') ? port : `${port}/tcp`,
      ),
    flags: flag('expose', 'set'),
  },
  set('groups', host('GroupAdd'), 'group-add'),
  { name: 'healthcheck', shape: 'dict', seen: healthcheckSeen, asSeen: shellTest, flags: healthcheckFlags },
  value('hostname', text(config('Hostname'))),
  value('init', truth(host('Init'))),
  value('interactive', truth(config('OpenStdin'))),
  value('ipc_mode', text(host('IpcMode')), 'ipc'),
  limit('kernel_memory', 'KernelMemory'),
  set('labels', config('Labels'), 'label', 'dict'),
  {
    ...set('links', host('Links'), 'link'),
    flags: (wanted) =>
      items(wanted).map((one) => `--link=${show(one).replace(/^\/(.*):\/[^/]*\/(.*)$/s, '$1:$2')}`),
  },
  value('log_driver', (container) => textAt(container, 'HostConfig', 'LogConfig', 'Type')),
  set(
    'log_options',
    (container) => at(container, 'HostConfig', 'LogConfig', 'Config') ?? null,
    'log-opt',
    'dict',
  ),
  value('mac_address', text(config('MacAddress'))),
  limit('memory', 'Memory'),
  limit('memory_reservation', 'MemoryReservation'),
  limit('memory_swap', 'MemorySwap'),
  value('memory_swappiness', host('MemorySwappiness')),
  {
    name: 'mounts',
    shape: 'set',
    seen: mountsSeen,
    flags: (wanted) => items(wanted).map((one) => `--mount=${mountWords(object(one))}`),
  },
  // The default network has two names.
  {
    ...value(
      'network_mode',
      (container) => networkName(textAt(container, 'HostConfig', 'NetworkMode')),
      'network',
    ),
    asSeen: (mode) => networkName(show(mode)),
  },
  value('oom_killer', truth(host('OomKillDisable')), 'oom-kill-disable'),
  value('oom_score_adj', host('OomScoreAdj')),
  value('pid_mode', text(host('PidMode')), 'pid'),
  value('pids_limit', (container) => host('PidsLimit')(container) ?? 0),
  // Inspect says only which system it is for.
  {
    ...value('platform', (container) => systemOf(textAt(container, 'Platform'))),
    asSeen: (platform) => systemOf(show(platform)),
  },
  value('privileged', truth(host('Privileged'))),
  value('publish_all_ports', truth(host('PublishAllPorts')), 'publish-all'),
  {
    name: 'published_ports',
    shape: 'dict',
    seen: (container) => sortedBindings(object(host('PortBindings')(container))),
    flags: (wanted) =>
      Object.entries(object(wanted)).flatMap(([port, all]) =>
        items(all).map((one) => `--publish=${publishWord(port, one)}`),
      ),
  },
  value('read_only', truth(host('ReadonlyRootfs'))),
  {
    name: 'restart_policy',
    shape: 'value',
    // A container that was made without one has none.
    seen: (container) => textAt(container, 'HostConfig', 'RestartPolicy', 'Name') || 'no',
    flags: (policy, { restart_retries: retries }) => [
      `--restart=${show(policy)}${Number(retries ?? 0) > 0 ? `:${show(retries)}` : ''}`,
    ],
    updates: true,
  },
  {
    name: 'restart_retries',
    shape: 'value',
    seen: (container) => at(container, 'HostConfig', 'RestartPolicy', 'MaximumRetryCount') ?? 0,
    flags: () => [],
    updates: true,
  },
  value('runtime', text(host('Runtime'))),
  set('security_opts', host('SecurityOpt'), 'security-opt'),
  value('shm_size', host('ShmSize')),
  value('stop_signal', text(config('StopSignal'))),
  value('stop_timeout', config('StopTimeout')),
  set('storage_opts', host('StorageOpt'), 'storage-opt', 'dict'),
  set('sysctls', host('Sysctls'), 'sysctl', 'dict'),
  {
    ...set('tmpfs', host('Tmpfs'), 'tmpfs', 'dict'),
    flags: (wanted) =>
      Object.entries(object(wanted)).map(
        ([target, options]) => `--tmpfs=${target}${options === '' ? '' : `:${show(options)}`}`,
      ),
  },
  value('tty', truth(config('Tty'))),
  {
    name: 'ulimits',
    shape: 'set',
    seen: host('Ulimits'),
    flags: (wanted) =>
      items(wanted).map(
        (one) => `--ulimit=${textAt(one, 'Name')}=${show(at(one, 'Soft'))}:${show(at(one, 'Hard'))}`,
      ),
  },
  value('user', text(config('User'))),
  value('userns_mode', text(host('UsernsMode')), 'userns'),
  value('uts', text(host('UTSMode'))),
  value('volume_driver', text(host('VolumeDriver'))),
  {
    name: 'volumes',
    shape: 'set',
    seen: (container) => Object.keys(object(config('Volumes')(container))),
    flags: flag('volume', 'set'),
  },
  { name: 'volume_binds', shape: 'set', seen: bindsSeen, flags: flag('volume', 'set') },
  set('volumes_from', host('VolumesFrom'), 'volumes-from'),
  value('working_dir', text(config('WorkingDir')), 'workdir'),
]
