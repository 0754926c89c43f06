import { isSlip } from '../suggest.ts'

/** The names of each setting from weak to strong: of several that are set, the last one counts. */
export const VARIABLES = {
  connection: ['ansible_connection'],
  address: ['ansible_host', 'ansible_ssh_host'],
  port: ['ansible_port', 'ansible_ssh_port'],
  user: ['ansible_user', 'ansible_ssh_user'],
  keyFile: ['ansible_private_key_file', 'ansible_ssh_private_key_file'],
  password: ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password'],
  become: ['ansible_become'],
  becomeUser: ['ansible_become_user', 'ansible_sudo_user', 'ansible_su_user', 'ansible_doas_user'],
  becomeMethod: ['ansible_become_method'],
  becomeFlags: ['ansible_become_flags', 'ansible_sudo_flags', 'ansible_su_flags', 'ansible_doas_flags'],
  becomeExe: ['ansible_become_exe', 'ansible_sudo_exe', 'ansible_su_exe', 'ansible_doas_exe'],
  becomePassword: [
    'ansible_become_password',
    'ansible_become_pass',
    'ansible_sudo_pass',
    'ansible_su_pass',
    'ansible_doas_pass',
  ],
  sshArgs: ['ansible_ssh_args'],
  sshCommonArgs: ['ansible_ssh_common_args'],
  sshExtraArgs: ['ansible_ssh_extra_args'],
  hostKeyChecking: ['ansible_host_key_checking', 'ansible_ssh_host_key_checking'],
  timeout: ['ansible_timeout', 'ansible_ssh_timeout'],
} as const satisfies Record<string, readonly string[]>

/** Names that count for one way of becoming another user only. */
const OF_METHOD = /^ansible_(sudo|su|doas)_/

/** Whether a variable of this name counts where users are changed by this method. */
export function countsFor(name: string, method: string): boolean {
  const own = OF_METHOD.exec(name)?.[1]
  return own === undefined || own === method
}

export type Setting = keyof typeof VARIABLES

/** All connection variables that have an effect. */
export const HONOURED_VARIABLES: readonly string[] = Object.values(VARIABLES).flat()

/**
 * Connection variables of Ansible that are read without complaint and have no effect, because what they adjust
 * does not exist here: Python on the host, OpenSSH's own programs, file transfer, other connection plugins.
 */
export const IGNORED_VARIABLES: readonly string[] = [
  'ansible_async_dir',
  'ansible_control_path',
  'ansible_control_path_dir',
  'ansible_module_compression',
  'ansible_paramiko_host_key_checking',
  'ansible_paramiko_pty',
  'ansible_paramiko_proxy_command',
  'ansible_paramiko_record_host_keys',
  'ansible_pipelining',
  'ansible_python_interpreter',
  'ansible_remote_tmp',
  'ansible_scp_executable',
  'ansible_scp_extra_args',
  'ansible_scp_if_ssh',
  'ansible_sftp_batch_mode',
  'ansible_sftp_executable',
  'ansible_sftp_extra_args',
  'ansible_shell_allow_world_readable_temp',
  'ansible_shell_executable',
  'ansible_shell_type',
  'ansible_ssh_executable',
  'ansible_ssh_pipelining',
  'ansible_ssh_pkcs11_provider',
  'ansible_ssh_retries',
  'ansible_ssh_transfer_method',
  'ansible_ssh_use_tty',
  'ansible_sshpass_prompt',
  'ansible_system_tmpdirs',
  'ansible_terminal_initial_prompt',
]

const IGNORED = new Set(IGNORED_VARIABLES)
const KNOWN = new Set([...HONOURED_VARIABLES, ...IGNORED_VARIABLES])
// ansible_perl_interpreter and the like; connections to Windows.
const IGNORED_PATTERN = /^ansible_(?:\w+_interpreter|winrm_\w+|psrp_\w+)$/

/** The connection variable that was meant by a name that is none, a slip of the fingers away; undefined for all others. */
export function misspeltVariable(name: string): string | undefined {
  if (!name.startsWith('ansible_') || KNOWN.has(name)) return undefined
  return HONOURED_VARIABLES.find((known) => isSlip(name, known))
}

/** Those of the names that are connection variables without an effect. */
export function ignoredVariables(names: Iterable<string>): string[] {
  return [...names].filter((name) => IGNORED.has(name) || IGNORED_PATTERN.test(name))
}
