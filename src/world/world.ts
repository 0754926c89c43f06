// Each kind has its own types of ask and reply, which a map over all kinds cannot carry: here they are put back on.
/* oxlint-disable typescript/no-unsafe-type-assertion */
import { Unknown } from './kind.ts'
import { kinds } from './kinds.ts'
import { isAbove, joinPath } from './path-names.ts'
import { PLAIN, Places, type Told } from './places.ts'

export type KindName = keyof typeof kinds
type KindOf<K extends KindName> = (typeof kinds)[K]
export type AskOf<K extends KindName> = Parameters<KindOf<K>['key']>[0]
export type ReplyOf<K extends KindName> = Exclude<ReturnType<KindOf<K>['parse']>[number], Unknown>

/** A question as a module asks it: `{ kind: 'unit', ask: { name: 'haproxy.service' } }`. */
export type WorldQuestion = { [K in KindName]: { kind: K; ask: AskOf<K> } }[KindName]

/** What an apply does to the World, so that in check mode later tasks plan over what would be. */
export interface Effect {
  kind: KindName
  /** The thing that changes; undefined = every thing of this kind that is known so far or asked later. */
  key: string | undefined
  /** The path at which something else is from then on: what was told of links there no longer counts. */
  replaces?: string
  /** The paths whose attributes are others from then on. */
  about?: readonly string[]
  /** It goes along with an act, and does not make that a change of state. */
  aside?: boolean
  /** The reply after the apply, from the one before it. `places`: where paths are just then. */
  change(before: unknown, key: string, places: Places): unknown
}

/** An effect on one thing. `before` is undefined when nobody has asked about it. */
export function effect<K extends KindName>(
  kind: K,
  key: string,
  change: (before: ReplyOf<K> | Unknown | undefined) => ReplyOf<K> | Unknown,
): Effect {
  return { kind, key, change: (before) => change(before as ReplyOf<K> | Unknown | undefined) }
}

/** An effect on every thing of a kind, such as: any unit that is absent now may come with this package. */
export function effectOnAll<K extends KindName>(
  kind: K,
  change: (before: ReplyOf<K> | Unknown, key: string, places: Places) => ReplyOf<K> | Unknown,
): Effect {
  return {
    kind,
    key: undefined,
    change: (before, key, places) => change(before as ReplyOf<K> | Unknown, key, places),
  }
}

/** Thrown by World.get for an answer that is unknown; the engine turns the task's plan into an unknown one. */
export class UnknownAnswer extends Error {
  readonly unknown: Unknown
  constructor(unknown: Unknown) {
    super(unknown.why)
    this.unknown = unknown
  }
}

type Replies = ReadonlyMap<string, unknown>

interface Step {
  effect: Effect
  places: Places
}

/** The answers about one host, and the predicted effects over them. Immutable. */
export class World {
  readonly #answers: Replies
  readonly #effects: readonly Effect[]
  #steps: readonly Step[] | undefined

  constructor(answers: Replies = new Map(), effects: readonly Effect[] = []) {
    this.#answers = answers
    this.#effects = effects
  }

  /** The reply about one thing. Throws UnknownAnswer if unknown, TypeError if nobody asked (a bug in a module). */
  get<K extends KindName>(kind: K, ask: AskOf<K>): ReplyOf<K> {
    const reply = this.peek(kind, ask)
    if (reply instanceof Unknown) throw new UnknownAnswer(reply)
    return reply
  }

  /** Like get, but gives the Unknown instead of throwing it. */
  peek<K extends KindName>(kind: K, ask: AskOf<K>): ReplyOf<K> | Unknown {
    const key = keyIn(kind, ask)
    const reply = this.#reply(kind, key, this.#answers.get(id(kind, key)))
    if (reply === undefined) throw new TypeError(`nobody asked about ${kind} ${key}`)
    return reply as ReplyOf<K> | Unknown
  }

  #reply(kind: KindName, key: string, answer: unknown): unknown {
    let reply = answer
    for (const { effect, places } of this.#allSteps()) {
      if (effect.kind !== kind) continue
      if (effect.key === key) reply = effect.change(reply, key, places)
      else if (effect.key === undefined && reply !== undefined) reply = effect.change(reply, key, places)
    }
    return reply
  }

  /** The effects, each with the places as they are before it. */
  #allSteps(): readonly Step[] {
    if (this.#steps) return this.#steps
    const replaced = new Map<string, number>()
    const told: Told = (key) => {
      const answer = this.#answers.get(id('path', key))
      return answer instanceof Unknown ? undefined : (answer as ReturnType<Told>)
    }
    const steps = this.#effects.map((effect, at) => ({ effect, places: new Places(told, replaced, at) }))
    for (const [at, { effect, places }] of steps.entries()) {
      const place = effect.replaces === undefined ? undefined : places.of(effect.replaces)
      if (place !== undefined && !replaced.has(place)) replaced.set(place, at)
    }
    this.#steps = steps
    return steps
  }

  /** What check mode's predictions alone say of a path; nothing there where they say nothing. */
  predictedPath(path: string): ReplyOf<'path'> | Unknown {
    return this.predictedOver(path, { exists: false })
  }

  /** What check mode's predictions make of an answer about a path that was got otherwise. */
  predictedOver(path: string, base: ReplyOf<'path'>): ReplyOf<'path'> | Unknown {
    return this.#reply('path', path, base) as ReplyOf<'path'> | Unknown
  }

  /** The same of a package. */
  predictedPackage(name: string, base: ReplyOf<'package'>): ReplyOf<'package'> | Unknown {
    return this.#reply('package', name, base) as ReplyOf<'package'> | Unknown
  }

  /** Whether check mode has predicted a change of anything of this kind: a listing of them all is out of date then. */
  predicts(kind: KindName): boolean {
    return this.#effects.some((effect) => effect.kind === kind)
  }

  /**
   * Whether check mode has predicted that something in this tree, or the tree as a whole, is going to be another: what a
   * script has told of it is out of date then. `since`: a script whose answer was predicted itself; later changes count.
   */
  touches(tree: string, since?: string): boolean {
    const steps = this.#allSteps()
    const from = steps.findLastIndex(({ effect }) => effect.kind === 'script' && effect.key === since)
    return steps.slice(from + 1).some(({ effect, places }) => touchesTree(effect, tree, places))
  }

  /** Whether these effects would change any answer; a restart of what runs does not. */
  isMovedBy(effects: readonly Effect[]): boolean {
    return effects.some((effect) => {
      const { kind, key, aside } = effect
      if (aside === true) return false
      if (key === undefined) return true
      const before = this.#reply(kind, key, this.#answers.get(id(kind, key)))
      return JSON.stringify(effect.change(before, key, PLAIN)) !== JSON.stringify(before)
    })
  }

  /** This World after these effects. */
  after(effects: readonly Effect[]): World {
    return new World(this.#answers, [...this.#effects, ...effects])
  }

  /** This World with answers that came in later. The effects predicted so far stay on top of them. */
  merge(answers: Replies): World {
    return new World(new Map([...this.#answers, ...answers]), this.#effects)
  }
}

function touchesTree(effect: Effect, tree: string, places: Places): boolean {
  const { kind, key, replaces, about } = effect
  if (kind !== 'path') return false
  const tops = [places.of(tree), places.below(tree)]
  const isIn = (path: string) => tops.some((top) => path === top || isAbove(top, path))
  if (replaces !== undefined) {
    const place = places.of(replaces)
    return isIn(place) || tops.some((top) => isAbove(place, top))
  }
  if (about !== undefined) return about.some((path) => isIn(places.of(path)))
  if (key !== undefined) return isIn(places.of(key))
  // What it is about it tells alone: whether a file in the tree would be another one.
  const file = { ...SOME_FILE }
  return effect.change(file, joinPath(tops[1] ?? tree, 'hakube'), places) !== file
}

const SOME_FILE: ReplyOf<'path'> = {
  exists: true,
  type: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  owner: 'root',
  group: 'root',
  size: 1,
  mtime: 0,
  atime: 0,
  ctime: 0,
  inode: 0,
  device: 0,
  links: 1,
  digests: {},
}

/** Which thing a question is about. */
export function keyOf({ kind, ask }: WorldQuestion): string {
  return keyIn(kind, ask)
}

function keyIn<K extends KindName>(kind: K, ask: AskOf<K>): string {
  return (kinds[kind].key as (ask: AskOf<K>) => string)(ask)
}

/** The map key under which World keeps the reply about one thing. */
export function id(kind: KindName, key: string): string {
  return `${kind} ${key}`
}
