import { PLAIN } from '../../../src/world/places.ts'
import { modules } from '../../../src/tasks/index.ts'
import type { Plan } from '../../../src/task.ts'
import { accountFilesChange } from '../../../src/world/account-files.ts'
import { managerWrites } from '../../../src/world/packages-write.ts'
import { Unknown } from '../../../src/world/kind.ts'
import { replyOf } from '../../../src/world/path-effects.ts'
import type { Effect, World } from '../../../src/world/world.ts'
import { type Family, OWN_PATHS, broughtPaths } from './universe.ts'

type Change = Extract<Plan, { status: 'change' }>

/** The effects of all changes that are planned, in their order; one of them can be left out. */
export class EffectsWatch {
  /** Shape of every effect since the last start. */
  seen: string[] = []
  #drop: number | undefined
  #family: Family = 'EL-like'
  #started = false

  /** Puts itself between the engine and all modules. */
  install(): void {
    for (const module of modules.values()) {
      const plan = module.plan.bind(module)
      module.plan = (prepared, world) => this.#watch(module.name, plan(prepared, world), world)
    }
  }

  /** From now on effects are counted anew, and the one with this number is left out. */
  start(family: Family, drop?: number): void {
    this.seen = []
    this.#started = true
    this.#family = family
    this.#drop = drop
  }

  stop(): void {
    this.#started = false
  }

  #watch(module: string, plan: Plan, world: World): Plan {
    if (!this.#started || plan.status !== 'change') return plan
    const effects = plan.effects.filter((effect) => {
      // No list looks into the files of package managers, and these lists not into those of accounts.
      if (effect === managerWrites || effect === accountFilesChange || isIdle(effect, world)) return true
      this.seen.push(shapeOf(module, plan, effect, this.#family))
      return this.seen.length - 1 !== this.#drop
    })
    return { ...plan, effects }
  }
}

/** A restart of what runs changes nothing that could be asked about. */
function isIdle(effect: Effect, world: World): boolean {
  const { kind, key } = effect
  if (kind !== 'unit' || key === undefined) return false
  const before = world.peek('unit', { name: key })
  return JSON.stringify(effect.change(before, key, PLAIN)) === JSON.stringify(before)
}

/** Modules that share their plans count as one. */
const SAME: Readonly<Record<string, string>> = {
  apt: 'package',
  dnf: 'package',
  yum: 'package',
  service: 'systemd',
}

/** What an effect is about: module, what it does, kind and thing. Paths are named only where a table names them. */
function shapeOf(module: string, plan: Change, effect: Effect, family: Family): string {
  const name = SAME[module] ?? module
  const [verb = ''] = plan.summary.split(' ')
  if (name !== 'package') {
    const about = effect.kind === 'path' ? pathShape(effect, pathsIn(plan)) : thingShape(effect)
    return `${name} ${verb}: ${about}`
  }
  // Whatever an unlisted package may bring is one function, whether it is installed or upgraded.
  if (effect.key === undefined && effect.change(ABSENT, '/etc/any', PLAIN) instanceof Unknown)
    return `package: any ${effect.kind} may come`
  const brings = verb === 'remove' ? 'remove' : 'install'
  if (effect.kind !== 'path') return `package ${brings}: ${thingShape(effect)}`
  const path = broughtPaths(family).find((each) => isMade(effect.change({ exists: false }, each, PLAIN)))
  return `package ${brings}: ${pathShape(effect, broughtPaths(family))}${path === undefined ? '' : ` ${path}`}`
}

/** All paths that a change says something about, and those that generated tasks know. */
function pathsIn(plan: Change): string[] {
  const named = plan.diff.map((diff) => (diff.type === 'text' ? diff.path : diff.subject))
  const others = [plan.result?.['path'], plan.result?.['dest'], plan.result?.['src']]
  return [...named, ...OWN_PATHS, ...others.filter((path) => typeof path === 'string')]
}

/** Replies of any kind but paths. */
const THERE = {
  exists: true,
  known: true,
  enablement: 'enabled',
  activity: 'active',
  installed: '1',
  candidate: '2',
}
const ABSENT = { exists: false, known: false, installed: undefined, candidate: undefined }

function thingShape(effect: Effect): string {
  const { kind, key } = effect
  if (kind === 'user' || kind === 'group') return `${kind} ${key}`
  if (key !== undefined) return `one ${kind}`
  const word = (before: object): string => {
    const after = effect.change(before, 'any', PLAIN)
    return after === before ? 'same' : after instanceof Unknown ? 'unknown' : 'other'
  }
  return `any ${kind}: there→${word(THERE)}, absent→${word(ABSENT)}`
}

const ROOT = { uid: 0, gid: 0, owner: 'root', group: 'root' }
const FILE = replyOf({ type: 'file', mode: 0o644, ...ROOT, content: Buffer.from('') })

function pathShape(effect: Effect, paths: readonly string[]): string {
  for (const path of paths) {
    const made = effect.change({ exists: false }, path, PLAIN)
    const left = effect.change(FILE, path, PLAIN)
    if (made instanceof Unknown) return 'path perhaps'
    if (isMade(made)) return `path becomes ${made.type}`
    if (isReply(left) && !left.exists) return 'path gone'
    if (left instanceof Unknown) return 'path may go'
    if (left !== FILE) return 'path attributes'
  }
  return 'tree attributes'
}

function isMade(reply: unknown): reply is { exists: true; type: string } {
  return isReply(reply) && reply.exists
}

function isReply(reply: unknown): reply is { exists: boolean; type?: string } {
  return typeof reply === 'object' && reply !== null && 'exists' in reply
}
