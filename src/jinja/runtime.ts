import type { Value } from '../value.ts'
import { budgeted, spend, tooMuch } from './budget.ts'
import type { VariablePath } from './kept-text.ts'
import type { Lookups } from './lookups.ts'
import { Mistake, type Source, UndefinedVariable } from './mistakes.ts'
import type { Args, Item } from './things.ts'

/** Where an expression's variables come from. Values are final: they are never templated again. */
export interface Scope {
  /**
   * The variable's value, or undefined where there is none. What it throws passes through, but for an
   * UndefinedVariable: then the variable itself counts as undefined, with that error as the reason.
   */
  lookup(name: string): Value | undefined
  /** The names there are, for "did you mean". */
  names?(): Iterable<string>
  /** Whether what a variable holds there, which is this text, stays a text though it looks like data. */
  keepsText?(path: VariablePath, text: string): boolean
}

/** A file of templates for include and import. */
export interface LoadedTemplate {
  text: string
  file: string
}

/** Everything that templates may know of the world outside; nothing of it is there by itself. */
export interface Environment {
  /** Lookups beside the built-in ones, by their name. */
  lookups?: Lookups
  /** Finds a template for include and import; undefined where there is none. */
  load?(name: string, from: string): LoadedTemplate | undefined
  now?(): Date
  /** Minutes that local time is ahead of UTC at this moment; 0 without it. */
  utcOffset?(at: Date): number
  /** A number from 0 up to 1, for `random` and `shuffle` without a seed. */
  random?(): number
  /** What `expanduser` puts for ~. */
  home?: string
  /** What is at this path on the controller, for the file tests; undefined for nothing. */
  stat?(path: string): 'file' | 'directory' | 'other' | undefined
  /** Whether this path of the controller is a symbolic link, for the test `link`. */
  isLink?(path: string): boolean
  /** Whether another file system begins at this path of the controller, for the test `mount`. */
  isMount?(path: string): boolean
  /** The path on the controller with all links followed, for `realpath`. */
  realpath?(path: string): string
  /** An environment variable of the controller, for `expandvars`. */
  variable?(name: string): string | undefined
  limits?: Partial<Limits>
}

export interface Limits {
  /** Steps of evaluation in one render. */
  steps: number
  /** Milliseconds of one render, with the renders in it. */
  time: number
  /** Calls, includes and blocks within each other. */
  depth: number
  /** Characters of a text, or elements of a list, that one operation may make. */
  size: number
}

export const DEFAULT_LIMITS: Limits = { steps: 5_000_000, time: 30_000, depth: 100, size: 20_000_000 }

/** The filters and tests by name, as the evaluator calls them. */
export interface Library {
  filter(name: string, value: Item, args: Args, runtime: Runtime): Item
  test(name: string, value: Item, args: Args, runtime: Runtime): boolean
  global(name: string): Item | undefined
}

/** The state of one evaluation: what it may use, where it is, and how much it has used. */
export class Runtime {
  readonly scope: Scope
  readonly environment: Environment
  readonly library: Library
  readonly limits: Limits
  source: Source
  /** Offset of the node under evaluation: where an error points. */
  at = 0
  /** Private copies of variables, for templates that change lists or dicts in place. */
  copies: Map<string, Item> | undefined
  /** Texts that look like data and stay texts, which the template's macros and `set` have made. */
  readonly kept = new Set<string>()
  #written = 0
  #depth = 0

  constructor(scope: Scope, environment: Environment, library: Library, source: Source) {
    this.scope = scope
    this.environment = environment
    this.library = library
    this.source = source
    this.limits = { ...DEFAULT_LIMITS, ...environment.limits }
  }

  /** Counts one step, so that a template ends. */
  step(): void {
    spend()
  }

  /** Counts text that goes into the result, and gives it back. */
  wrote(text: string): string {
    this.#written += text.length
    this.size(this.#written)
    return text
  }

  /** Refuses to make something of this many characters or elements. */
  size(count: number): void {
    if (count > this.limits.size) throw tooMuch(`a result of more than ${this.limits.size} elements`)
  }

  /** Runs something that can contain itself. */
  deeper<T>(run: () => T): T {
    this.#depth += 1
    if (this.#depth > this.limits.depth) throw tooMuch(`nested more than ${this.limits.depth} deep`)
    try {
      return run()
    } finally {
      this.#depth -= 1
    }
  }

  /** Runs a part that stands in another text, so that its errors point there. */
  within<T>(source: Source, run: () => T): T {
    const [outer, at] = [this.source, this.at]
    this.source = source
    const result = this.locating(run)
    this.source = outer
    this.at = at
    return result
  }

  /** Gives a mistake its place. */
  locating<T>(run: () => T): T {
    try {
      return budgeted(this.limits, run)
    } catch (error) {
      if (error instanceof Mistake) throw this.source.locate(error, this.at)
      if (error instanceof UndefinedVariable && !error.place) throw error.at(this.source.placeAt(this.at))
      if (error instanceof RangeError) throw this.source.locate(tooMuch(rangeReason(error)), this.at)
      throw error
    }
  }
}

/** What JavaScript itself refuses: stacks, texts, lists and numbers beyond what it can hold. */
function rangeReason(error: RangeError): string {
  return error.message.includes('call stack')
    ? 'nested too deeply'
    : 'a text, list or number larger than can be held'
}
