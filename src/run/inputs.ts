import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { errnoOf } from '../errno.ts'
import { HakubeError, type Place } from '../errors.ts'
import { readLimit } from '../inventory/limit.ts'
import { findHost, groupsDict, showWarning, type Inventory } from '../inventory/model.ts'
import type { Addition } from '../inventory/grow.ts'
import { loadInventory } from '../inventory/load.ts'
import { selectHosts, splitPattern } from '../inventory/patterns.ts'
import { loadPlaybook } from '../playbook/load.ts'
import type { Located, Play, Playbook } from '../playbook/model.ts'
import { batchesOf, ordered } from '../playbook/batches.ts'
import { conductOf, USUAL_CONDUCT } from '../playbook/conduct.ts'
import { templateEnvironment, type LookupRun } from '../playbook/environment.ts'
import { mayGrow } from '../playbook/grows.ts'
import { Line } from '../playbook/line.ts'
import { draftPlays, type TagsOf } from '../playbook/program.ts'
import type { PlayRun } from '../playbook/step.ts'
import { hasTemplate } from '../playbook/reader.ts'
import { diskSources, type ReadText } from '../playbook/sources.ts'
import { nearest } from '../suggest.ts'
import { RecursionFinder, recursionError } from '../variables/recursion.ts'
import { renderTree, TaskScope } from '../variables/scope.ts'
import { VariableStore, type HostRecord, type Raw, type RawVariables } from '../variables/store.ts'
import { isEncrypted } from '../vault/envelope.ts'
import { Vault } from '../vault/vault.ts'
import { toJson } from '../value.ts'
import { filledTags } from './filled-tags.ts'
import { commonMagic } from './magic.ts'
import type { RunOptions } from './options.ts'
import { answered } from './prompts.ts'
import { reselect, type Selection } from './reselect.ts'
import { VarsFiles } from './vars-files.ts'

/** All that a run reads on the controller before it connects anywhere. */
export interface Inputs {
  playbook: Playbook
  inventory: Inventory
  line: Line
  /** Hosts of all plays, in inventory order. */
  hosts: readonly string[]
  store: VariableStore
  varsFiles: VarsFiles
  /** What all lookups of the run share. */
  lookups: LookupRun
  warnings: readonly string[]
  /** Fills in tags that are templates. */
  tagsOf: TagsOf
  /** Makes room for a host that only delegate_to names; the implicit localhost is one. */
  addHost(name: string): void
  /** Adds to the inventory; the hosts of plays that have not begun are selected anew. Gives those that are new in them. */
  grow(addition: Addition, place: Place, hasBegun: (run: PlayRun) => boolean): Promise<readonly string[]>
}

/** Reads playbook, inventory and variable files. Throws HakubeError(s) for everything that is wrong in them. */
export async function readInputs(options: RunOptions): Promise<Inputs> {
  const vault = options.vault ?? new Vault([])
  const lookups: LookupRun = { check: options.check, passwords: new Map() }
  const scoped = { options, lookups }
  const source = await readText(options.playbook, 'playbook', vault)
  const loaded = loadPlaybook(source.text, options.playbook, {
    hidden: source.hidden,
    sources: diskSources(vault),
    rolesPath: options.rolesPath ?? [],
    without: options.without ?? new Set(),
    tags: options.tags,
    extraVars: options.extraVars,
    environment: templateEnvironment(
      resolve(dirname(options.playbook)),
      options.env,
      vault,
      undefined,
      lookups,
    ),
  })
  const inventory = await loadInventory([...options.inventories], {
    playbookDir: dirname(resolve(options.playbook)),
    env: options.env,
    vault,
  })
  const warnings = [...(loaded.warnings ?? []), ...inventory.warnings.map(showWarning)]
  const limit = options.limit === undefined ? undefined : await readLimit(options.limit)
  const warn = (text: string): void => void warnings.push(text)
  const varsFiles = new VarsFiles(vault, (text) => options.emit({ type: 'warning', text }))
  const bare = storeOf(inventory, [], options.extraVars)
  const early = (play: Play) => ownScope(bare, play, scoped, varsFiles.shared(play))
  const asked = await answered(loaded.plays, options, { warn, scopeOf: early })
  const playbook = {
    ...loaded,
    plays: asked.map((play) => namedPlay(play, early(play))),
  }
  let growing = false
  const plays = playbook.plays.map((play) => {
    const selected = selectHosts(inventory, play.hosts.value, limit)
    // The bundled playbook names every group that a cluster's nodes may be in: nobody has them all.
    const expected = options.bundled ? selectHosts(inventory, play.hosts.value).warnings.map(showWarning) : []
    // Behind a task that makes groups, nobody knows yet who is in them.
    if (!growing)
      warnings.push(...selected.warnings.map(showWarning).filter((text) => !expected.includes(text)))
    growing ||= [...play.preTasks, ...play.roleTasks, ...play.tasks, ...play.postTasks].some(mayGrow)
    return { play, hosts: selected.hosts }
  })
  const hosts = inUse(
    inventory,
    plays.flatMap((play) => play.hosts),
  )
  if (hosts.length === 0) throw nobody(playbook, inventory, options)
  const store = storeOf(inventory, hosts, options.extraVars)
  // What is bundled means what it says, whatever an ansible.cfg says of other playbooks.
  const usual = (options.bundled ? undefined : options.conduct) ?? USUAL_CONDUCT
  const programmed = plays.map(({ play, hosts: own }) => {
    const scope = ownScope(store, play, scoped, varsFiles.shared(play))
    const rendered = (located: Located | undefined) =>
      located && { value: renderTree(located, scope), place: located.place }
    const conduct = conductOf(play, rendered, usual)
    const batches = batchesOf(ordered(own, rendered(play.order)), rendered(play.serial))
    return { play, conduct, selected: own, batches }
  })
  const tagsOf = filledTags((play) => ownScope(store, play, scoped, varsFiles.shared(play)))
  const line = new Line(
    draftPlays(programmed, { tags: options.tags, startAtTask: options.startAtTask, tagsOf }),
  )
  store.line = line
  const addHost = (name: string): void => store.add(name, () => record(inputs.inventory, name))
  refuseRecursion(hosts, store, [
    ...plays.map(({ play }) => play.vars),
    ...plays.flatMap(({ play }) => varsFiles.shared(play)),
    ...line.steps.flatMap((step) => (step.task ? [step.task.vars] : [])),
  ])
  const select = (grown: Inventory, play: Play): Selection => {
    const scope = ownScope(store, play, scoped, varsFiles.shared(play))
    const rendered = (located: Located | undefined) =>
      located && { value: renderTree(located, scope), place: located.place }
    const { hosts: own } = selectHosts(grown, play.hosts.value, limit)
    return { selected: own, batches: batchesOf(ordered(own, rendered(play.order)), rendered(play.serial)) }
  }
  const inputs: Inputs = {
    playbook,
    inventory,
    line,
    hosts,
    store,
    varsFiles,
    lookups,
    tagsOf,
    warnings: [...new Set(warnings)],
    addHost,
    grow: async (addition, place, hasBegun) => {
      const grown = await inputs.inventory.grow?.(addition, place)
      if (!grown) throw new TypeError('this inventory cannot grow')
      inputs.inventory = grown
      store.renew(...renewed(grown))
      return reselect(line, (play) => select(grown, play), hasBegun)
    },
  }
  return inputs
}

interface Scoped {
  options: RunOptions
  lookups: LookupRun
}

/** What a play may use that is no host's: its own variables and files, -e, and what Ansible says of all hosts. */
function ownScope(
  store: VariableStore,
  play: Play,
  { options, lookups }: Scoped,
  files: readonly RawVariables[],
): TaskScope {
  const environment = templateEnvironment(
    dirname(options.playbook),
    options.env,
    options.vault,
    undefined,
    lookups,
  )
  const { only, skip } = options.tags
  const magic = commonMagic(store, { ...options, tags: only, skipTags: skip })
  const layers = { magic, loop: new Map(), environment, texts: [...files, play.vars] }
  return new TaskScope(store, '', 0, layers)
}

/** The play with its hosts and its name filled in. */
function namedPlay(play: Play, scope: TaskScope): Play {
  const hosts = { value: patternOf(play, scope), place: play.hosts.place }
  const raw = play.givenName
  const name = raw ? String(toJson(renderTree(raw, scope))) : hosts.value
  return { ...play, hosts, name }
}

function patternOf({ hosts: { value, place } }: Play, scope: TaskScope): string {
  const patterns = hasTemplate(value) ? renderTree({ value, place }, scope) : value
  const text = (Array.isArray(patterns) ? patterns : [patterns]).map((one) => String(toJson(one))).join(',')
  if (text.trim() !== '') return text
  throw new HakubeError('this play has no hosts: its pattern is empty', { code: 'no-hosts', place })
}

/** Variables of the inventory that refer to each other in a circle; the playbook may break one with its own. */
function refuseRecursion(
  hosts: readonly string[],
  store: VariableStore,
  others: readonly ReadonlyMap<string, unknown>[],
): void {
  const finder = new RecursionFinder()
  const set = new Set(others.flatMap((variables) => [...variables.keys()]))
  for (const host of hosts) {
    const variables = new Map([...(store.hosts.get(host)?.inventory ?? []), ...store.extra])
    const found = finder.find(variables, (name) => set.has(name) || store.line?.sets(name) === true)
    if (found) throw recursionError(found, host)
  }
}

/** The variables of an inventory, ready to be read; `hosts` may hold an implicit localhost. */
export function storeOf(inventory: Inventory, hosts: readonly string[], extra: RawVariables): VariableStore {
  const [groups, records] = renewed(inventory, hosts)
  return new VariableStore({ hosts: records, groups, extra })
}

/** What an inventory says of its groups and hosts. */
function renewed(
  inventory: Inventory,
  hosts: readonly string[] = [],
): [Map<string, string[]>, Map<string, HostRecord>] {
  const names = new Set([...inventory.hosts.keys(), ...hosts])
  const records = new Map([...names].map((name) => [name, record(inventory, name)]))
  return [new Map([...groupsDict(inventory)].map(([name, members]) => [name, texts(members)])), records]
}

function inUse(inventory: Inventory, names: readonly string[]): string[] {
  const used = new Set(names)
  const listed = [...inventory.hosts.keys()].filter((name) => used.has(name))
  return [...new Set([...listed, ...used])]
}

function record(inventory: Inventory, name: string): HostRecord {
  const host = findHost(inventory, name)
  const variables = host?.variables ?? new Map()
  return {
    groups: host?.groups ?? [],
    source: host?.place?.file,
    inventory: new Map(
      [...variables].map(([key, { value, origin }]): [string, Raw] => [key, { value, place: origin }]),
    ),
    facts: undefined,
    injected: undefined,
  }
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function nobody(playbook: Playbook, inventory: Inventory, options: RunOptions): HakubeError {
  const patterns = [...new Set(playbook.plays.map((play) => play.hosts.value))].join(' and ')
  const limit = options.limit === undefined ? '' : ` within --limit ${options.limit}`
  return new HakubeError(`no host of ${options.inventories.join(', ')} matches ${patterns}${limit}`, {
    code: 'no-hosts',
    place: playbook.plays[0]?.hosts.place,
    hint: misspelt(playbook, inventory) ?? 'look at `hakube inventory --graph` for the groups that there are',
  })
}

/** A group of the inventory that is nearly named as one that the plays ask for. */
function misspelt(playbook: Playbook, inventory: Inventory): string | undefined {
  const terms = playbook.plays.flatMap(({ hosts }) => splitPattern(hosts.value))
  const wanted = terms.map((term) => term.replace(/^[&!]/, ''))
  for (const group of inventory.groups.keys()) {
    const near = ['all', 'ungrouped', ...wanted].includes(group) ? undefined : nearest(group, wanted)
    if (near !== undefined) return `the inventory has a group ${group}: is it meant to be ${near}?`
  }
  return undefined
}

/** The text of a file that must be there, decrypted if it is encrypted as a whole. */
export async function readText(file: string, what: string, vault: Vault): Promise<ReadText> {
  const bytes = await readBytes(file, what)
  return { text: vault.content(bytes, file).toString('utf8'), hidden: isEncrypted(bytes) }
}

async function readBytes(file: string, what: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    const code = errnoOf(error)
    const message = error instanceof Error ? error.message : String(error)
    const why =
      code === 'ENOENT'
        ? `there is no ${what} ${file}`
        : code === 'EISDIR'
          ? `the ${what} ${file} is a directory`
          : `cannot read the ${what}: ${message}`
    throw new HakubeError(why, { code: 'file-not-found', hint: 'check the path', cause: error })
  }
}
