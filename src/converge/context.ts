import type { Connection } from '../connect/connection.ts'
import type { Task } from '../playbook/model.ts'
import type { Place } from '../errors.ts'
import type { Addition } from '../inventory/grow.ts'
import type { Line } from '../playbook/line.ts'
import type { PlayRun, Step } from '../playbook/step.ts'
import type { Way } from '../playbook/way.ts'
import type { RenderContext } from '../playbook/render-context.ts'
import type { Progress } from '../progress.ts'
import type { Event } from '../report/events.ts'
import type { Layers } from '../variables/scope.ts'
import type { VariableStore } from '../variables/store.ts'
import type { Predicted } from './answers.ts'
import type { Once } from './once.ts'
import type { Throttle } from './throttle.ts'

/** What the hosts of a run share. */
export interface RunContext {
  line: Line
  store: VariableStore
  progress: Progress
  render: RenderContext
  once: Once
  throttle: Throttle
  check: boolean
  /** Aborted by the first Ctrl-C: no further apply begins. */
  signal: AbortSignal
  emit(event: Event): void
  /** Whether a failure of a host in this play ends the run for all. */
  isFatal(host: string, run: PlayRun): boolean
  /** The first host begins with this play. */
  playStarted(run: PlayRun): void
  /** Variables of a task below its loop: magic names, vars of the task, its play and its files. */
  layers(host: string, step: Step, task: Task | undefined): Layers
  /** Called before every change; before the first one it takes the run's lock on all hosts. Returns true if this host was
   * not locked until now. Throws HakubeError if another run holds a lock. */
  beforeChange(host: string, run: PlayRun): Promise<boolean>
  /** Called in check mode where a change would be made. Throws HakubeError if the run is refused. */
  beforePrediction(): Promise<void>
  /** The next batch of a play is about to begin: why it must not, undefined if it may. */
  gate(run: PlayRun): Promise<string | undefined>
  /** Where the batch begins that a host has got in the place of this one of the same play. */
  placeOf(host: string, run: PlayRun): number
  /** What check mode predicts for a host. */
  predicted(host: string): Predicted
  /** The connection to a host that others delegate tasks to. Throws HakubeError if it cannot be reached. */
  delegate(host: string, way: Way): Promise<Connection>
  /** The connection to a host by another way than its usual one. */
  reachBy(host: string, way: Way): Promise<Connection>
  /** Adds to the inventory what a task says: plays that have not begun get the hosts that they select now. */
  grow(addition: Addition, place: Place): Promise<void>
  /** Whether a host is to be connected to, or to tell its facts, when this play begins: the inventory has grown. */
  isAwaited(host: string, run: PlayRun): boolean
  /** Connects to such a host, and gathers its facts. Throws HakubeError if it cannot be reached. */
  arrive(host: string, run: PlayRun): Promise<void>
  /** The next task connects to the host anew. */
  reset(host: string): Promise<void>
  /** Gathers facts of a host outside of the run whose facts are read. */
  gather(host: string): Promise<void>
}

/** refused: the run must not begin to change anything. */
export type HostEnd = 'done' | 'failed' | 'refused' | 'unreachable' | 'stopped'

export interface HostTarget {
  host: string
  connection: Connection
}
