import type { Identity } from '../connect/connection.ts'
import type { HakubeError } from '../errors.ts'
import type { TaskKind, TaskModule } from '../task.ts'
import type { Value } from '../value.ts'
import type { TaskScope } from '../variables/scope.ts'
import type { WorldQuestion } from '../world/world.ts'
import type { Condition, Task } from './model.ts'
import type { Step } from './step.ts'
import type { Way } from './way.ts'

/** What is left of a task once its arguments are rendered for one host (and one item of its loop). */
export type Rendered =
  | { type: 'skip'; reason: string }
  /** Check mode: whether it runs or with what depends on what only the real run gives. `asks`: what it may change. */
  | { type: 'unknown'; why: string; asks: readonly WorldQuestion[] }
  /** Rendering failed: the task fails when its turn comes, and may be ignored or rescued. */
  | { type: 'failed'; error: HakubeError }
  /** It reads what an earlier item of its own loop gives: rendered when that one is done. */
  | { type: 'later'; render: () => Promise<Work> }
  /** meta whose conditions hold: the engine does it. */
  | { type: 'meta'; reason: string }
  | {
      type: 'ready'
      kind: TaskKind
      module: TaskModule
      prepared: unknown
      asks: readonly WorldQuestion[]
      /** Asked when its turn has come, and not before. */
      late: boolean
      /** It may reach other hosts. */
      beyond: boolean
      /** Homes that its paths take for granted: checked when the host has answered. */
      homes?: TakenHomes | undefined
    }

/** Home directories that the paths of a task were filled in with, by whose they are; '' = who runs the task. */
export interface TakenHomes {
  taken: ReadonlyMap<string, string>
  /** The same task with these homes instead. Throws HakubeError for a mistake that only shows then. */
  move: (homes: ReadonlyMap<string, string>) => Promise<Rendered>
}

/** One task for one host and one item. */
export interface Work {
  host: string
  /** The task's name with its variables filled in. */
  name: string
  item: { value: Value; label: string } | undefined
  rendered: Rendered
  /** For conditions that are evaluated later, over the result. */
  scope: TaskScope
  settings: Settings
}

/** The task's keywords that the engine itself obeys, rendered. */
export interface Settings {
  identity: Identity
  /** Another host that carries the task out for this one (delegate_to). */
  delegate: string | undefined
  /** Another way to the host that carries it out; undefined: the usual one of the task's own host. */
  way: Way | undefined
  check: boolean
  /** Its own check_mode: true, in a run in check mode: the real run would change nothing here either. */
  rehearsed: boolean
  noLog: boolean
  /** `diff: false`: differences are not shown, whatever the command line says. */
  showDiff: boolean
  ignoreErrors: boolean
  /** That the host cannot be reached is a result of the task and no end of the host. */
  ignoreUnreachable: boolean
  /** A failure of this task ends the run for all hosts. */
  fatal: boolean
  environment: ReadonlyMap<string, string>
  changedWhen: readonly Condition[] | undefined
  failedWhen: readonly Condition[] | undefined
  retry: { until: readonly Condition[]; retries: number; delay: number } | undefined
  /** At most so many hosts are in the task at a time; 0: as many as there are. */
  throttle: number
  /** After so many seconds what runs on the host is ended, and the task has failed, in these words. */
  limit: { seconds: number; failure: string } | undefined
  /** Whether facts are those of `delegate`. */
  delegateFacts: boolean
  /** Seconds between the items of a loop. */
  pause: number
}

/** One time that a task with run_once comes up: its step, or of a handler, what once.ts keeps for it. */
export type Turn = object

/** One task for one host: all items of its loop, in order. */
export interface Group {
  step: Step
  task: Task | undefined
  handler: boolean
  works: readonly Work[]
  /** Whether the task stands for a loop: its result is a list. */
  looped: boolean
  /** Another host runs it for this one (run_once). */
  follows?: Turn
  /** The host takes no part in the include around it, and takes over only what it gives. */
  looksOn?: true
  /** Where it stands, if that is not the place of its step: a handler. */
  position?: number
}
