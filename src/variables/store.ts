import type { Place } from '../errors.ts'
import { injectFacts } from '../facts/index.ts'
import { HONOURED_VARIABLES } from '../inventory/connection-names.ts'
import { isDict, type Dict, type Value } from '../value.ts'
import { NotYet } from './not-yet.ts'
import { Writes } from './writes.ts'

/** A raw variable: its text may be a template that is rendered at every use. */
export interface Raw {
  value: Value
  place: Place | undefined
  /** No template, whatever stands in it. */
  final?: boolean
}

export type RawVariables = ReadonlyMap<string, Raw>

/** A value that a task has set (register, set_fact), or the promise of one. */
type Written = Value | typeof PENDING | UnknownValue | KeptText

export const PENDING = Symbol('pending')

/** Check mode: what a task sets is known to the real run only. Reading it says so. */
export class UnknownValue {
  readonly why: string
  constructor(why: string) {
    this.why = why
  }
}

/** A text that looks like data and stays one: a filter such as to_json has made it. */
export class KeptText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Names that look like facts, and say how to reach a host. */
const NO_FACTS: ReadonlySet<string> = new Set(HONOURED_VARIABLES)

/** What is known about one host. */
export interface HostRecord {
  /** Groups of the host, sorted, without `all`. */
  groups: readonly string[]
  /** The inventory file that mentions the host first, or the list of hosts after -i. */
  source?: string | undefined
  /** Effective inventory variables, unrendered. */
  inventory: RawVariables
  /** Facts as the host gave them (no ansible_ prefix); undefined = not gathered. Never rendered: remote text. */
  facts: Dict | undefined
  injected: Dict | undefined
}

/** The steps of the run, as far as variables are concerned. */
export interface Positions {
  /** Positions at which a variable may be set: what other hosts may have to wait for. */
  assignments(name: string): readonly number[]
  /** Whether a task is known to set a variable of this name. */
  sets(name: string): boolean
  /** Where the step stands that a position belongs to. */
  floor(position: number): number
}

/**
 * All variables of a run that are not written in the playbook. Values set by tasks carry the position of their
 * task in the program: a reader at position p sees the last one before p, however far rendering has got ahead.
 */
export class VariableStore {
  /** Counts how often the inventory has grown. */
  growth = 0
  groups: ReadonlyMap<string, readonly string[]>
  readonly extra: RawVariables
  /** How far each host has come: every value set before this position is in. */
  readonly reached = new Map<string, number>()
  line: Positions | undefined
  /** Hosts that could not be reached when the run began. */
  readonly unreachable = new Set<string>()
  /** Hosts whose facts may be gathered on demand. */
  readonly gatherable = new Set<string>()
  readonly #hosts: Map<string, HostRecord>
  readonly #set = new Writes<Written>()
  readonly #included = new Writes<Raw>()
  readonly #given = new Writes<Written>()

  constructor(options: {
    hosts: ReadonlyMap<string, HostRecord>
    groups: ReadonlyMap<string, readonly string[]>
    extra: RawVariables
  }) {
    this.#hosts = new Map(options.hosts)
    this.groups = options.groups
    this.extra = options.extra
  }

  get hosts(): ReadonlyMap<string, HostRecord> {
    return this.#hosts
  }

  /** Makes room for a host that the run did not begin with. */
  add(host: string, record: () => HostRecord): void {
    if (!this.#hosts.has(host)) this.#hosts.set(host, record())
  }

  /** The inventory has grown: what it says of hosts is new, what they have told stays. */
  renew(groups: ReadonlyMap<string, readonly string[]>, records: ReadonlyMap<string, HostRecord>): void {
    this.growth++
    this.groups = groups
    for (const [host, record] of records) {
      const known = this.#hosts.get(host)
      if (!known) this.#hosts.set(host, record)
      else {
        known.groups = record.groups
        known.inventory = record.inventory
      }
    }
  }

  /** Sets a variable of a host from the task at this position on; a second write there replaces the first. */
  write(host: string, name: string, position: number, value: Written): void {
    this.#set.write(host, name, position, value)
  }

  /** The value set by the last task before this position, undefined if none. Throws NotYet for a pending one. */
  written(host: string, name: string, position: number): Value | undefined {
    return settledValue(host, name, this.#set.last(host, name, position))
  }

  /** Whether that value is this text, and stays one wherever it is handed on. */
  isKeptText(host: string, name: string, position: number, text: string): boolean {
    const value = this.#set.last(host, name, position)
    return value instanceof KeptText && value.text === text
  }

  /** Sets a variable that is rendered at use (include_vars), below those that tasks set to a value. */
  include(host: string, name: string, position: number, raw: Raw): void {
    this.#included.write(host, name, position, raw)
  }

  included(host: string, name: string, position: number): Raw | undefined {
    return this.#included.last(host, name, position)
  }

  /** Adds a fact that a task has gathered (service_facts, getent), beside those of the host itself. */
  giveFact(host: string, name: string, position: number, value: Written): void {
    this.#given.write(host, name, position, value)
  }

  /** The fact of this name that the last task before this position has gathered. Throws NotYet for a pending one. */
  given(host: string, name: string, position: number): Value | undefined {
    return settledValue(host, name, this.#given.last(host, name, position))
  }

  /** The facts that tasks have gathered before this position, by name. Throws NotYet if one is pending. */
  givenFacts(host: string, position: number): Dict {
    const names = [...this.#given.names(host)]
    return new Map(
      names.flatMap((name): [string, Value][] => {
        const value = this.given(host, name, position)
        return value === undefined ? [] : [[name, value]]
      }),
    )
  }

  /** Takes back what was set after this position, because the host goes on elsewhere. */
  forgetAfter(host: string, position: number): void {
    this.#set.keep(host, (write) => write.position <= position)
    this.#included.keep(host, (write) => write.position <= position)
    this.#given.keep(host, (write) => write.position <= position)
  }

  /** Takes back the promises of a host that left the run. */
  forgetPending(host: string): void {
    this.#set.keep(host, (write) => write.value !== PENDING)
    this.#given.keep(host, (write) => write.value !== PENDING)
  }

  /** Takes back what was set at this position. */
  retract(host: string, position: number): void {
    for (const writes of [this.#set, this.#included, this.#given])
      writes.keep(host, (write) => write.position !== position)
  }

  /** The task at this position is done: what it has not given, such as one that failed, it will not give any more. */
  withdraw(host: string, position: number): void {
    const isOwed = (write: { position: number; value: Written }) =>
      write.value === PENDING && write.position === position
    this.#set.keep(host, (write) => !isOwed(write))
    this.#given.keep(host, (write) => !isOwed(write))
  }

  *writtenNames(host: string): Iterable<string> {
    yield* this.#set.names(host)
    yield* this.#included.names(host)
    yield* this.#given.names(host)
  }

  /** Throws NotYet if this host still has to pass a step before the position that sets the name. */
  expectSettled(host: string, name: string, position: number): void {
    const reached = this.reached.get(host)
    if (reached === undefined || !this.line) return
    // Items of a loop and handlers stand between two steps; what others set in the same step is no matter.
    const here = this.line.floor(position)
    const open = this.line.assignments(name).some((step) => step >= reached && step < here)
    if (open) throw new NotYet({ kind: 'other-host', host, name })
  }

  setFacts(host: string, facts: Dict): void {
    const record = this.hosts.get(host)
    if (!record) throw new TypeError(`no host ${host}`)
    record.facts = facts
    record.injected = injectFacts(facts)
  }

  /** What was gathered of a host does not count any more (meta: clear_facts). */
  clearFacts(host: string): void {
    const record = this.hosts.get(host)
    if (!record) return
    record.facts = undefined
    record.injected = undefined
  }

  /** A fact under its injected name (ansible_default_ipv4), or all of them as ansible_facts. */
  fact(host: string, name: string): Value | undefined {
    const record = this.hosts.get(host)
    if (name === 'ansible_facts')
      return record?.facts ?? (this.needsFacts(host, name) ? undefined : new Map())
    return record?.injected?.get(name)
  }

  /** Whether reading this name of the host has to wait until its facts are gathered. */
  needsFacts(host: string, name: string): boolean {
    if (!name.startsWith('ansible_') || !this.gatherable.has(host)) return false
    // How to reach a host is no fact of it: nobody is connected to only to learn that nothing is said about it.
    return !NO_FACTS.has(name) && this.hosts.get(host)?.facts === undefined
  }

  /** Names that are defined for a host, for suggestions and iteration. */
  *names(host: string): Iterable<string> {
    const record = this.hosts.get(host)
    yield* this.extra.keys()
    yield* this.writtenNames(host)
    for (const key of record?.injected?.keys() ?? []) yield String(key)
    yield* record?.inventory.keys() ?? []
  }
}

function settledValue(host: string, name: string, value: Written | undefined): Value | undefined {
  if (value === PENDING) throw new NotYet({ kind: 'pending', host, name })
  if (value instanceof UnknownValue) throw new NotYet({ kind: 'unknown', why: value.why })
  return value instanceof KeptText ? value.text : value
}

/** The text of a dict's item, undefined where it is no text. */
export function textOf(value: Value | undefined, key: string): string | undefined {
  const item = isDict(value) ? value.get(key) : undefined
  return typeof item === 'string' ? item : undefined
}
