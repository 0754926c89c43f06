import { otherSystem } from './other-systems.ts'

/** Modules of Ansible that hakube has not, and what to write instead. A module that is added leaves this list. */
const COMMAND = 'write a command task with its program, and creates: or when: for what is there already'
const FILE = 'make the file on the controller, and copy it'
const CLUSTER = 'the cluster itself is not changed by hakube: use kubectl, or a command task'
const CLOUD = 'clouds are not changed by hakube: use a tool of the cloud, and an inventory that it writes'

const KNOWN: Readonly<Record<string, string>> = {
  // Packages of other kinds.
  ...all(['pipx', 'npm', 'yarn', 'gem', 'cpanm', 'composer', 'cargo', 'easy_install', 'bundler'], COMMAND),
  pip: 'write package: with the Python package of the distribution, or a command task with pip and creates:',
  ...all(
    ['snap', 'snap_alias', 'flatpak', 'flatpak_remote', 'sdkmanager'],
    'install a package of the distribution with package:, or write a command task with creates:',
  ),
  ...all(
    [
      'dnf_versionlock',
      'yum_versionlock',
      'copr',
      'rhsm_repository',
      'redhat_subscription',
      'rhsm_release',
      'rhel_rpm_ostree',
      'rpm_ostree_upgrade',
      'rpm_ostree_pkg',
      'apt_rpm',
      'apt_repo',
    ],
    COMMAND,
  ),
  dpkg_divert: 'write a command task with dpkg-divert',
  // Services and the system.
  sysvinit: 'write service:, on a host with systemd',
  ...all(
    ['runit', 'supervisorctl', 'openrc', 'svc', 'monit', 'nosh'],
    'only systemd is driven: write a command task',
  ),
  ...all(['systemd_info', 'systemd_creds_encrypt'], 'read states with service_facts'),
  ...all(
    [
      'locale_gen',
      'pamd',
      'sudoers',
      'interfaces_file',
      'dconf',
      'gconftool2',
      'keyring',
      'capabilities',
      'kernel_blacklist',
      'sefcontext',
      'selogin',
    ],
    'write the file with copy, lineinfile or template, or a command task',
  ),
  ...all(
    ['nmcli', 'net_tools', 'netplan', 'network_role'],
    'write the configuration of the network with template, and reload it with a handler',
  ),
  ...all(
    ['iptables_state', 'nftables', 'ipset', 'shorewall'],
    'firewalld:, ufw: and iptables: are what hakube drives; for others write a template and a handler',
  ),
  ...all(
    [
      'lvg',
      'lvol',
      'parted',
      'filesystem',
      'zfs',
      'zpool',
      'btrfs_subvolume',
      'crypttab',
      'luks_device',
      'swap',
      'acl',
      'xattr',
    ],
    COMMAND,
  ),
  ...all(
    ['at', 'patch', 'iso_extract', 'xml', 'htpasswd', 'java_cert', 'java_keystore', 'read_csv'],
    COMMAND,
  ),
  expect: 'give the program its answers with stdin: of command',
  subversion: COMMAND,
  async_status: 'write until: and retries: at a task that asks whether it is done',
  synchronize:
    'write copy:, which takes whole directories, or within the host with remote_src; or a command task with rsync',
  set_stats: 'keep the value with set_fact; hakube has no statistics of its own to add to',
  gather_facts: 'write setup:, or gather_facts: yes in the play',
  rhel_facts: 'facts are gathered with gather_facts: yes',
  // Containers and clusters.
  ...all(
    ['docker_image', 'docker_image_pull', 'podman_image'],
    'docker_container and podman_container pull the image that they need (pull:); write a command task for what else is to be done with it',
  ),
  ...all(
    [
      'docker_network',
      'docker_volume',
      'docker_login',
      'docker_prune',
      'docker_compose',
      'docker_compose_v2',
      'docker_stack',
      'docker_swarm',
      'docker_swarm_service',
      'docker_container_info',
      'docker_image_info',
      'docker_host_info',
      'docker_container_exec',
      'podman_network',
      'podman_pod',
      'podman_volume',
      'podman_play',
      'podman_login',
    ],
    'write a command task with docker or podman; for a service, a unit file with template and systemd:',
  ),
  ...all(
    [
      'k8s',
      'k8s_info',
      'k8s_exec',
      'k8s_drain',
      'k8s_scale',
      'k8s_service',
      'helm',
      'helm_repository',
      'helm_info',
      'kubevirt_vm',
      'openshift_process',
    ],
    CLUSTER,
  ),
  // Certificates, databases, messages.
  ...all(
    [
      'openssl_privatekey',
      'openssl_csr',
      'openssl_dhparam',
      'openssl_pkcs12',
      'openssl_publickey',
      'x509_certificate',
      'openssl_certificate',
      'acme_certificate',
      'acme_account',
      'openssh_keypair',
      'certificate_complete_chain',
    ],
    FILE,
  ),
  ...all(
    [
      'x509_certificate_info',
      'openssl_certificate_info',
      'openssl_csr_info',
      'openssl_privatekey_info',
      'get_certificate',
    ],
    'register what openssl says, with command: openssl x509 -noout -subject -enddate -in FILE',
  ),
  ...all(
    [
      'mysql_db',
      'mysql_user',
      'mysql_replication',
      'mysql_variables',
      'postgresql_db',
      'postgresql_user',
      'postgresql_privs',
      'mongodb_user',
      'redis',
      'influxdb_database',
      'etcd3',
      'consul',
      'consul_kv',
      'rabbitmq_user',
      'rabbitmq_vhost',
      'zabbix_host',
    ],
    COMMAND,
  ),
  ...all(
    [
      'mail',
      'slack',
      'telegram',
      'mattermost',
      'rocketchat',
      'irc',
      'pagerduty',
      'nagios',
      'jira',
      'grafana_annotation',
    ],
    'send it with uri:, or from what starts hakube',
  ),
  haproxy: 'write a shell task with socat to the stats socket of haproxy; hakube drains nodes itself',
  ...all(
    [
      'ec2',
      'ec2_instance',
      's3_bucket',
      'route53',
      'aws_s3',
      'gcp_compute_instance',
      'azure_rm_virtualmachine',
      'os_server',
      'hcloud_server',
      'digital_ocean_droplet',
      'vmware_guest',
      'proxmox',
      'proxmox_kvm',
      'cloudflare_dns',
      'nsupdate',
    ],
    CLOUD,
  ),
  github_release: 'name the release yourself, and fetch it with get_url',
  terraform: COMMAND,
  cpan: COMMAND,
}

function all(names: readonly string[], instead: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, instead]))
}

/** Collections of Ansible whose modules are known by their full names, whatever they are called. */
const COLLECTION =
  /^(?:ansible|community|containers|kubernetes|amazon|azure|google|openstack|cisco|arista|junipernetworks|vmware|netbox|theforeman|redhat|fedora|hetzner)\.[a-z0-9_]+\./

/** Modules that are outside of hakube's field, by the beginnings of their full names. */
const FOREIGN: readonly [RegExp, string][] = [
  [/^(?:ansible|community)\.windows\./, 'hosts are Linux machines'],
  [/^kubernetes\.core\./, 'run kubectl or helm with command'],
  [/^(?:cisco|arista|junipernetworks)\./, 'hosts are Linux machines'],
  [
    /^(?:amazon|azure|google|openstack|vmware|hetzner)\.|^community\.aws\./,
    'hakube works on hosts, not on clouds',
  ],
  [/^community\.(?:mysql|postgresql|mongodb)\./, 'run its client with command'],
  [/^community\.docker\./, 'run docker with command'],
  [/^(?:ios|nxos|eos|junos|vyos)_/, 'hosts are Linux machines'],
  [/^(?:ec2|azure_rm|gcp|os|vmware)_/, 'hakube works on hosts, not on clouds'],
  [/^(?:mysql|postgresql|mongodb)_/, 'run its client with command'],
]

/** What to write instead of a module that Ansible has and hakube has not; undefined for a name nobody knows. */
export function insteadOf(name: string): string | undefined {
  if (otherSystem(name) !== undefined)
    return 'not a mistake in a playbook, and fails on a host that reaches it: hosts are Debian-like or EL-like'
  const short = name.slice(name.lastIndexOf('.') + 1)
  // The own collection of a user may have a module of any name.
  if (name !== short && !COLLECTION.test(name)) return undefined
  const known = Object.hasOwn(KNOWN, short) ? KNOWN[short] : undefined
  if (known !== undefined) return known
  const outside = FOREIGN.find(([pattern]) => pattern.test(name))?.[1]
  if (outside !== undefined) return outside
  return name === short || /^ansible\.(?:builtin|legacy|posix)\./.test(name) ? undefined : COMMAND
}
