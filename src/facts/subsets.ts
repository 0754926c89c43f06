import { didYouMean } from '../suggest.ts'

/** Names of gather_subset whose facts belong to what hakube gathers, or that no host here can have. */
const SUBSETS: readonly string[] = (
  'all min all_ipv4_addresses all_ipv6_addresses apparmor architecture caps chroot cmdline date_time ' +
  'default_ipv4 default_ipv6 devices distribution distribution_major_version distribution_release ' +
  'distribution_version dns effective_group_ids effective_user_id env fibre_channel_wwn fips hardware ' +
  'interfaces is_chroot iscsi kernel kernel_version local lsb machine machine_id mounts network nvme ' +
  'os_family pkg_mgr platform processor processor_cores processor_count python python_version ' +
  'real_user_id selinux service_mgr ssh_host_key_dsa_public ssh_host_key_ecdsa_public ' +
  'ssh_host_key_ed25519_public ssh_host_key_rsa_public ssh_host_pub_keys ssh_pub_keys system ' +
  'system_capabilities system_capabilities_enforced systemd user user_dir user_gecos user_gid user_id ' +
  'user_shell user_uid virtual virtualization_role virtualization_tech_guest virtualization_tech_host ' +
  'virtualization_type'
).split(' ')

/** What runs other programs for facts of its own. */
const FOREIGN = ['facter', 'ohai']

/** The first of these names of subsets, a `!` before them or not, that is none; what to write instead. */
export function wrongSubset(names: readonly string[]): { message: string; hint: string } | undefined {
  for (const name of names) {
    const bare = name.trim().replace(/^!/, '')
    if (SUBSETS.includes(bare) || (FOREIGN.includes(bare) && name.trim().startsWith('!'))) continue
    if (FOREIGN.includes(bare))
      return { message: `the facts of ${bare} are not supported`, hint: `leave ${bare} out of gather_subset` }
    return {
      message: `${name} is no subset of facts`,
      hint: didYouMean(bare, SUBSETS) ?? 'write all, min, network, hardware or virtual',
    }
  }
  return undefined
}
