import type { LabHost } from './hosts.ts'

/** Paths that an inventory or ssh_config names. */
export interface KeyPaths {
  readonly identity: string
  readonly knownHosts: string
  readonly sshConfig: string
}

export type InventoryVars = Readonly<Record<string, string | number | boolean>>

/** Groups of an inventory: name to hosts, in order. */
export type Groups = Readonly<Record<string, readonly LabHost[]>>

/** The line of one host: how to reach it and which address it has in the lab's network. */
export function hostLine(host: LabHost, keys: KeyPaths): string {
  const vars: Record<string, string | number> = {
    ansible_host: host.sshPort === undefined ? host.address : '127.0.0.1',
    ansible_port: host.sshPort ?? 22,
    ansible_user: host.user,
    ansible_ssh_private_key_file: keys.identity,
    // A host behind another one is found through the aliases of the lab's ssh_config.
    ansible_ssh_common_args:
      host.sshPort === undefined ? `-F ${keys.sshConfig}` : `-o UserKnownHostsFile=${keys.knownHosts}`,
    ha_address: host.address,
    ip: host.address,
  }
  if (host.user !== 'root')
    Object.assign(vars, { ansible_become: 'true', ansible_become_password: 'lab-ops-secret' })
  return [host.name, ...Object.entries(vars).map(([name, value]) => `${name}=${iniValue(value)}`)].join(' ')
}

/** An INI inventory with these groups; `vars` go to [all:vars]. */
export function inventoryText(groups: Groups, keys: KeyPaths, vars: InventoryVars = {}): string {
  const out: string[] = []
  const seen = new Set<string>()
  for (const [group, hosts] of Object.entries(groups)) {
    out.push(`[${group}]`)
    for (const host of hosts) {
      out.push(seen.has(host.name) ? host.name : hostLine(host, keys))
      seen.add(host.name)
    }
    out.push('')
  }
  if (Object.keys(vars).length > 0) {
    out.push('[all:vars]', ...Object.entries(vars).map(([name, value]) => `${name}=${iniVar(value)}`), '')
  }
  return out.join('\n')
}

/** An ssh_config that knows every host by its name: `ssh -F test/lab/.state/ssh_config m1`. */
export function sshConfigText(hosts: readonly LabHost[], keys: KeyPaths, jump: string): string {
  const entries = hosts.map((host) => {
    const direct = host.sshPort !== undefined
    // The alias and the address both name a host behind the jump host.
    const names = direct ? host.name : `${host.name} ${host.address}`
    const way = direct
      ? `  HostName 127.0.0.1\n  Port ${host.sshPort}`
      : `  HostName ${host.address}\n  ProxyJump ${jump}`
    return `Host ${names}\n${way}\n  User ${host.user}\n`
  })
  const common = `Host *\n  IdentityFile ${keys.identity}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${keys.knownHosts}\n  StrictHostKeyChecking yes\n`
  return [...entries, common].join('\n')
}

/** known_hosts lines for a host: by published port, and by name and address as the network sees it. */
export function knownHostsLines(host: LabHost, publicKeys: readonly string[]): string[] {
  const names = [host.name, host.address, host.ipv6]
  if (host.sshPort !== undefined) names.unshift(`[127.0.0.1]:${host.sshPort}`)
  return publicKeys.map((key) => `${names.join(',')} ${key.trim().split(/\s+/).slice(0, 2).join(' ')}`)
}

/** Host lines are split like a shell's, so a value with a space or quote is quoted. */
function iniValue(value: string | number): string {
  const text = String(value)
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`
}

/** [all:vars] takes the rest of the line as a Python literal where it is one: text that looks like one is quoted. */
function iniVar(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return String(value)
  return /^[-+.\d]|^(True|False|None)$|[#]/.test(value) && !/^\d+\.\d+\.\d+/.test(value)
    ? `'${value}'`
    : value
}
