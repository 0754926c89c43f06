import type { Value } from '../../value.ts'
import type { Host } from '../model.ts'

const DEFAULTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['ansible_become', false],
  ['ansible_become_method', 'sudo'],
  ['ansible_become_user', 'root'],
  ['ansible_connection', 'ssh'],
  ['ansible_port', 22],
])

/** What counts where nothing sets a connection variable; undefined for a variable without a default. */
export function defaultOf(variable: string, host: Host): Value | undefined {
  return variable === 'ansible_host' ? host.name : DEFAULTS.get(variable)
}
