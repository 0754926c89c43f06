import { dirname, resolve } from 'node:path'
import { OMIT } from '../jinja/index.ts'
import type { RoleUse } from '../playbook/model.ts'
import type { PlayRun } from '../playbook/step.ts'
import { dict, type Value } from '../value.ts'
import type { VariableStore } from '../variables/store.ts'

export interface RunFacts {
  playbook: string
  inventories: readonly string[]
  check: boolean
  diff: boolean
  forks: number
  verbosity: number
  version: string
  limit: string | undefined
  tags: readonly string[]
  skipTags: readonly string[]
  settings?: { file?: string | undefined; ansibleManaged?: string | undefined } | undefined
}

/** The variables that Ansible sets itself and nobody can override, for one host of one play. */
export function magicVariables(
  host: string,
  run: PlayRun,
  store: VariableStore,
  facts: RunFacts,
): Map<string, Value> {
  const inventory = facts.inventories[0]
  const reachable = (names: readonly string[]) => names.filter((name) => !store.unreachable.has(name))
  const batch = reachable(run.hosts)
  const out = new Map<string, Value>([
    ['inventory_hostname', host],
    ['inventory_hostname_short', host.split('.')[0] ?? host],
    ['group_names', [...(store.hosts.get(host)?.groups ?? [])]],
    ['ansible_play_hosts', reachable(run.selected)],
    ['ansible_play_hosts_all', [...run.selected]],
    ['ansible_play_batch', batch],
    ['play_hosts', batch],
    ['ansible_play_name', run.play.name],
    ...roleNames(run),
    ...commonMagic(store, facts),
  ])
  const source = store.hosts.get(host)?.source ?? inventory
  if (source?.startsWith('-i ')) {
    out.set('inventory_file', source.slice(3)).set('inventory_dir', null)
  } else if (source !== undefined) {
    out.set('inventory_file', resolve(source)).set('inventory_dir', resolve(dirname(source)))
  }
  return out
}

/** Those that are the same for all hosts and plays. */
export function commonMagic(store: VariableStore, facts: RunFacts): Map<string, Value> {
  const groups: Value = new Map([...store.groups].map(([name, hosts]) => [name, [...hosts]]))
  return new Map<string, Value>([
    ['groups', groups],
    ['playbook_dir', resolve(dirname(facts.playbook))],
    ['ansible_inventory_sources', facts.inventories.map((source) => shownSource(source))],
    ['ansible_playbook_python', process.execPath],
    ['ansible_config_file', facts.settings?.file ?? null],
    ['ansible_check_mode', facts.check],
    ['ansible_diff_mode', facts.diff],
    ['ansible_verbosity', facts.verbosity],
    ['ansible_forks', facts.forks],
    ['ansible_run_tags', facts.tags.length === 0 ? ['all'] : [...facts.tags]],
    ['ansible_skip_tags', [...facts.skipTags]],
    ['ansible_managed', facts.settings?.ansibleManaged ?? 'Ansible managed'],
    ['hakube_version', facts.version],
    ['omit', OMIT],
    ['ansible_version', ansibleVersion()],
    ...(facts.limit === undefined ? [] : [['ansible_limit', facts.limit] as const]),
  ])
}

/** A file's absolute path; a list of hosts (`a,b`) as it is. */
function shownSource(source: string): string {
  return source.includes(',') ? source : resolve(source)
}

/** Names of the play's roles, and of those that they depend on. */
function roleNames({ play }: PlayRun): [string, Value][] {
  const below = ({ dependencies }: RoleUse): string[] =>
    dependencies.flatMap((role) => [...below(role), role.name])
  const own = play.roles.map((role) => role.name)
  const dependent = [...new Set(play.roles.flatMap(below))]
  return [
    ['ansible_play_role_names', own],
    ['role_names', own],
    ['ansible_dependent_role_names', dependent],
    ['ansible_role_names', [...new Set([...own, ...dependent])]],
  ]
}

/** The release whose language hakube speaks: roles compare it to know what they may use. */
function ansibleVersion(): Value {
  return dict({ full: '2.18.0', string: '2.18.0', major: 2, minor: 18, revision: 0 })
}
