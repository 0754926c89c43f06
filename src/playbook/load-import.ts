import { toJson } from '../value.ts'
import { describe, entryOf, toValue, type YamlEntry, type YamlMapping, type YamlNode } from '../yaml/load.ts'
import { inherited, NOTHING } from './inherited.ts'
import { splitKeyValue } from './key-value.ts'
import { IMPORT_KEYWORDS } from './keywords.ts'
import { inFile, loadEntries, loadHandlers } from './load-entries.ts'
import { loadRole } from './load-role.ts'
import { isCircle, lending, readYaml, taskFiles, type Within } from './loading.ts'
import type { Block, Condition, Inherited, Located, Task } from './model.ts'
import { hasTemplate, isNothing, type Reader } from './reader.ts'
import { further } from './role-handlers.ts'
import { staticName } from './static-names.ts'

export type Import = 'import_tasks' | 'import_role' | 'include'

/** What this entry is replaced by before the run, if anything. */
export function importOf(mapping: YamlMapping, { dynamic }: Within): Import | undefined {
  for (const entry of mapping.entries) {
    const name = plainName(entry.key)
    if (name === 'import_tasks' || name === 'import_role') return name
    if (name === 'include') return dynamic === true || isForTheRun(mapping, entry) ? undefined : name
  }
  return undefined
}

/** Whether a deprecated include is one of the run, as include_tasks is: it has a loop, or a template in its name. */
function isForTheRun(mapping: YamlMapping, { value }: YamlEntry): boolean {
  if (mapping.entries.some(({ key }) => /^(?:loop$|with_)/.test(String(key)))) return true
  const named = value.kind === 'mapping' ? entryOf(value, 'file')?.value : value
  if (named?.kind !== 'scalar' || typeof named.value !== 'string') return false
  return hasTemplate(splitKeyValue(named.value).free)
}

function plainName(key: unknown): string {
  return String(key).replace(/^ansible\.(?:builtin|legacy)\./, '')
}

/** What is imported, as a block with the keywords of the import. The reader has its mistakes. */
export function loadImport(
  within: Within,
  mapping: YamlMapping,
  what: Import,
  handlers = false,
): Block | undefined {
  const { reader } = within.loading
  const isAction = (key: string) => plainName(key) === what
  const action = mapping.entries.find(({ key }) => isAction(String(key)))
  if (!action) throw new TypeError(`no ${what} here`)
  const keys = reader.keywords(mapping, IMPORT_KEYWORDS, what, isAction)
  const args = importArguments(within, action, keys.get('args'))
  const when = reader.conditions(keys.get('when'), 'when')
  const own = inherited(reader, keys)
  const shared =
    what === 'include' ? { ...own, vars: new Map([...own.vars, ...takeVariables(reader, args)]) } : own
  const inner = {
    ...lending(within, shared),
    around: further(within.around, shared, when),
  }
  const block = (entries: Block['block']): Block => ({
    ...shared,
    type: 'block',
    name: reader.text(keys.get('name'), 'name'),
    place: action.keyPlace,
    when,
    block: entries,
    rescue: [],
    always: [],
  })
  if (what === 'import_role') {
    if (handlers) return reader.problem('import_role cannot be a handler', action.keyPlace)
    return importRole(within, inner, action, args, { shared, when })
  }
  const entries = importTasks(inner, action, args, handlers)
  return entries && block(entries)
}

/** What a deprecated include says beside its file: variables of what it brings. They leave the arguments. */
function takeVariables(reader: Reader, args: Map<string, Located>): Map<string, Located> {
  const variables = new Map([...args].filter(([name]) => name !== 'file'))
  for (const [name, { place }] of variables) {
    args.delete(name)
    if (name === 'tags' || name === 'when')
      reader.problem(
        `${name} has no effect among the arguments of include`,
        place,
        `write ${name}: beside it`,
      )
  }
  return variables
}

function importTasks(
  within: Within,
  action: YamlEntry,
  args: ReadonlyMap<string, Located>,
  handlers: boolean,
): readonly Task[] | Block['block'] | undefined {
  const { reader, sources } = within.loading
  const { file: named, ...others } = Object.fromEntries(args)
  for (const [name, { place }] of Object.entries(others))
    reader.problem(`import_tasks has no parameter ${name}`, place, 'write it under vars: beside import_tasks')
  const name = text(within, named, action, 'the file', 'include_tasks')
  if (name === undefined) return undefined
  for (const file of taskFiles(name, within)) {
    const found = sources.read(file)
    if (!found) continue
    if (isCircle(within, file, action.value.place)) return undefined
    const root = readYaml(within.loading, file, found)
    const inner = inFile(within, file)
    return handlers
      ? loadHandlers(inner, root, 'a file of handlers')
      : loadEntries(inner, root, 'a file of tasks')
  }
  return reader.problem(
    `there is no file ${name}`,
    action.value.place,
    `looked for ${taskFiles(name, within).join(', ')}`,
    'file-not-found',
  )
}

const ROLE_PARAMETERS = [
  'name',
  'role',
  'tasks_from',
  'vars_from',
  'defaults_from',
  'handlers_from',
  'allow_duplicates',
  'rolespec_validate',
  'public',
]

function importRole(
  within: Within,
  inner: Within,
  action: YamlEntry,
  args: ReadonlyMap<string, Located>,
  { shared, when }: { shared: Inherited; when: readonly Condition[] },
): Block | undefined {
  const { reader } = within.loading
  for (const [name, { place }] of args)
    if (!ROLE_PARAMETERS.includes(name))
      reader.problem(`import_role has no parameter ${name}`, place, 'write it under vars: beside import_role')
  const name = text(inner, args.get('name') ?? args.get('role'), action, 'the role', 'include_role')
  if (name === undefined) return undefined
  const from = (key: string) => text(inner, args.get(key), action, key, 'include_role', 'main') ?? 'main'
  const loaded = loadRole(
    {
      name,
      node: action.value,
      shared,
      when,
      params: new Map(),
      from: {
        tasks: from('tasks_from'),
        vars: from('vars_from'),
        defaults: from('defaults_from'),
        handlers: from('handlers_from'),
      },
      once: false,
      again: reader.truth(args.get('allow_duplicates'), 'allow_duplicates') ?? true,
      validate: reader.truth(args.get('rolespec_validate'), 'rolespec_validate') ?? true,
    },
    within,
    { lent: { ...NOTHING, vars: shared.vars }, when: [] },
  )
  if (!loaded) return undefined
  within.parts.roles.push(loaded.use)
  for (const one of loaded.handlers) {
    one.around = inner.around
    one.byRole = inner.byRole === true
  }
  within.parts.importedHandlers.push(...loaded.handlers)
  // As in Ansible: unlike those of an entry of `roles`, they are vars of its tasks, too, above those of the role.
  return { ...loaded.block, vars: shared.vars }
}

/** A name that must be known before the run. */
function text(
  within: Within,
  located: Located | undefined,
  action: YamlEntry,
  what: string,
  instead: string,
  otherwise?: string,
): string | undefined {
  const { reader } = within.loading
  if (!located) {
    if (otherwise !== undefined) return otherwise
    return reader.problem(`${String(action.key)} names not ${what}`, action.keyPlace)
  }
  const value = toJson(located.value)
  if (typeof value === 'string' && value !== '')
    return staticName(
      within,
      { value, place: located.place },
      { what: `${what} of ${String(action.key)}`, hint: `write ${instead} instead, or give it with -e` },
    )
  return reader.problem(`${what} must be text`, located.place)
}

/** `import_tasks: file`, `k=v` text or a mapping, and `args`. */
function importArguments(
  { loading: { reader } }: Within,
  { value: node }: YamlEntry,
  more: YamlNode | undefined,
): Map<string, Located> {
  const args = new Map<string, Located>()
  const take = (mapping: YamlMapping) => {
    for (const { key, value } of mapping.entries)
      args.set(String(key) === '_raw_params' ? 'file' : String(key), {
        value: toValue(value),
        place: value.place,
      })
  }
  if (more) {
    const mapping = reader.mapping(more, 'args')
    if (mapping) take(mapping)
  }
  if (node.kind === 'mapping') take(node)
  else if (node.kind === 'scalar' && typeof node.value === 'string') {
    const { pairs, free } = splitKeyValue(node.value)
    if (free) args.set('file', { value: free, place: node.place })
    for (const [key, value] of pairs) args.set(key, { value, place: node.place })
  } else if (!isNothing(node))
    reader.problem(`this names a file or a role, not ${describe(node)}`, node.place)
  return args
}
