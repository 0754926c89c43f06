import type { Spoken } from './spoken.ts'

/** The way of a rolling change over its nodes. */
export interface Course {
  /** Nodes in their order. */
  order: readonly string[]
  /** Set where VRRP changes so that nodes before and after do not understand each other. */
  migration: Migration | undefined
}

export interface Migration {
  /** The node that has the address all the time. */
  keeper: string
  /** Nodes whose keepalived stops before anything changes, and starts with the new settings. */
  quiet: readonly string[]
  /** What changes, once each: "VRID 51 → 77". */
  changes: readonly string[]
  /** Addresses that keepalived drops at its reload, on the keeper. */
  dropped: readonly string[]
  /** Seconds without those addresses where nothing is done about it. */
  gap: number
}

/**
 * Decides how a change visits the nodes, so that at no time two of them take themselves for the master:
 * - Backups come first and the holder last, except for nodes that the holder does not speak to yet (new ones): they
 *   would hear nobody and take the address. They come after it.
 * - Where nodes before and after the change do not understand each other, keepalived stops on all but one, that one
 *   changes alone, and the others follow.
 */
export function courseOf(nodes: ReadonlyMap<string, Spoken>): Course {
  const migration = migrationOf(nodes)
  const rank = (host: string, spoken: Spoken): number => {
    if (migration?.keeper === host && differs(spoken)) return 0
    if (migration?.quiet.includes(host)) return 1
    return isUnheard(host, nodes) ? 4 : spoken.holds.length > 0 ? 3 : 2
  }
  const order = [...nodes]
    .map(([host, spoken], index) => ({ host, index, rank: rank(host, spoken) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ host }) => host)
  return { order, migration }
}

function migrationOf(nodes: ReadonlyMap<string, Spoken>): Migration | undefined {
  const speakers = [...nodes].filter(([, spoken]) => spoken.active)
  const different = speakers.filter(([, spoken]) => differs(spoken))
  if (different.length === 0) return undefined
  const holders = speakers.filter(([, spoken]) => spoken.holds.length > 0)
  // Who speaks already as all are going to speak need not change; else whoever holds most.
  const [keeper] = [...holders].sort(
    ([, a], [, b]) => Number(differs(a)) - Number(differs(b)) || b.holds.length - a.holds.length,
  )
  const [name, spoken] = keeper ?? different[0] ?? []
  if (name === undefined || spoken === undefined) return undefined
  const others = speakers.filter(([host]) => host !== name)
  const quiet = differs(spoken) ? others : others.filter(([, other]) => differs(other))
  const dropped = spoken.differences.filter(({ drops }) => drops).map(({ vip }) => vip)
  return {
    keeper: name,
    quiet: quiet.map(([host]) => host),
    changes: [...new Set(different.flatMap(([, each]) => each.differences.map(({ text }) => text)))],
    dropped: [...new Set(dropped)],
    gap: dropped.length > 0 ? spoken.gap : 0,
  }
}

function differs(spoken: Spoken): boolean {
  return spoken.differences.length > 0
}

/** A node that none of the holders speaks to yet. */
function isUnheard(host: string, nodes: ReadonlyMap<string, Spoken>): boolean {
  const own = nodes.get(host)?.sources ?? []
  return [...nodes].some(([other, { active, holds, peers }]) => {
    if (other === host || !active || holds.length === 0 || peers === null) return false
    return !own.some((address) => peers.includes(address))
  })
}

/** What the run says before it begins such a change. */
export function announcement(migration: Migration): string {
  const { keeper, quiet, changes, dropped, gap } = migration
  const alone =
    quiet.length === 0 ? '' : ` keepalived stops on ${list(quiet)}, ${keeper} changes alone, and they follow.`
  const address =
    dropped.length === 0
      ? 'The address stays where it is'
      : `keepalived drops ${list(dropped)} for ${gap.toFixed(2)} s when it reloads; ${keeper} keeps it by other means until then`
  return `VRRP changes (${changes.join(', ')}); nodes before and after that do not understand each other.${alone} ${address}. Until the end of the run nothing takes over if ${keeper} fails.`
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
