import { at, items, type Json, type JsonObject, object, show } from './container-compare.ts'
import { healthcheckSeen } from './docker-formats.ts'
import type { DockerTask } from './docker-task.ts'

/**
 * What a container has of which its task says nothing, by parameter, whatever the daemon is set to. What hangs on that
 * (ipc_mode, cgroupns_mode, shm_size, log_driver, ulimits, …) is not here, and a later task cannot tell.
 */
const PLAIN: JsonObject = {
  ...Object.fromEntries(
    [
      'auto_remove',
      'init',
      'interactive',
      'oom_killer',
      'privileged',
      'publish_all_ports',
      'read_only',
      'tty',
    ].map((name) => [name, false]),
  ),
  ...Object.fromEntries(
    [
      'blkio_weight',
      'cpu_period',
      'cpu_quota',
      'cpu_shares',
      'cpus',
      'kernel_memory',
      'memory',
      'memory_reservation',
      'oom_score_adj',
      'pids_limit',
      'restart_retries',
    ].map((name) => [name, 0]),
  ),
  ...Object.fromEntries(
    [
      'cgroup_parent',
      'cpuset_cpus',
      'cpuset_mems',
      'domainname',
      'mac_address',
      'pid_mode',
      'userns_mode',
      'uts',
    ].map((name) => [name, '']),
  ),
  volume_driver: '',
  ...Object.fromEntries(
    [
      'cap_drop',
      'capabilities',
      'devices',
      'dns_opts',
      'dns_search_domains',
      'dns_servers',
      'etc_hosts',
      'groups',
      'links',
      'mounts',
      'volume_binds',
      'volumes_from',
    ].map((name) => [name, []]),
  ),
  ...Object.fromEntries(['published_ports', 'storage_opts', 'sysctls', 'tmpfs'].map((name) => [name, {}])),
  network_mode: 'default',
  restart_policy: 'no',
  stop_timeout: null,
}

/** All that can be told of a container that is made, by parameter. `image`: what it is made of; undefined: nobody knows. */
export function freshContainer(
  task: DockerTask,
  expected: JsonObject,
  image: JsonObject | undefined,
): JsonObject {
  const known: JsonObject = {
    ...PLAIN,
    // The runtime may have no limit of swap to set.
    ...(expected['memory'] === undefined ? { memory_swap: 0 } : {}),
    ...(image && broughtBy(image)),
  }
  const { entrypoint: _entrypoint, command: _command, ...more } = expected
  const said = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined))
  const labels = image && {
    labels: { ...object(at(image, 'Config', 'Labels')), ...object(task.wanted['labels']) },
  }
  return { ...known, ...said, ...labels, ...programOf(expected, image) }
}

function broughtBy(image: JsonObject): JsonObject {
  const text = (key: string): Json => at(image, 'Config', key) ?? ''
  return {
    healthcheck: healthcheckSeen(image),
    stop_signal: text('StopSignal'),
    user: text('User'),
    working_dir: text('WorkingDir'),
    volumes: [],
    exposed_ports: [],
    env: [],
  }
}

/** Docker takes one word as the entrypoint, and forgets the command of the image where it gets one. */
function programOf({ entrypoint, command }: JsonObject, image: JsonObject | undefined): JsonObject {
  const words = items(command).map(show)
  if (entrypoint !== undefined) {
    const [program, ...rest] = items(entrypoint).map(show)
    return program === undefined ? {} : { entrypoint: [program], command: [...rest, ...words] }
  }
  const own = image === undefined ? {} : { entrypoint: items(at(image, 'Config', 'Entrypoint')) }
  if (words.length > 0) return { ...own, command: words }
  return image === undefined ? {} : { ...own, command: items(at(image, 'Config', 'Cmd')) }
}
