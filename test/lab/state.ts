import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { JUMP, type LabHost } from './hosts.ts'
import { inventoryText, knownHostsLines, sshConfigText, type Groups } from './inventory.ts'
import { PATHS } from './paths.ts'
import { must } from './process.ts'

const KEY_TYPES = ['ed25519', 'ecdsa', 'rsa'] as const

/** Makes keys that are missing, and writes the files that name them. Keys that exist stay. */
export async function prepareState(hosts: readonly LabHost[]): Promise<void> {
  await mkdir(PATHS.share, { recursive: true, mode: 0o700 })
  await keyPair(PATHS.identity, 'ed25519', 'lab')
  await writeFile(join(PATHS.share, 'authorized_keys'), await readFile(`${PATHS.identity}.pub`))
  const known: string[] = []
  for (const host of hosts) known.push(...knownHostsLines(host, await hostKeys(host)))
  await writeFile(PATHS.knownHosts, `${known.join('\n')}\n`)
  await writeFile(PATHS.sshConfig, sshConfigText(hosts, PATHS, JUMP))
  for (const [name, groups] of Object.entries(inventories(hosts))) {
    await writeFile(join(PATHS.state, name), inventoryText(groups, PATHS))
  }
}

/** Inventories for use by hand; tests ask for the text they need. */
function inventories(hosts: readonly LabHost[]): Record<string, Groups> {
  const named = (...names: string[]): LabHost[] => hosts.filter((host) => names.includes(host.name))
  return {
    'el.ini': { control_plane: named('m1', 'm2', 'm3') },
    'debian.ini': { control_plane: named('d1', 'd2', 'd3') },
    'pair.ini': { control_plane: named('m1', 'm2', 'm3'), loadbalancers: named('lb1', 'lb2') },
    'all.ini': { hosts },
  }
}

async function hostKeys(host: LabHost): Promise<string[]> {
  const folder = join(PATHS.share, 'hostkeys', host.name)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const keys = KEY_TYPES.map((type) => ({ type, file: join(folder, `ssh_host_${type}_key`) }))
  await Promise.all(keys.map(({ type, file }) => keyPair(file, type, host.name)))
  return Promise.all(keys.map(({ file }) => readFile(`${file}.pub`, 'utf8')))
}

async function keyPair(file: string, type: string, comment: string): Promise<void> {
  if (existsSync(file) && existsSync(`${file}.pub`)) return
  // 2048 bits: these keys guard nothing, and thirteen larger ones would take a minute on a small machine.
  const bits = type === 'rsa' ? ['-b', '2048'] : []
  await must(['ssh-keygen', '-q', '-t', type, ...bits, '-N', '', '-C', comment, '-f', file], { input: 'y\n' })
}
