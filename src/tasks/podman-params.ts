import * as z from 'zod'
import { command, mapping } from './docker-params.ts'
import { bool, int, name, number, oneOf, path, text, texts } from './params.ts'

const size = (what: string) => text.optional().describe(`${what}, such as 64m; without a unit bytes.`)

/** What the container is to be like. */
export const podmanProperties = {
  annotation: mapping.optional().describe('Annotations.'),
  blkio_weight: int.optional().describe('Weight of its input and output, 10 to 1000.'),
  blkio_weight_device: mapping.optional().describe('The same by device.'),
  cap_add: texts.optional().describe('Capabilities to give to it: NET_ADMIN, NET_RAW.'),
  cap_drop: texts.optional().describe('Capabilities to take from it.'),
  cgroup_parent: text.optional().describe('The control group above its own.'),
  cgroupns: text.optional().describe('Its namespace of control groups.'),
  cgroups: text.optional().describe('enabled or disabled.'),
  cidfile: text.optional().describe('A file that gets its ID.'),
  command: command.optional().describe('The command: a list, or a text that is split as a shell does.'),
  conmon_pidfile: text.optional().describe("A file that gets the number of its monitor's process."),
  cpu_period: int.optional().describe('Period of the limit of CPU time.'),
  cpu_rt_period: int.optional().describe('Period of the limit of real-time CPU time.'),
  cpu_rt_runtime: int.optional().describe('Real-time CPU time in a period.'),
  cpu_shares: int.optional().describe('Relative weight of its CPU time.'),
  cpus: number.optional().describe('How many CPUs it may use: 1.5.'),
  cpuset_cpus: text.optional().describe('Which CPUs: 0-2 or 0,1.'),
  cpuset_mems: text.optional().describe('Which memory nodes.'),
  detach_keys: text.optional().describe('With detach: no, the keys that detach from it.'),
  device: texts.optional().describe('Devices of the host: /dev/a, or /dev/a:/dev/b:rwm.'),
  device_read_bps: texts.optional().describe('Limits of reading: /dev/sda:1mb.'),
  device_read_iops: texts.optional().describe('The same in operations a second.'),
  device_write_bps: texts.optional().describe('Limits of writing: /dev/sda:1mb.'),
  device_write_iops: texts.optional().describe('The same in operations a second.'),
  dns: texts.optional().describe('Name servers.'),
  dns_option: text.optional().describe('Options of its resolver.'),
  dns_search: texts.optional().describe('Search domains of its resolver.'),
  entrypoint: text.optional().describe('Instead of the entrypoint of the image.'),
  env: mapping.optional().describe('Environment variables.'),
  env_file: path
    .optional()
    .describe('A file on the host with a line NAME=value for each. Another content is not noticed.'),
  env_host: bool.optional().describe('Hand the environment of podman over to it.'),
  etc_hosts: mapping.optional().describe('Lines of its /etc/hosts: the addresses of these names.'),
  expose: texts.optional().describe('Ports on which it says that it listens.'),
  gidmap: texts.optional().describe('Map of groups.'),
  group_add: texts.optional().describe('More groups of its user.'),
  healthcheck: text.optional().describe('The command that tells whether it is healthy.'),
  healthcheck_interval: text.optional().describe('Time between two checks: 30s, disable.'),
  healthcheck_retries: int.optional().describe('How often it may fail.'),
  healthcheck_start_period: text.optional().describe('Time that it has at its start: 2m3s.'),
  healthcheck_timeout: text.optional().describe('Time that a check may take.'),
  hostname: text.optional().describe('Its host name.'),
  http_proxy: bool.optional().describe('Hand variables for proxies over to it.'),
  image_volume: oneOf(['bind', 'tmpfs', 'ignore'])
    .optional()
    .describe('What becomes of the volumes of the image.'),
  init: bool.optional().describe('A small init that passes signals on and reaps processes.'),
  init_path: text.optional().describe('That init.'),
  interactive: bool.optional().describe('Keep its standard input open.'),
  ip: text.optional().describe('Its address.'),
  ipc: text.optional().describe('Its IPC namespace.'),
  kernel_memory: size('Limit of kernel memory'),
  label: mapping.optional().describe('Labels.'),
  label_file: text.optional().describe('A file with labels.'),
  log_driver: oneOf(['k8s-file', 'journald', 'json-file']).optional().describe('What becomes of its output.'),
  log_opt: z
    .strictObject({ max_size: text.optional(), path: text.optional(), tag: text.optional() })
    .optional()
    .describe('Options for that: max_size, path, tag.'),
  mac_address: text.optional().describe('Its MAC address.'),
  memory: size('Limit of memory'),
  memory_reservation: size('Soft limit of memory'),
  memory_swap: size('Limit of memory and swap together'),
  memory_swappiness: int.optional().describe('0 to 100.'),
  mount: z
    .union([z.array(text), text.transform((one) => [one])])
    .optional()
    .describe('Mounts: type=bind,source=/host,destination=/container,ro.'),
  network: texts.optional().describe('host, bridge, none, container:NAME, ns:PATH, or networks.'),
  network_aliases: texts.optional().describe('Names of it in its networks.'),
  no_hosts: bool.optional().describe('No /etc/hosts of its own.'),
  oom_kill_disable: bool.optional().describe('Whether the OOM killer is off for it.'),
  oom_score_adj: int.optional().describe('How likely the OOM killer takes it.'),
  pid: text.optional().describe('Its PID namespace: host.'),
  pids_limit: text.optional().describe('Limit of processes, -1 for none.'),
  pod: text.optional().describe('The pod that it runs in.'),
  privileged: bool.optional().describe('All rights.'),
  publish: texts
    .optional()
    .describe('Ports to publish: 8080:80, 127.0.0.1:53:53/udp, 7000-7010:9010-9020, 80.'),
  publish_all: bool.optional().describe('Publish all ports that it exposes, on any ports of the host.'),
  read_only: bool.optional().describe('Its root file system is read-only.'),
  read_only_tmpfs: bool.optional().describe('And /run, /tmp and /var/tmp are writable all the same.'),
  requires: texts.optional().describe('Containers that are started before it.'),
  // A bare `no` is false, which podman does not understand.
  restart_policy: z
    .string()
    .or(z.literal(false))
    .transform((policy) => (policy === false || policy === 'False' ? 'no' : policy))
    .optional()
    .describe('no, on-failure[:N], always, unless-stopped.'),
  rm: bool.optional().describe('It is removed when it ends.'),
  sdnotify: text.optional().describe('Who tells systemd that it is up: container, conmon, ignore.'),
  secrets: texts.optional().describe('Secrets of podman that it gets.'),
  security_opt: texts.optional().describe('Security options.'),
  shm_size: size('Size of its /dev/shm'),
  stop_signal: text.optional().describe('The signal that stops it, as number or name.'),
  stop_timeout: int.optional().describe('Seconds until it is killed when it is stopped.'),
  subgidname: text.optional().describe('Its entry in /etc/subgid.'),
  subuidname: text.optional().describe('Its entry in /etc/subuid.'),
  sysctl: mapping.optional().describe('Kernel parameters of its namespaces.'),
  systemd: text.optional().describe('Whether systemd runs in it: true, false, always.'),
  timezone: text.optional().describe('Its time zone.'),
  tmpfs: mapping.optional().describe('tmpfs mounts, and their options.'),
  tty: bool.optional().describe('Give it a terminal.'),
  uidmap: texts.optional().describe('Map of users.'),
  ulimit: texts.optional().describe('Limits: nofile=1024:2048.'),
  user: text.optional().describe('User, and group behind a colon.'),
  userns: text.optional().describe('Its user namespace.'),
  uts: text.optional().describe('Its UTS namespace.'),
  volume: texts.optional().describe('Mounts: /host:/container[:ro], name:/container, /container.'),
  volumes_from: texts.optional().describe('Containers whose volumes it gets.'),
  workdir: text.optional().describe('Its working directory.'),
}

/** What is to be done, and how. */
export const podmanTask = {
  name: name.describe('Name of the container.'),
  image: name.optional().describe('The image; without a tag latest.'),
  state: oneOf(['absent', 'present', 'stopped', 'started', 'created'])
    .default('started')
    .describe(
      'present and created: it is there as it is to be. started: and runs. stopped: it does not run.',
    ),
  pull: oneOf(['missing', 'always', 'never', 'newer']).default('missing').describe('When to pull the image.'),
  recreate: bool.default(false).describe('Make it anew, whatever it is like.'),
  force_restart: bool.default(false).describe('Restart it; where it is there nothing is compared then.'),
  image_strict: bool.default(false).describe('Another image of the same name is a difference, too.'),
  detach: bool.default(true).describe('no: wait until the container ends, and fail if it does.'),
  authfile: path.optional().describe('File with the log-ins to registries.'),
  cmd_args: texts
    .optional()
    .describe('More options for podman run or create, one word each. Nobody compares them.'),
  executable: name.default('podman').describe('The program.'),
  log_level: oneOf(['debug', 'info', 'warn', 'error', 'fatal', 'panic'])
    .optional()
    .describe('How much podman says.'),
  sig_proxy: bool.optional().describe('With detach: no, whether signals to podman reach the container.'),
}

export type PodmanParams = z.output<z.ZodObject<typeof podmanTask & typeof podmanProperties>>

export const podmanUnsupported: Readonly<Record<string, string>> = {
  debug: 'run hakube with --diff and -v: it says what differs',
  generate_systemd:
    'write the unit with template, as podman generate systemd --new prints it, and start it with systemd:',
  hooks_dir: 'set hooks_dir in /etc/containers/containers.conf',
  rootfs: 'run it with a command task, podman run --rootfs and creates:',
}

export const podmanAliases: Readonly<Record<string, string>> = {
  add_hosts: 'etc_hosts',
  auto_remove: 'rm',
  capabilities: 'cap_add',
  dns_opts: 'dns_option',
  dns_search_domains: 'dns_search',
  dns_servers: 'dns',
  exposed: 'expose',
  exposed_ports: 'expose',
  groups: 'group_add',
  ipc_mode: 'ipc',
  labels: 'label',
  log_options: 'log_opt',
  mounts: 'mount',
  net: 'network',
  network_mode: 'network',
  pid_mode: 'pid',
  ports: 'publish',
  published: 'publish',
  published_ports: 'publish',
  remove: 'rm',
  restart: 'force_restart',
  ulimits: 'ulimit',
  userns_mode: 'userns',
  volumes: 'volume',
  working_dir: 'workdir',
}
