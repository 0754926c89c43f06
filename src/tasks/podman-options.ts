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
import { bytes, capability, portBindings, texts } from './container-words.ts'
import {
  address,
  bindingsSeen,
  capsOf,
  deviceOf,
  labelsOf,
  lineOf,
  mountsSeen,
  mountsWanted,
  networkOf,
  networksSeen,
  policySeen,
  signal,
} from './podman-formats.ts'
import type { PodmanParams } from './podman-params.ts'

/** One property of a container that inspect shows. */
export interface Shown {
  name: keyof PodmanParams
  shape: Shape
  /** Whether the container may have more than what is wanted. */
  more?: true
  /** Where the task does not say it, the image does; labels come from both. */
  ofImage?: true
  /** Out of what `podman container inspect` says; undefined: it cannot be seen. */
  seen(info: JsonObject, params: PodmanParams): Json | undefined
  /** What is wanted; undefined: nothing, and nothing is compared. */
  wanted(params: PodmanParams, image: JsonObject | undefined): Json | undefined
}

type Given<K extends keyof PodmanParams> = NonNullable<PodmanParams[K]>

/** A single value; with `otherwise` it is compared, as in Ansible, where the task does not say it, too. */
function value<K extends keyof PodmanParams>(
  name: K,
  seen: Shown['seen'],
  make: (given: Given<K>) => Json,
  otherwise?: Json,
): Shown {
  return {
    name,
    shape: 'value',
    seen,
    wanted: ({ [name]: given }) => (given === undefined ? otherwise : make(given)),
  }
}

const plain = (given: Json): Json => given
const number = (
  name: 'blkio_weight' | 'cpu_period' | 'cpu_shares' | 'cpu_rt_period' | 'cpu_rt_runtime' | 'oom_score_adj',
  key: string,
): Shown => value(name, host(key), plain, 0)
const truth = (name: 'privileged' | 'read_only' | 'rm', key: string): Shown =>
  value(name, (info) => host(key)(info) === true, plain, false)
const size = (
  name: 'memory' | 'memory_reservation' | 'memory_swap' | 'kernel_memory' | 'shm_size',
  key: string,
): Shown => value(name, host(key), (given) => (given === '-1' ? -1 : bytes(name, given)))

/** Podman 4.3 shows the IPC namespace of the host as one of the container's own: its command line tells. */
function said(info: JsonObject, name: 'ipc' | 'pid' | 'uts'): string | undefined {
  return name === 'ipc' ? lineOf(info)?.get('ipc')?.at(-1) : undefined
}

/** Namespaces: what they are without a word has had more than one name. */
function space(name: 'ipc' | 'pid' | 'uts', key: string): Shown {
  const one = (given: string): string => (['', 'private', 'shareable'].includes(given) ? 'private' : given)
  return {
    name,
    shape: 'value',
    seen: (info) =>
      one(said(info, name) ?? textAt(info, 'HostConfig', key)).replace(/^container:.*/s, 'container'),
    wanted: ({ [name]: given, pod }) =>
      given === undefined
        ? pod === undefined
          ? 'private'
          : undefined
        : one(given).replace(/^container:.*/s, 'container'),
  }
}

function rates(
  name: 'device_read_bps' | 'device_read_iops' | 'device_write_bps' | 'device_write_iops',
  key: string,
): Shown {
  return {
    name,
    shape: 'set',
    seen: (info) =>
      items(host(key)(info)).map(
        (one) => `${textAt(one, 'Path') || textAt(one, 'path')}:${show(at(one, 'Rate') ?? at(one, 'rate'))}`,
      ),
    wanted: (params) =>
      (params[name] ?? []).map((one) =>
        one.replace(/:([^:]*)$/, (_, rate: string) => `:${bytes(name, rate)}`),
      ),
  }
}

export const shownOptions: readonly Shown[] = [
  {
    name: 'annotation',
    shape: 'dict',
    more: true,
    seen: config('Annotations'),
    wanted: ({ annotation }) => annotation && texts(annotation),
  },
  number('blkio_weight', 'BlkioWeight'),
  {
    name: 'cap_add',
    shape: 'set',
    more: true,
    seen: capsOf,
    wanted: ({ cap_add: add }) => add?.map(capability).filter((one) => one !== 'ALL'),
  },
  {
    name: 'cap_drop',
    shape: 'set',
    seen: (info, { cap_drop: drop = [], cap_add: add = [] }) =>
      capsOf(info).filter((one) => drop.map(capability).includes(one) && !add.map(capability).includes(one)),
    wanted: () => [],
  },
  value('cgroup_parent', host('CgroupParent'), plain),
  value(
    'cgroups',
    (info) => textAt(info, 'HostConfig', 'Cgroups').replace(/^(enabled)?$/, 'default'),
    (given) => given.replace(/^enabled$/, 'default'),
    'default',
  ),
  { name: 'cidfile', shape: 'value', seen: host('ContainerIDFile'), wanted: ({ cidfile }) => cidfile ?? '' },
  { name: 'command', shape: 'list', seen: config('Cmd'), wanted: ({ command }) => command },
  value('conmon_pidfile', (info) => textAt(info, 'ConmonPidFile'), plain),
  number('cpu_period', 'CpuPeriod'),
  number('cpu_rt_period', 'CpuRealtimePeriod'),
  number('cpu_rt_runtime', 'CpuRealtimeRuntime'),
  number('cpu_shares', 'CpuShares'),
  value('cpus', host('NanoCpus'), (count) => Math.round(count * 1e9), 0),
  value('cpuset_cpus', host('CpusetCpus'), plain, ''),
  value('cpuset_mems', host('CpusetMems'), plain, ''),
  {
    name: 'device',
    shape: 'set',
    seen: (info) => {
      const said = items(host('Devices')(info)).map(
        (one) => `${textAt(one, 'PathOnHost')}:${textAt(one, 'PathInContainer')}`,
      )
      return said.length > 0 ? said : (lineOf(info)?.get('device') ?? []).map(deviceOf)
    },
    wanted: ({ device = [] }) => device.map(deviceOf),
  },
  rates('device_read_bps', 'BlkioDeviceReadBps'),
  rates('device_read_iops', 'BlkioDeviceReadIOps'),
  rates('device_write_bps', 'BlkioDeviceWriteBps'),
  rates('device_write_iops', 'BlkioDeviceWriteIOps'),
  {
    name: 'env',
    shape: 'set',
    more: true,
    seen: config('Env'),
    wanted: ({ env }) => env && Object.entries(env).map(([key, item]) => `${key}=${String(item)}`),
  },
  {
    name: 'etc_hosts',
    shape: 'set',
    seen: host('ExtraHosts'),
    wanted: ({ etc_hosts: hosts = {} }) =>
      Object.entries(hosts).map(([key, item]) => `${key}:${String(item)}`),
  },
  { name: 'group_add', shape: 'set', seen: host('GroupAdd'), wanted: ({ group_add: groups = [] }) => groups },
  value('healthcheck', (info) => show(items(at(info, 'Config', 'Healthcheck', 'Test')).at(-1)), plain),
  value('hostname', config('Hostname'), plain),
  value('interactive', (info) => config('OpenStdin')(info) === true, plain),
  space('ipc', 'IpcMode'),
  size('kernel_memory', 'KernelMemory'),
  {
    name: 'label',
    shape: 'dict',
    ofImage: true,
    seen: labelsOf,
    wanted: ({ label = {} }, image) => ({
      ...object(image?.['Labels'] ?? at(image, 'Config', 'Labels')),
      ...texts(label),
    }),
  },
  value('log_driver', (info) => textAt(info, 'HostConfig', 'LogConfig', 'Type'), plain),
  {
    name: 'log_opt',
    shape: 'dict',
    more: true,
    seen: (info) => ({
      path: textAt(info, 'HostConfig', 'LogConfig', 'Path'),
      tag: textAt(info, 'HostConfig', 'LogConfig', 'Tag'),
    }),
    wanted: ({ log_opt: { path, tag = '' } = {} }) => ({ tag, ...(path === undefined ? {} : { path }) }),
  },
  size('memory', 'Memory'),
  size('memory_reservation', 'MemoryReservation'),
  size('memory_swap', 'MemorySwap'),
  value('memory_swappiness', host('MemorySwappiness'), plain),
  {
    name: 'network',
    shape: 'set',
    seen: networksSeen,
    wanted: ({ network, pod }) =>
      network === undefined && pod !== undefined ? undefined : (network ?? ['default']).map(networkOf),
  },
  value('oom_kill_disable', (info) => host('OomKillDisable')(info) === true, plain),
  number('oom_score_adj', 'OomScoreAdj'),
  space('pid', 'PidMode'),
  value('pids_limit', (info) => show(host('PidsLimit')(info)), plain),
  truth('privileged', 'Privileged'),
  {
    name: 'publish',
    shape: 'set',
    seen: (info, { publish_all: all }) => (all ? undefined : bindingsSeen(info)),
    wanted: ({ publish = [] }) =>
      publish.flatMap(portBindings).map(({ port, ip, hostPort }) => ({
        port,
        ip: address(ip ?? ''),
        ...(hostPort === '' ? {} : { hostPort }),
      })),
  },
  truth('read_only', 'ReadonlyRootfs'),
  {
    name: 'restart_policy',
    shape: 'value',
    seen: policySeen,
    wanted: ({ restart_policy: policy = 'no' }) => policy || 'no',
  },
  truth('rm', 'AutoRemove'),
  {
    name: 'security_opt',
    shape: 'set',
    seen: (info) =>
      items(host('SecurityOpt')(info)).filter((one) => !show(one).includes('apparmor=containers-default')),
    wanted: ({ security_opt: all = [] }) => all,
  },
  size('shm_size', 'ShmSize'),
  {
    name: 'stop_signal',
    shape: 'value',
    ofImage: true,
    seen: (info) => signal(show(config('StopSignal')(info))),
    wanted: ({ stop_signal: given }, image) =>
      signal(given ?? (textAt(image, 'Config', 'StopSignal') || '15')),
  },
  value('stop_timeout', config('StopTimeout'), plain),
  value('timezone', (info) => textAt(info, 'Config', 'Timezone'), plain, ''),
  value('tty', (info) => config('Tty')(info) === true, plain, false),
  {
    name: 'ulimit',
    shape: 'set',
    seen: (info) => lineOf(info)?.get('ulimit') ?? (lineOf(info) ? [] : undefined),
    wanted: ({ ulimit = [] }) => ulimit,
  },
  {
    name: 'user',
    shape: 'value',
    ofImage: true,
    seen: config('User'),
    wanted: ({ user }, image) => user ?? (textAt(image, 'User') || textAt(image, 'Config', 'User')),
  },
  space('uts', 'UTSMode'),
  { name: 'volume', shape: 'set', seen: mountsSeen, wanted: mountsWanted },
  {
    name: 'workdir',
    shape: 'value',
    ofImage: true,
    seen: config('WorkingDir'),
    wanted: ({ workdir }, image) => workdir ?? (textAt(image, 'Config', 'WorkingDir') || '/'),
  },
]
