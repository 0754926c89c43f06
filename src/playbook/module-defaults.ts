import { nearest } from '../suggest.ts'
import type { TaskModule } from '../task.ts'
import { findModule, moduleNames } from '../tasks/index.ts'
import { toValue, type YamlEntry, type YamlNode } from '../yaml/load.ts'
import type { Located } from './model.ts'
import { insteadOf } from './known-modules.ts'
import { isNothing, type Reader } from './reader.ts'

/** Parameters by the name of a module, or of a group of modules (`group/docker`). */
export type ModuleDefaults = ReadonlyMap<string, ReadonlyMap<string, Located>>

const GROUP = 'group/'

/** Ansible's groups of modules. What is said of one of whose modules hakube has none concerns no task. */
const GROUPS: ReadonlySet<string> = new Set(
  'acme aws azure cpm docker gcp k8s os ovirt vmware'.split(' ').map((name) => GROUP + name),
)

/** Modules that are in a group. */
const MEMBERS: Readonly<Record<string, string>> = { docker_container: `${GROUP}docker` }

/** `module_defaults`: a mapping, or a list of mappings. A module's short and its full names mean the same. */
export function readModuleDefaults(reader: Reader, node: YamlNode | undefined): ModuleDefaults | undefined {
  if (!node || isNothing(node)) return undefined
  const out = new Map<string, ReadonlyMap<string, Located>>()
  for (const item of node.kind === 'sequence' ? node.items : [node]) {
    for (const entry of reader.mapping(item, 'module_defaults')?.entries ?? []) {
      const name = nameOf(reader, entry)
      const parameters = name === undefined ? undefined : parametersOf(reader, entry)
      if (name !== undefined && parameters) out.set(name, parameters)
    }
  }
  return out
}

function nameOf(reader: Reader, { key, keyPlace }: YamlEntry): string | undefined {
  const name = String(key)
  if (name.startsWith(GROUP)) {
    const group = name.slice(name.lastIndexOf('.') + 1).replace(GROUP, '')
    if (GROUPS.has(GROUP + group)) return GROUP + group
    return reader.problem(
      `module_defaults: hakube knows no group of modules ${name}`,
      keyPlace,
      'name its modules one by one',
    )
  }
  const module = findModule(name)
  if (module) return module.name
  // Tasks that use a module of which hakube knows nothing are refused themselves; a slip of the fingers is not.
  const near = insteadOf(name) === undefined ? nearest(name, moduleNames()) : undefined
  if (near !== undefined)
    reader.problem(`module_defaults: there is no module ${name}`, keyPlace, `did you mean "${near}"?`)
  return undefined
}

function parametersOf(reader: Reader, { key, value }: YamlEntry): ReadonlyMap<string, Located> | undefined {
  if (isNothing(value)) return new Map()
  if (value.kind !== 'mapping')
    return reader.problem(
      `module_defaults: ${String(key)} takes a mapping of parameters`,
      value.place,
      'write one parameter a line; their values may be templates',
    )
  return new Map(
    value.entries.map((entry): [string, Located] => [
      String(entry.key),
      { value: toValue(entry.value), place: entry.value.place },
    ]),
  )
}

/** What a task of this module has where it says nothing itself. What is said of the module beats its group. */
export function defaultsFor(module: TaskModule, defaults: ModuleDefaults): ReadonlyMap<string, Located> {
  const group = defaults.get(MEMBERS[module.name] ?? '')
  const own = defaults.get(module.name) ?? new Map()
  return group ? new Map([...group, ...own]) : own
}
