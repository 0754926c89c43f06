import { dirname, resolve } from 'node:path'
import { HakubeError, throwAll, type Place } from '../errors.ts'
import { LOCALHOSTS, showWarning } from '../inventory/model.ts'
import { describe, entryOf, loadYaml, type Warning, type YamlNode } from '../yaml/load.ts'
import { checkIncludes } from './check-includes.ts'
import { checkNotify } from './check-notify.ts'
import { checkTemplates } from './check-templates.ts'
import { readConduct } from './conduct.ts'
import { inherited } from './inherited.ts'
import { IMPORT_PLAYBOOK_KEYWORDS, PLAY_KEYWORDS } from './keywords.ts'
import { loadEntries, loadHandlers } from './load-entries.ts'
import { loadRole, readRoleEntry } from './load-role.ts'
import { ALONE, readYaml, type Loading, type PlayParts, type Within } from './loading.ts'
import type { Entry, Located, Play, Playbook } from './model.ts'
import { isNothing, Reader } from './reader.ts'
import { readVarsPrompt } from './vars-prompt.ts'
import type { ScopeEnvironment } from '../variables/scope.ts'
import type { RawVariables } from '../variables/store.ts'
import { handlersOfPlay, listed, NOWHERE } from './role-handlers.ts'
import { staticName } from './static-names.ts'
import { noSources, type Sources } from './sources.ts'
import type { TagSelection } from './tags.ts'

export interface LoadOptions {
  /** The text was encrypted: no message shows a line of it. */
  hidden?: boolean
  /** The files that the playbook names; without them there are none. */
  sources?: Sources
  /** Folders that are searched for roles, after `roles` beside the playbook. */
  rolesPath?: readonly string[]
  /** Modules that hakube does not have and that are no mistakes: a host that reaches one fails. */
  without?: ReadonlySet<string>
  /** Which tags are asked for. */
  tags?: TagSelection
  /** What names of roles and imports may use. */
  extraVars?: RawVariables
  environment?: ScopeEnvironment
}

/**
 * Reads a playbook with the roles and files that it imports. All mistakes of all files are reported together: YAML,
 * keywords, modules, parameters and the syntax of the templates in it. No host is needed for any of it.
 */
export function loadPlaybook(text: string, file: string, options: LoadOptions = {}): Playbook {
  const reader = new Reader(options.without)
  const onWarning = (warning: Warning): void => void reader.warnings.push(warning)
  const root = loadYaml(text, file, { hidden: options.hidden, onWarning })
  if (!root) throw new HakubeError('this playbook is empty', { code: 'playbook-syntax', place: { file } })
  const { playbook, problems } = readPlaybook(root, file, options, reader)
  throwAll(inOrder([...problems, ...checkIncludes(playbook)], file))
  return { ...playbook, warnings: reader.warnings.map(showWarning) }
}

/** The same of a text that is parsed already: what could be loaded of it, and all that is wrong, in no order. */
export function readPlaybook(
  root: YamlNode,
  file: string,
  options: LoadOptions = {},
  reader: Reader = new Reader(options.without),
): { playbook: Playbook; problems: readonly HakubeError[] } {
  if (root.kind !== 'sequence') {
    throw new HakubeError(`a playbook is a list of plays, this is ${describe(root)}`, {
      code: 'playbook-syntax',
      place: root.place,
      hint: 'begin the play with "- hosts: …"',
    })
  }
  const loading: Loading = {
    reader,
    sources: options.sources ?? noSources,
    playbookDir: dirname(resolve(file)),
    rolesPath: options.rolesPath ?? [],
    without: options.without,
    tags: options.tags,
    extraVars: options.extraVars,
    environment: options.environment,
  }
  const { reader: _, ...rest } = loading
  const playbook = { file, plays: loadPlays(loading, root, file, [resolve(file)]), loading: rest }
  for (const play of playbook.plays) checkNotify(loading, play)
  return { playbook, problems: [...reader.problems, ...checkTemplates(playbook)] }
}

/** By file, the playbook first, and line; each once, however often its file is imported. */
function inOrder(problems: readonly HakubeError[], file: string): HakubeError[] {
  const unique = new Map(problems.map((one) => [`${one.message} ${JSON.stringify(one.place)}`, one]))
  const key = ({ place }: HakubeError) => (place?.file === file ? '' : (place?.file ?? ''))
  const line = (place: Place | undefined) => place?.line ?? 0
  return [...unique.values()].sort(
    (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) || line(a.place) - line(b.place),
  )
}

function loadPlays(loading: Loading, root: YamlNode, file: string, chain: readonly string[]): Play[] {
  return loading.reader.items(root, 'a playbook').flatMap((item) => {
    const importing = importPlaybook(item)
    return importing ? importPlays(loading, item, importing, file, chain) : (loadPlay(loading, item) ?? [])
  })
}

function importPlaybook(item: YamlNode): YamlNode | undefined {
  if (item.kind !== 'mapping') return undefined
  return (entryOf(item, 'import_playbook') ?? entryOf(item, 'ansible.builtin.import_playbook'))?.value
}

/** The plays of another playbook, in the place of the entry that imports it. */
function importPlays(
  loading: Loading,
  node: YamlNode,
  named: YamlNode,
  from: string,
  chain: readonly string[],
): Play[] {
  const { reader, sources } = loading
  const mapping = reader.mapping(node, 'import_playbook')
  const written = reader.text(named, 'import_playbook')
  if (!mapping || written === undefined) return []
  const keys = reader.keywords(mapping, IMPORT_PLAYBOOK_KEYWORDS, 'import_playbook')
  const lent = inherited(reader, keys)
  const when = reader.conditions(keys.get('when'), 'when')
  const around = {
    loading,
    parts: emptyParts(),
    dir: dirname(from),
    role: undefined,
    chain: [],
    around: NOWHERE,
  }
  const name = staticName(
    { ...around, ...ALONE },
    { value: written, place: named.place },
    { what: 'the name of a playbook', own: lent.vars, hint: 'it may use -e and vars beside import_playbook' },
  )
  if (name === undefined) return []
  const file = resolve(dirname(from), name)
  const text = sources.read(file)
  if (!text) reader.problem(`there is no playbook ${file}`, named.place, 'check the path', 'file-not-found')
  else if (chain.includes(file)) reader.problem(`${file} imports itself`, named.place)
  else {
    const root = readYaml(loading, file, text)
    const plays = root ? loadPlays(loading, root, file, [...chain, file]) : []
    return plays.map((play) => ({
      ...play,
      tags: [...new Set([...lent.tags, ...play.tags])],
      vars: new Map([...play.vars, ...lent.vars]),
      when: [...when, ...play.when],
    }))
  }
  return []
}

function loadPlay(loading: Loading, node: YamlNode): Play | undefined {
  const { reader } = loading
  const mapping = reader.mapping(node, 'a play')
  if (!mapping) return undefined
  const keys = reader.keywords(mapping, PLAY_KEYWORDS, 'play')
  const hosts = keys.get('hosts')
  if (!hosts) {
    return reader.problem(
      'this play has no hosts',
      mapping.place,
      'say on which hosts it runs: hosts: control_plane',
    )
  }
  const shared = inherited(reader, keys)
  const pattern = reader.texts(hosts, 'hosts').map((item) => item.value)
  const dir = dirname(resolve(mapping.place.file))
  const parts = emptyParts()
  const { vars: _vars, ...lent } = shared
  const within: Within = {
    loading,
    parts,
    dir,
    role: undefined,
    chain: [],
    around: NOWHERE,
    lent,
    playVars: shared.vars,
    here: pattern.every((name) => LOCALHOSTS.includes(name)) || shared.connection !== undefined,
  }
  const entries = (key: string) => loadEntries(within, keys.get(key), key)
  const preTasks = entries('pre_tasks')
  const roleTasks = reader.items(keys.get('roles'), 'roles').flatMap((item): Entry[] => {
    const entry = readRoleEntry(within, item)
    const loaded = entry && loadRole(entry, within)
    if (!loaded) return []
    parts.roles.push(loaded.use)
    parts.handlers.push(...loaded.handlers)
    return [loaded.block]
  })
  const name = reader.text(keys.get('name'), 'name')
  const serial = reader.located(keys.get('serial'))
  const order = reader.located(keys.get('order'))
  const remoteUser = remoteUserOf(reader, keys)
  return {
    ...shared,
    ...(remoteUser && { remoteUser }),
    ...readConduct(reader, keys),
    ...(serial && { serial }),
    ...(order && { order }),
    name: name ?? pattern.join(','),
    ...(name !== undefined && {
      givenName: { value: name, place: keys.get('name')?.place ?? mapping.place },
    }),
    place: mapping.place,
    hosts: { value: pattern.join(','), place: hosts.place },
    gatherFacts: reader.located(keys.get('gather_facts')),
    varsFiles: readVarsFiles(reader, keys.get('vars_files')),
    preTasks,
    roleTasks,
    tasks: entries('tasks'),
    postTasks: entries('post_tasks'),
    // In Ansible's order. Of handlers with one name the last one counts.
    ...listed([
      ...parts.handlers,
      handlersOfPlay(loadHandlers(within, keys.get('handlers'), 'handlers')),
      ...parts.importedHandlers,
    ]),
    roles: parts.roles,
    varsPrompt: readVarsPrompt(reader, keys.get('vars_prompt')),
    when: [],
  }
}

/** Each entry of vars_files is a file, or a list of which the first counts that is there. */
function readVarsFiles(reader: Reader, node: YamlNode | undefined): (readonly Located<string>[])[] {
  if (node === undefined || isNothing(node)) return []
  const entries = node.kind === 'sequence' ? node.items : [node]
  return entries.map((entry) => reader.texts(entry, 'vars_files')).filter((names) => names.length > 0)
}

function emptyParts(): PlayParts {
  return { handlers: [], importedHandlers: [], roles: [], known: new Map() }
}

/** `user` is an old name of remote_user. */
function remoteUserOf(reader: Reader, keys: ReadonlyMap<string, YamlNode>): Located | undefined {
  const [user, remoteUser] = [keys.get('user'), keys.get('remote_user')]
  if (user && remoteUser) reader.problem('user and remote_user are the same', user.place, 'leave user out')
  return reader.located(remoteUser ?? user)
}
