import { HakubeError } from '../errors.ts'
import type { Value } from '../value.ts'
import { isInclude, type Inclusion, type Task } from './model.ts'
import { mayMakeHere, mayReceive } from './receives.ts'
import { factsGivenBy, givesAnything, namesSetBy } from './names-set.ts'
import type { Draft } from './program.ts'
import type { Span, Step } from './step.ts'

/** Below this, positions of doubles would run into each other. */
const LEAST_ROOM = 2 ** -36

/** What one include has brought for some hosts. */
interface Expansion {
  key: string
  inclusion: Inclusion
}

/**
 * The steps of a run in order. Includes put more of them in behind their own step while the run goes on: into the room
 * that it has, so that the positions of all others stay as they are.
 */
export class Line {
  /** The position behind the last step. */
  readonly end: number
  readonly #steps: Step[] = []
  readonly #expansions = new Map<Step, Expansion[]>()
  readonly #assignments = new Map<string, number[]>()
  #receivers: readonly Step[] = []

  constructor({ drafts, spans }: { drafts: readonly Draft[]; spans: readonly Span[] }) {
    this.end = drafts.length
    this.#put(drafts, spans, 0, 1, 1)
  }

  get steps(): readonly Step[] {
    return this.#steps
  }

  /** The first step at or behind a position. */
  at(position: number): Step | undefined {
    return this.#steps[this.#index(position)]
  }

  /** Where the next step behind a position stands; the end where there is none. */
  next(position: number): number {
    const index = this.#index(position)
    const step = this.#steps[index]
    const found = step && step.position > position ? step : this.#steps[index + 1]
    return found?.position ?? this.end
  }

  /** Where the step stands that a position belongs to: loops and handlers stand between two steps. */
  floor(position: number): number {
    const index = this.#index(position)
    const step = this.#steps[index]
    if (step?.position === position) return position
    return this.#steps[index - 1]?.position ?? 0
  }

  /** Positions at which a variable may be set: what other hosts may have to wait for. An include may set any. */
  assignments(name: string): readonly number[] {
    return [...(this.#assignments.get(name) ?? []), ...(this.#assignments.get(ANY) ?? [])]
  }

  /** Steps before a position at which a file may be brought to the controller, in order. */
  receiversBefore(position: number): readonly Step[] {
    return this.#receivers.filter((step) => step.position < position)
  }

  /** Whether a file that is missing on the controller may have been made when this position is reached. */
  mayBeMade(position: number): boolean {
    return (
      this.receiversBefore(position).length > 0 ||
      this.#steps.some((step) => step.position < position && mayMakeHere(step))
    )
  }

  /** Whether a task sets a variable of this name, as far as it is known by now. */
  sets(name: string): boolean {
    return this.#assignments.has(name)
  }

  /**
   * Puts in for a host what the include at this step brings. Hosts that bring the same share its steps; `after` is the
   * number of the expansion before it in the host's own order, -1 at first. Returns the number of this one.
   * Throws HakubeError where includes are nested too deeply.
   */
  expand(
    step: Step,
    expansion: Pick<Inclusion, 'vars' | 'around'> & {
      key: string
      host: string
      loop: ReadonlyMap<string, Value>
    },
    after: number,
    draft: (inclusion: Inclusion) => { drafts: readonly Draft[]; spans: readonly Span[] },
  ): number {
    const known = this.#expansions.get(step) ?? []
    this.#expansions.set(step, known)
    const { key, host, loop, vars, around } = expansion
    const shared = known.findIndex((one, index) => index > after && one.key === key)
    if (shared >= 0) {
      known[shared]?.inclusion.hosts.set(host, loop)
      return shared
    }
    const inclusion: Inclusion = { hosts: new Map([[host, loop]]), position: step.position, vars, around }
    const { drafts, spans } = draft(inclusion)
    const number = known.push({ key, inclusion }) - 1
    // The nth of them has a share of 1/n² of the room: how many there will be is not known.
    const [from, to] = [step.room * (1 - 1 / (number + 1.5)), step.room * (1 - 1 / (number + 2.5))]
    const room = (to - from) / (drafts.length + 2)
    if (room < LEAST_ROOM)
      throw new HakubeError('includes are nested too deeply', {
        code: 'include-too-deep',
        place: step.task?.place,
        hint: 'look for a file that includes itself',
      })
    this.#put(drafts, spans, step.position + from + room, room, room)
    return number
  }

  /** A host goes on at `to` after a failure at `from`: it takes no part in the includes between, though it has looked ahead to them. */
  leave(host: string, from: number, to: number): void {
    for (const { inclusion } of [...this.#expansions.values()].flat())
      if (inclusion.position > from && inclusion.position < to) inclusion.hosts.delete(host)
  }

  #put(drafts: readonly Draft[], spans: readonly Span[], first: number, apart: number, room: number): void {
    const steps = drafts.map((draft, index): Step => ({ ...draft, position: first + index * apart, room }))
    for (const span of spans) {
      span.rescueAt = first + span.rescueAt * apart
      span.alwaysAt = first + span.alwaysAt * apart
      span.end = first + span.end * apart
    }
    this.#steps.splice(this.#index(first), 0, ...steps)
    if (steps.some(mayReceive)) this.#receivers = this.#steps.filter(mayReceive)
    for (const { task, position } of steps) if (task) this.#assign(task, position)
  }

  #assign(task: Task, position: number): void {
    const given = factsGivenBy(task)
    const names = [
      ...(given ?? [ANY]),
      ...(given?.length === 0 ? [] : ['ansible_facts']),
      ...namesSetBy(task),
      ...(isInclude(task) || givesAnything(task) ? [ANY] : []),
    ]
    for (const name of names) this.#assignments.set(name, [...(this.#assignments.get(name) ?? []), position])
  }

  /** Index of the first step at or behind a position. */
  #index(position: number): number {
    let [low, high] = [0, this.#steps.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#steps[middle]?.position ?? 0) < position) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Stands for all variables; no name has a blank. */
const ANY = ' any'
