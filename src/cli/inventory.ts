import { EXIT, HakubeError, type ExitCode } from '../errors.ts'
import { loadInventory } from '../inventory/load.ts'
import { findHost, showWarning, type Inventory, type Variables } from '../inventory/model.ts'
import { toJson } from '../value.ts'
import type { InventoryOptions } from './commands.ts'
import type { Terminal } from './terminal.ts'
import { openVault } from './vault-options.ts'

/** `hakube inventory`: the inventory as it is understood; templates in it are shown as they are written. */
export async function inventory(options: InventoryOptions, terminal: Terminal): Promise<ExitCode> {
  if (!options.inventory?.length) {
    throw new HakubeError('there is no inventory', { code: 'no-inventory', hint: 'name one with -i' })
  }
  const loaded = await loadInventory(options.inventory, {
    env: terminal.env,
    vault: await openVault(options, terminal),
  })
  for (const warning of loaded.warnings) terminal.stderr.write(`warning: ${showWarning(warning)}\n`)
  terminal.stdout.write(view(loaded, options))
  return EXIT.ok
}

function view(loaded: Inventory, options: { graph?: boolean; host?: string }): string {
  if (options.graph) return `${graph(loaded, 'all', 0).join('\n')}\n`
  if (options.host === undefined) return json(list(loaded))
  const host = findHost(loaded, options.host)
  if (host) return json(plain(host.variables))
  throw new HakubeError(`there is no host ${options.host} in the inventory`, {
    code: 'unknown-host',
    hint: '`hakube inventory --graph` shows the hosts',
  })
}

/** The JSON that Ansible's dynamic inventories print. */
function list(loaded: Inventory): Record<string, unknown> {
  const hostvars = Object.fromEntries([...loaded.hosts].map(([name, host]) => [name, plain(host.variables)]))
  const groups = [...loaded.groups.values()].map((group) => {
    const members = group.name === 'all' ? {} : group.hosts.length > 0 ? { hosts: group.hosts } : {}
    return [group.name, { ...members, ...(group.children.length > 0 ? { children: group.children } : {}) }]
  })
  return { _meta: { hostvars }, ...Object.fromEntries(groups) }
}

function graph(loaded: Inventory, name: string, depth: number): string[] {
  const group = loaded.groups.get(name)
  const indent = (level: number) => (level === 0 ? '' : `${'  |'.repeat(level)}--`)
  return [
    `${indent(depth)}@${name}:`,
    ...(group?.children ?? []).flatMap((child) => graph(loaded, child, depth + 1)),
    ...(name === 'all' ? [] : (group?.hosts ?? [])).map((host) => `${indent(depth + 1)}${host}`),
  ]
}

function plain(variables: Variables): Record<string, unknown> {
  return Object.fromEntries([...variables].map(([key, { value }]) => [key, toJson(value)]))
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 4)}\n`
}
