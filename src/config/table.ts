export interface Setting {
  /** Section and name, from weak to strong. */
  ini: readonly (readonly [section: string, name: string])[]
  /** Environment variables, from weak to strong; they beat the file. */
  env: readonly string[]
}

const defaults = (name: string): Setting => ({
  ini: [['defaults', name]],
  env: [`ANSIBLE_${name.toUpperCase()}`],
})

const escalation = (name: string): Setting => ({
  ini: [['privilege_escalation', name]],
  env: [`ANSIBLE_${name.toUpperCase()}`],
})

const ssh = (name: string): Setting => ({
  ini: [['ssh_connection', name]],
  env: [`ANSIBLE_${name.toUpperCase()}`],
})

/** The settings that have an effect, as ansible-core 2.14 names them. */
export const SETTINGS = {
  inventory: defaults('inventory'),
  remoteUser: defaults('remote_user'),
  remotePort: defaults('remote_port'),
  privateKeyFile: defaults('private_key_file'),
  askPass: defaults('ask_pass'),
  connectionPasswordFile: defaults('connection_password_file'),
  becomePasswordFile: defaults('become_password_file'),
  forks: defaults('forks'),
  rolesPath: defaults('roles_path'),
  strategy: defaults('strategy'),
  ansibleManaged: { ini: [['defaults', 'ansible_managed']], env: [] },
  forceHandlers: defaults('force_handlers'),
  hostKeyChecking: {
    ini: [
      ['defaults', 'host_key_checking'],
      ['ssh_connection', 'host_key_checking'],
    ],
    env: ['ANSIBLE_HOST_KEY_CHECKING', 'ANSIBLE_SSH_HOST_KEY_CHECKING'],
  },
  timeout: {
    ini: [
      ['defaults', 'timeout'],
      ['ssh_connection', 'timeout'],
    ],
    env: ['ANSIBLE_TIMEOUT', 'ANSIBLE_SSH_TIMEOUT'],
  },
  become: escalation('become'),
  becomeUser: escalation('become_user'),
  becomeMethod: escalation('become_method'),
  becomeFlags: escalation('become_flags'),
  becomeExe: escalation('become_exe'),
  becomeAskPass: escalation('become_ask_pass'),
  sshArgs: ssh('ssh_args'),
  sshCommonArgs: ssh('ssh_common_args'),
  sshExtraArgs: ssh('ssh_extra_args'),
  askVaultPass: defaults('ask_vault_pass'),
  vaultPasswordFile: defaults('vault_password_file'),
  vaultIdentityList: defaults('vault_identity_list'),
  vaultEncryptIdentity: defaults('vault_encrypt_identity'),
  vaultIdMatch: defaults('vault_id_match'),
  diffAlways: { ini: [['diff', 'always']], env: ['ANSIBLE_DIFF_ALWAYS'] },
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof SETTINGS

/** Settings without an effect here that change what a playbook means, unless they say what holds here anyway. */
export const MEANINGFUL: readonly { section: string; name: string; env: string; harmless: RegExp }[] = [
  { section: 'defaults', name: 'hash_behaviour', env: 'ANSIBLE_HASH_BEHAVIOUR', harmless: /^replace$/ },
  {
    section: 'defaults',
    name: 'error_on_undefined_vars',
    env: 'ANSIBLE_ERROR_ON_UNDEFINED_VARS',
    harmless: /^(?:y|yes|on|1|true|t)$/i,
  },
  {
    section: 'defaults',
    name: 'transport',
    env: 'ANSIBLE_TRANSPORT',
    harmless: /^(?:smart|ssh|paramiko|paramiko_ssh|ansible\.builtin\.\w+)$/,
  },
  {
    section: 'defaults',
    name: 'any_errors_fatal',
    env: 'ANSIBLE_ANY_ERRORS_FATAL',
    harmless: /^(?:n|no|off|0|false|f)$/i,
  },
]
