import * as z from 'zod'
import { bool, int, name, number, oneOf, path, text, texts } from './params.ts'
import { COMPARISONS } from './container-compare.ts'

export const scalar = z.union([z.string(), z.number(), z.boolean()])
export const mapping = z.record(z.string(), scalar)
/** A command: a list, or a text that is split as a shell does. */
export const command = z.union([z.array(scalar).transform((all) => all.map(String)), text])

const rate = z.array(z.strictObject({ path: name, rate: text }))

const mount = z.strictObject({
  target: name,
  source: text.optional(),
  type: oneOf(['bind', 'volume', 'tmpfs']).default('volume'),
  read_only: bool.optional(),
  consistency: oneOf(['default', 'consistent', 'cached', 'delegated']).optional(),
  propagation: oneOf(['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave']).optional(),
  no_copy: bool.optional(),
  labels: mapping.optional(),
  volume_driver: text.optional(),
  volume_options: mapping.optional(),
  tmpfs_size: text.optional(),
  tmpfs_mode: text.optional(),
})

const network = z.strictObject({
  name,
  ipv4_address: text.optional(),
  ipv6_address: text.optional(),
  aliases: texts.optional(),
  links: texts.optional(),
})

const healthcheck = z.strictObject({
  test: z.union([z.array(text), text]).optional(),
  interval: text.optional(),
  timeout: text.optional(),
  start_period: text.optional(),
  retries: int.optional(),
})

const size = (what: string) => text.optional().describe(`${what}, such as 64M; without a unit bytes.`)
const limit = (what: string) => int.optional().describe(what)

/** What the container is to be like. */
export const dockerProperties = {
  auto_remove: bool.optional().describe('The daemon removes the container when it ends.'),
  blkio_weight: limit('Weight of its input and output, 10 to 1000.'),
  cap_drop: texts.optional().describe('Capabilities to take from it.'),
  capabilities: texts.optional().describe('Capabilities to give to it: NET_ADMIN, NET_BROADCAST, NET_RAW.'),
  cgroup_parent: text.optional().describe('The control group above its own.'),
  cgroupns_mode: oneOf(['host', 'private']).optional().describe('Its namespace of control groups.'),
  command: command.optional().describe('The command: a list, or a text that is split as a shell does.'),
  cpu_period: limit('Period of the limit of CPU time.'),
  cpu_quota: limit('CPU time in a period.'),
  cpu_shares: limit('Relative weight of its CPU time.'),
  cpus: number.optional().describe('How many CPUs it may use: 1.5.'),
  cpuset_cpus: text.optional().describe('Which CPUs: 0-2 or 0,1.'),
  cpuset_mems: text.optional().describe('Which memory nodes.'),
  device_read_bps: rate.optional().describe('Limits of reading, as dicts of path and rate.'),
  device_read_iops: rate.optional().describe('The same in operations a second.'),
  device_write_bps: rate.optional().describe('Limits of writing, as dicts of path and rate.'),
  device_write_iops: rate.optional().describe('The same in operations a second.'),
  devices: texts.optional().describe('Devices of the host: /dev/a, or /dev/a:/dev/b:rwm.'),
  dns_opts: texts.optional().describe('Options of its resolver.'),
  dns_search_domains: texts.optional().describe('Search domains of its resolver.'),
  dns_servers: texts.optional().describe('Name servers.'),
  domainname: text.optional().describe('Its domain name.'),
  entrypoint: z
    .array(scalar)
    .transform((all) => all.map(String))
    .optional()
    .describe('Instead of the entrypoint of the image; a texts.'),
  env: mapping.optional().describe('Environment variables; the values are texts: quote them.'),
  env_file: path.optional().describe('A file on the host with a line NAME=value for each; env beats it.'),
  etc_hosts: mapping.optional().describe('Lines of its /etc/hosts: the addresses of these names.'),
  exposed_ports: texts.optional().describe('Ports on which it says that it listens: 80, 53/udp, 6000-6010.'),
  groups: texts.optional().describe('More groups of its user.'),
  healthcheck: healthcheck
    .optional()
    .describe(
      'test (a text, or a list that begins with CMD, CMD-SHELL or NONE), interval, timeout, start_period, retries.',
    ),
  hostname: text.optional().describe('Its host name.'),
  init: bool.optional().describe('A small init that passes signals on and reaps processes.'),
  interactive: bool.optional().describe('Keep its standard input open.'),
  ipc_mode: text.optional().describe('host, private, shareable, container:NAME.'),
  kernel_memory: size('Limit of kernel memory'),
  labels: mapping.optional().describe('Labels.'),
  links: texts.optional().describe('Other containers that it knows by a name: container:alias.'),
  log_driver: text.optional().describe('What becomes of its output: json-file, journald, syslog, …'),
  log_options: mapping.optional().describe('Options of log_driver, which must be given as well.'),
  mac_address: text.optional().describe('Its MAC address.'),
  memory: size('Limit of memory'),
  memory_reservation: size('Soft limit of memory'),
  memory_swap: size('Limit of memory and swap together, or unlimited'),
  memory_swappiness: limit('0 to 100.'),
  mounts: z
    .array(mount)
    .optional()
    .describe(
      'Mounts as dicts: target, source, type (bind, volume, tmpfs), read_only, propagation, consistency, no_copy, labels, volume_driver, volume_options, tmpfs_size, tmpfs_mode.',
    ),
  network_mode: text
    .optional()
    .describe(
      'host, bridge, none, container:NAME, or a network. The first of networks where they are given.',
    ),
  networks: z
    .array(network)
    .optional()
    .describe('Networks as dicts: name, ipv4_address, ipv6_address, aliases, links. They must be there.'),
  oom_killer: bool.optional().describe('Whether the OOM killer is off for it.'),
  oom_score_adj: limit('How likely the OOM killer takes it.'),
  pid_mode: text.optional().describe('host, or container:NAME.'),
  pids_limit: limit('Limit of processes, -1 for none.'),
  platform: text.optional().describe('os[/arch[/variant]].'),
  privileged: bool.optional().describe('All rights.'),
  publish_all_ports: bool.optional().describe('Publish all ports that it exposes, on any ports of the host.'),
  published_ports: texts
    .optional()
    .describe('Ports to publish: 8080:80, 127.0.0.1:53:53/udp, 7000-7010:9010-9020, 80.'),
  read_only: bool.optional().describe('Its root file system is read-only.'),
  // A bare `no` is false, which Ansible takes for the word.
  restart_policy: z
    .union([oneOf(['no', 'on-failure', 'always', 'unless-stopped']), z.literal(false)])
    .transform((policy) => (policy === false ? 'no' : policy))
    .optional()
    .describe('When the daemon starts it again.'),
  restart_retries: limit('How often, with restart_policy on-failure.'),
  runtime: text.optional().describe('The runtime.'),
  security_opts: texts.optional().describe('Security options.'),
  shm_size: size('Size of its /dev/shm'),
  stop_signal: text.optional().describe('The signal that stops it.'),
  stop_timeout: limit('Seconds until it is killed when it is stopped.'),
  storage_opts: mapping.optional().describe('Options of the storage driver.'),
  sysctls: mapping.optional().describe('Kernel parameters of its namespaces.'),
  tmpfs: texts.optional().describe('tmpfs mounts: /run, or /run:size=64m.'),
  tty: bool.optional().describe('Give it a terminal.'),
  ulimits: texts.optional().describe('Limits: nofile:1024:2048.'),
  user: text.optional().describe('User, and group behind a colon.'),
  userns_mode: text.optional().describe('host, or nothing.'),
  uts: text.optional().describe('Its UTS namespace: host.'),
  volume_driver: text.optional().describe('The driver of its volumes.'),
  volumes: texts.optional().describe('Mounts: /host:/container[:ro], name:/container, /container.'),
  volumes_from: texts.optional().describe('Containers whose volumes it gets.'),
  working_dir: text.optional().describe('Its working directory.'),
}

/** What is to be done, and how. */
export const dockerTask = {
  name: name.describe('Name (or ID) of the container.'),
  image: name.optional().describe('The image; without a tag latest. An ID must be there already.'),
  state: oneOf(['absent', 'present', 'stopped', 'started', 'healthy'])
    .default('started')
    .describe(
      'present: it is there as it is to be. started, stopped: and runs, or not. healthy: and its health check says so.',
    ),
  pull: z
    .union([oneOf(['always', 'missing', 'never']), bool])
    .default('missing')
    .describe('When to pull the image: always (yes), missing (no), never.'),
  recreate: bool.default(false).describe('Make it anew, whatever it is like.'),
  restart: bool.default(false).describe('Restart it where it runs and need not be made anew.'),
  comparisons: z
    .record(z.string(), oneOf(COMPARISONS))
    .optional()
    .describe(
      "How properties are compared, by parameter: strict, ignore, or (lists and dicts) allow_more_present. '*' for all.",
    ),
  image_comparison: oneOf(['desired-image', 'current-image'])
    .default('desired-image')
    .describe('Which image says what env, exposed_ports, labels and volumes are without the task.'),
  image_label_mismatch: oneOf(['ignore', 'fail'])
    .default('ignore')
    .describe('With labels: strict, whether labels of the image that the task does not set are a mistake.'),
  image_name_mismatch: oneOf(['recreate', 'ignore'])
    .default('ignore')
    .describe('Whether it is made anew where the image is the same and has another name.'),
  ignore_image: bool.default(false).describe('Deprecated: write image: ignore in comparisons.'),
  purge_networks: bool.default(false).describe('Deprecated: write networks: strict in comparisons.'),
  networks_cli_compatible: bool
    .default(true)
    .describe('Whether networks take the place of the default network.'),
  container_default_behavior: oneOf(['compatibility', 'no_defaults'])
    .default('no_defaults')
    .describe(
      'compatibility: auto_remove, init, interactive, memory, paused, privileged, read_only and tty are no and 0 where they are not given.',
    ),
  command_handling: oneOf(['compatibility', 'correct'])
    .default('correct')
    .describe(
      'compatibility: lists of command and entrypoint are joined and split again, and empty ones ignored.',
    ),
  default_host_ip: text
    .optional()
    .describe(
      'The address that published ports are bound to where they name none. 0.0.0.0, or what the network says.',
    ),
  detach: bool.optional().describe('no: wait until the container ends, and fail if it does.'),
  cleanup: bool.default(false).describe('With detach: no, remove it afterwards.'),
  paused: bool.optional().describe('With state started: whether it is paused.'),
  force_kill: bool.default(false).describe('Kill it instead of stopping it.'),
  kill_signal: text.optional().describe('The signal for that.'),
  keep_volumes: bool.default(true).describe('Keep volumes without a name when it is removed.'),
  removal_wait_timeout: number.optional().describe('Seconds until it must be removed. 300.'),
  healthy_wait_timeout: number.default(300).describe('Seconds until it must be healthy.'),
  docker_host: name.optional().describe('Socket of the daemon, as docker -H takes it.'),
}

export type DockerParams = z.output<z.ZodObject<typeof dockerTask & typeof dockerProperties>>

const CONNECTION = 'docker runs on the host itself: delegate the task to the host whose daemon is meant'

export const dockerUnsupported: Readonly<Record<string, string>> = {
  api_version: 'the docker of the host speaks the version of its daemon',
  ca_cert: CONNECTION,
  ca_path: CONNECTION,
  client_cert: CONNECTION,
  client_key: CONNECTION,
  debug: 'run hakube with --diff and -v: it says what differs',
  device_requests: 'run the container with a command task, docker run --gpus and creates:',
  device_cgroup_rules: 'run the container with a command task and docker run --device-cgroup-rule',
  output_logs: 'register the task: with detach: no, container.Output has the output',
  pull_check_mode_behavior: 'hakube says "would run" where only the real pull shows whether anything changes',
  ssl_version: CONNECTION,
  timeout: 'write it as a keyword of the task, beside its module',
  tls: CONNECTION,
  tls_hostname: CONNECTION,
  use_ssh_client: CONNECTION,
  validate_certs: CONNECTION,
}

export const dockerAliases: Readonly<Record<string, string>> = {
  docker_url: 'docker_host',
  exposed: 'exposed_ports',
  expose: 'exposed_ports',
  forcekill: 'force_kill',
  log_opt: 'log_options',
  ports: 'published_ports',
}
