import type { Target } from '../connect/target.ts'
import { readLimit } from '../inventory/limit.ts'
import { showWarning, type Inventory } from '../inventory/model.ts'
import { selectHosts } from '../inventory/patterns.ts'
import { HakubeError } from '../errors.ts'
import { templateEnvironment } from '../playbook/environment.ts'
import { USUAL_CONDUCT } from '../playbook/conduct.ts'
import type { PlayRun } from '../playbook/step.ts'
import type { Play } from '../playbook/model.ts'
import type { Dict } from '../value.ts'
import { TaskScope } from '../variables/scope.ts'
import { Hosts } from './hosts.ts'
import { storeOf } from './inputs.ts'
import { targetOf } from './target.ts'
import { magicVariables } from './magic.ts'
import type { RunOptions } from './options.ts'

/** Connects to the hosts of a pattern and gathers their facts, without any playbook. */
export async function gatherFacts(
  inventory: Inventory,
  pattern: string,
  options: RunOptions,
): Promise<{ facts: ReadonlyMap<string, Dict>; unreachable: readonly string[] }> {
  const { names, store, run, scope } = await chosen(inventory, pattern, options)
  const hosts = new Hosts(options, store, [run], scope)
  try {
    const reached = await Promise.all(names.map((name) => hosts.reach(name)))
    const facts = new Map<string, Dict>()
    for (const name of names) {
      const own = store.hosts.get(name)?.facts
      if (own) facts.set(name, own)
    }
    return { facts, unreachable: names.filter((_, index) => reached[index] === undefined) }
  } finally {
    await hosts.close()
  }
}

/** How to reach the hosts of a pattern. */
export async function targetsOf(
  inventory: Inventory,
  pattern: string,
  options: RunOptions,
): Promise<Target[]> {
  const { names, scope } = await chosen(inventory, pattern, options)
  return names.map((name) => targetOf(name, scope(name), new Map(), options))
}

/** The hosts of a pattern with their variables, as a play without tasks. */
async function chosen(inventory: Inventory, pattern: string, options: RunOptions) {
  const { hosts: names, warnings } = selectHosts(
    inventory,
    pattern,
    options.limit === undefined ? undefined : await readLimit(options.limit),
  )
  for (const text of options.settings?.notes ?? []) options.emit({ type: 'note', text })
  for (const text of options.settings?.warnings ?? []) options.emit({ type: 'warning', text })
  for (const warning of warnings) options.emit({ type: 'warning', text: showWarning(warning) })
  if (names.length === 0) {
    throw new HakubeError(`no host of the inventory matches ${pattern}`, {
      code: 'no-hosts',
      hint: 'look at `hakube inventory --graph` for the groups that there are',
    })
  }
  const store = storeOf(inventory, names, options.extraVars)
  const run: PlayRun = {
    index: 0,
    play: factsPlay(pattern),
    conduct: USUAL_CONDUCT,
    hosts: names,
    allHosts: names,
    selected: names,
    members: new Set(names),
    handlers: [],
    handlerLists: [],
    seen: [],
  }
  const looking = { check: true, passwords: new Map() }
  const environment = templateEnvironment('.', options.env, options.vault, undefined, looking)
  const scope = (host: string) => {
    const magic = magicVariables(host, run, store, { ...options, tags: [], skipTags: [] })
    return new TaskScope(store, host, 0, { magic, loop: new Map(), environment, texts: [] })
  }
  return { names, store, run, scope }
}

function factsPlay(pattern: string): Play {
  const place = { file: 'facts' }
  return {
    name: 'facts',
    place,
    hosts: { value: pattern, place },
    gatherFacts: undefined,
    varsFiles: [],
    preTasks: [],
    roleTasks: [],
    roles: [],
    when: [],
    tasks: [],
    postTasks: [],
    handlers: [],
    handlerLists: [],
    vars: new Map(),
    environment: [],
    tags: [],
  }
}
