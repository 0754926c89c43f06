import { join } from 'node:path'
import { didYouMean } from '../suggest.ts'
import { toValue, type YamlNode } from '../yaml/load.ts'
import { validation } from './argument-specs.ts'
import { readCollections } from './collections.ts'
import { NOTHING, inherited } from './inherited.ts'
import { ROLE_KEYWORDS } from './keywords.ts'
import { loadEntries, loadHandlers } from './load-entries.ts'
import { isCircle, lending, type Within } from './loading.ts'
import type { Block, Condition, Entry, Inherited, Located, RoleUse, Task } from './model.ts'
import { isNothing } from './reader.ts'
import { further, handlersOf, NOWHERE, written, type Around, type RoleHandlers } from './role-handlers.ts'
import { staticName } from './static-names.ts'
import { findRole, MAIN, rolePlaces, roleVariables, roleYaml, type RoleFrom } from './role-files.ts'

/** How a role is used: what the entry says beside its name. */
export interface RoleEntry {
  name: string
  node: YamlNode
  shared: Inherited
  when: readonly Condition[]
  params: ReadonlyMap<string, Located>
  from: RoleFrom
  /** An entry of `roles` or a dependency, of which the same use runs once in a play; not one that is imported or included. */
  once: boolean
  /** Of one that is imported or included: whether the same use runs each time. */
  again?: boolean
  /** False where its arguments are not held against its argument_specs. */
  validate?: boolean
}

/** An entry of `roles`, or of a role's dependencies: a name, or a mapping with `role`. */
export function readRoleEntry(within: Within, node: YamlNode): RoleEntry | undefined {
  const { reader } = within.loading
  const rest = { node, from: MAIN, once: true }
  if (node.kind === 'scalar') {
    const name = reader.text(node, 'a role')
    return name === undefined ? undefined : { name, shared: NOTHING, when: [], params: new Map(), ...rest }
  }
  const mapping = reader.mapping(node, 'a role')
  if (!mapping) return undefined
  const isParameter = (key: string) => !Object.hasOwn(ROLE_KEYWORDS, key)
  const keys = reader.keywords(mapping, ROLE_KEYWORDS, 'role', isParameter)
  const source = keys.get('src')
  const name = keys.get('role') ?? keys.get('name') ?? source
  if (!name) return reader.problem('this entry names no role', mapping.place, 'write role: NAME')
  const written = reader.text(name, 'role')
  if (written === undefined) return undefined
  const text = name === source ? roleOfSource(written) : written
  const params = new Map<string, Located>()
  for (const [key, value] of keys) {
    if (!isParameter(key)) continue
    if (/^[A-Za-z_]\w*$/.test(key)) params.set(key, { value: toValue(value), place: value.place })
    else reader.problem(`${key} is neither a keyword nor a name for a variable`, value.place)
  }
  const when = reader.conditions(keys.get('when'), 'when')
  return { name: text, shared: inherited(reader, keys), when, params, ...rest }
}

/** The name of a role that Galaxy would bring: git+https://host/path/name.git,v1 and its like. */
function roleOfSource(source: string): string {
  const [path = ''] = source.split(',')
  return path
    .replace(/\/$/, '')
    .replace(/^.*[/:]/, '')
    .replace(/\.(?:git|tar\.gz)$/, '')
}

/**
 * The tasks of a role, those of its dependencies first, as a block; its handlers and variables go to the play. `outer`: what
 * the roles that depend on it say.
 */
export function loadRole(named: RoleEntry, within: Within, outer: Around = NOWHERE): Loaded | undefined {
  const place = { value: named.name, place: named.node.place }
  const own = new Map([...named.shared.vars, ...named.params])
  const name = staticName(within, place, { what: 'the name of a role', own })
  if (name === undefined) return undefined
  const entry = { ...named, name }
  const path = findRole(entry.name, within)
  if (path === undefined) return missing(entry, within)
  if (isCircle(within, path, entry.node.place)) return undefined
  const { vars: _own, ...shared } = entry.shared
  const all = further(outer, { ...shared, vars: new Map() }, entry.when)
  const chain = [...within.chain, path]
  const meta = readMeta({ ...within, chain }, path)
  const use = makeUse(entry, path, meta, within)
  const around: Within = {
    ...within,
    dir: join(path, 'tasks'),
    role: use,
    around: entry.once ? further(NOWHERE, { ...shared, vars: new Map() }, entry.when) : NOWHERE,
    byRole: true,
    chain,
  }
  const { collections: _around, ...lentDefaults } = lending(around, all.lent).lent
  const inner: Within = { ...around, lent: { ...lentDefaults, collections: meta.collections } }
  const dependencies = meta.dependencies.flatMap((node) => {
    const dependency = readRoleEntry(inner, node)
    return (dependency && loadRole(dependency, inner, all)) ?? []
  })
  use.dependencies = dependencies.map((dependency) => dependency.use)
  const tasks = [...validationOf(entry, inner, path, meta), ...roleTasks(entry, inner, path)]
  const block: Block = {
    ...shared,
    vars: new Map(),
    type: 'block',
    ofRole: use,
    name: entry.name,
    place: entry.node.place,
    when: entry.when,
    block: [...dependencies.map((dependency) => dependency.block), ...tasks],
    rescue: [],
    always: [],
  }
  const handlers = handlersOf(use, within.parts, () => [
    ...dependencies.flatMap((dependency) => dependency.handlers),
    // What an import says is around it.
    { key: use.key, tasks: roleHandlers(entry, inner, path), outer: entry.once ? all : outer },
  ])
  return { block, use, handlers }
}

export interface Loaded {
  block: Block
  use: RoleUse
  /** Those of its dependencies first. */
  handlers: readonly RoleHandlers[]
}

function makeUse(
  entry: RoleEntry,
  path: string,
  meta: RoleMeta,
  { loading, role }: Within,
): RoleUse & { dependencies: RoleUse[] } {
  return {
    name: entry.name,
    path,
    defaults: variables(entry, loading, path, 'defaults'),
    vars: variables(entry, loading, path, 'vars'),
    entryVars: entry.shared.vars,
    params: entry.params,
    parent: role,
    included: !entry.once,
    key: keyOf(entry, path),
    again: entry.once ? meta.again : entry.again !== false,
    dependencies: [],
  }
}

function variables(entry: RoleEntry, loading: Within['loading'], path: string, folder: 'vars' | 'defaults') {
  const name = entry.from[folder]
  const found = roleVariables(loading, path, folder, name)
  if (!found && name !== 'main') missingFile(loading, entry, folder, name)
  return found ?? new Map()
}

/** As in Ansible, keywords but these make no other use of it. */
function keyOf({ shared: { tags, vars }, when, params, from, once }: RoleEntry, path: string): string {
  return written([path, tags, vars, when, params, from, once])
}

interface RoleMeta {
  dependencies: readonly YamlNode[]
  /** allow_duplicates */
  again: boolean
  collections: readonly string[]
  /** The file itself. */
  root: YamlNode | undefined
}

const META_KEYWORDS = {
  dependencies: 'yes',
  allow_duplicates: 'yes',
  galaxy_info: 'yes',
  argument_specs: 'yes',
  collections: 'yes',
}

function readMeta({ loading }: Within, path: string): RoleMeta {
  const none = { dependencies: [], again: false, collections: [], root: undefined }
  const root = roleYaml(loading, path, 'meta', 'main')?.root
  if (!root || isNothing(root)) return none
  const mapping = loading.reader.mapping(root, 'meta/main.yml')
  if (!mapping) return none
  const keys = loading.reader.keywords(mapping, META_KEYWORDS, 'role’s meta/main.yml')
  const again = keys.get('allow_duplicates')
  return {
    root,
    collections: readCollections(loading.reader, keys.get('collections')) ?? [],
    dependencies: loading.reader.items(keys.get('dependencies'), 'dependencies'),
    again: again?.kind === 'scalar' && again.value === true,
  }
}

function validationOf(entry: RoleEntry, inner: Within, path: string, { root }: RoleMeta): Task[] {
  if (entry.validate === false) return []
  const { params, from } = entry
  const name = entry.name
  const task = validation(inner, { name, path, entryPoint: from.tasks, params }, root)
  return task ? [task] : []
}

function roleTasks(entry: RoleEntry, inner: Within, path: string): Entry[] {
  const name = entry.from.tasks
  const found = roleYaml(inner.loading, path, 'tasks', name)
  if (!found && name !== 'main') missingFile(inner.loading, entry, 'tasks', name)
  return loadEntries({ ...inner, dir: join(path, 'tasks') }, found?.root, 'a file of tasks')
}

function roleHandlers(entry: RoleEntry, inner: Within, path: string): Task[] {
  const name = entry.from.handlers
  const found = roleYaml(inner.loading, path, 'handlers', name)
  if (!found && name !== 'main') missingFile(inner.loading, entry, 'handlers', name)
  return loadHandlers({ ...inner, dir: join(path, 'handlers') }, found?.root, 'a file of handlers')
}

function missingFile({ reader }: Within['loading'], entry: RoleEntry, folder: string, name: string): void {
  reader.problem(
    `the role ${entry.name} has no ${folder}/${name}.yml`,
    entry.node.place,
    'check the spelling',
    'file-not-found',
  )
}

/** A role of a collection is a role like others once it lies where roles are looked for. */
function ofCollection(name: string): string | undefined {
  const [, namespace, collection, role] = /^(\w+)\.(\w+)\.([\w.]+)$/.exec(name) ?? []
  if (role === undefined) return undefined
  return `hakube looks into no collections: copy ansible_collections/${namespace}/${collection}/roles/${role} to roles/${name}, or name its folder with --roles-path and write role: ${role}`
}

function missing(entry: RoleEntry, within: Within): undefined {
  const { reader, sources, playbookDir } = within.loading
  const places = rolePlaces(entry.name, within)
  const known = new Set(sources.below(join(playbookDir, 'roles')).map((file) => file.split('/')[0] ?? ''))
  const hint =
    ofCollection(entry.name) ??
    didYouMean(entry.name, known) ??
    `looked for ${places.join(', ')}; --roles-path names other folders`
  return reader.problem(`there is no role ${entry.name}`, entry.node.place, hint, 'unknown-role')
}
