import type { HakubeError } from '../errors.ts'
import type { Diff, Result } from '../task.ts'

/** What became of one task (or one item of its loop) on one host. */
export type TaskStatus =
  | 'ok'
  | 'changed'
  /** Check mode: the real run would change it. */
  | 'would-change'
  /** Check mode: cannot be told; `reason` says why. */
  | 'unknown'
  /** Check mode: an action or wait that the real run would carry out. */
  | 'would-run'
  | 'skipped'
  | 'failed'
  /** Failed, but ignore_errors is set. */
  | 'ignored'

export interface TaskOutcome {
  host: string
  /** Text of the task's `name`, else module name and main argument. */
  task: string
  /** Where the task is written: file:line:column. */
  place: string
  module: string
  handler: boolean
  /** The host that carried the task out for this one (delegate_to). */
  delegate?: string
  /** The loop item as shown to people; undefined outside loops. */
  item?: string
  status: TaskStatus
  /** Why nothing was to be done, why it was skipped, what was done, or what failed. */
  reason: string
  /** What to do about a failure. */
  hint?: string
  diff: readonly Diff[]
  notes: readonly string[]
  result: Result
  /** Milliseconds from the question's batch or the apply's start to the answer; 0 where nothing was sent. */
  ms: number
}

export interface HostRecap {
  host: string
  ok: number
  changed: number
  unknown: number
  skipped: number
  failed: number
  ignored: number
  unreachable: boolean
  /** Messages sent to the host: round trips without the connection itself. */
  trips: number
  /** Milliseconds from connecting to the last answer. */
  ms: number
}

/** All that a run says. Reporters turn events into output; nothing else prints. */
export type Event =
  | {
      type: 'run-start'
      playbook: string
      hosts: readonly string[]
      check: boolean
      /** What runs in check mode all the same (check_mode: false). */
      runs?: readonly { task: string; place: string }[]
      /** Of hakube. */
      version: string
      logFile?: string
    }
  | { type: 'play-start'; name: string; hosts: readonly string[] }
  | { type: 'host-connected'; host: string; ms: number }
  | { type: 'host-unreachable'; host: string; error: HakubeError }
  /** A host is at work on a task: for live progress only. */
  | { type: 'task-start'; host: string; task: string }
  | { type: 'task-end'; outcome: TaskOutcome }
  /** Somebody is asked for something on the terminal, or has answered: nothing must be drawn over it. */
  | { type: 'prompt'; open: boolean }
  | { type: 'warning'; text: string; place?: string }
  /** Said with -v, and in the log: which settings were read. */
  | { type: 'note'; text: string }
  /** Something worth saying at the end of the run, such as: the endpoint waits for its API servers. */
  | { type: 'message'; text: string }
  /** Known (HakubeError) or a bug. */
  | { type: 'error'; error: Error }
  | {
      type: 'run-end'
      recap: readonly HostRecap[]
      exitCode: number
      ms: number
      retryFile?: string
      /** The command that runs again on the hosts of retryFile. */
      retryCommand?: string
      logFile?: string
    }

export interface Reporter {
  handle(event: Event): void
  /** Called once after run-end. */
  close(): void
}
