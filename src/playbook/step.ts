import type { Place } from '../errors.ts'
import type { Conduct } from './conduct.ts'
import type { Condition, Inclusion, Inherited, Play, RoleUse, Task } from './model.ts'
import type { Seen } from './public-roles.ts'

/** Where the parts of a block begin and where it ends: where a host goes on when a part ends or fails. */
export interface Span {
  rescueAt: number
  alwaysAt: number
  end: number
}

/** One block around a step, and in which part of it the step stands. */
export interface Frame {
  part: 'block' | 'rescue' | 'always'
  span: Readonly<Span>
}

/** One place of the program. Positions are the same for all hosts and only grow. */
export interface Step {
  position: number
  /** How much of the line it has for itself: what it loops over, includes and flushes stands within. */
  room: number
  run: PlayRun
  type: 'play' | 'task' | 'flush' | 'role-end'
  /** With everything that its blocks and its play lend it. Undefined for play and flush. */
  task: Task | undefined
  /** Conditions of the blocks around it and its own. */
  when: readonly Condition[]
  /** Enclosing blocks, outermost first. */
  frames: readonly Frame[]
  /** What blocks and play lend, and their conditions, for what an include brings. */
  outer: { lent: Inherited; when: readonly Condition[] }
  /** Includes around it, innermost first. */
  inclusions: readonly Inclusion[]
  /** Of an end of a role: the use that is through. */
  ofRole?: RoleUse
  /** Of a flush that goes on where a handler that includes tasks has stopped: that handler, and the flush. */
  after?: { handler: Task; flush: Step }
}

/** One play, or one batch of its hosts (serial), with the hosts on which it runs. */
export interface PlayRun {
  index: number
  play: Play
  conduct: Conduct
  /** A rolling change chooses its order: set anew only while all of its hosts wait for their batches. */
  hosts: readonly string[]
  /** The hosts of all batches of the play. */
  allHosts: readonly string[]
  /** The same as its `hosts` names them, whatever its `order`. */
  selected: readonly string[]
  /** The same hosts, to be found fast. */
  members: ReadonlySet<string>
  /** Those of the play, and of the roles that are included while it runs. */
  handlers: readonly Task[]
  /** Their lists, as in the play; those that includes bring, with the position behind which they count. */
  handlerLists: readonly { list: object; since: number }[]
  /** Roles whose variables all of the play sees, with those that are included in public while it runs. */
  seen: readonly Seen[]
}

/** Where everything is done that a step has room for. */
export function behind({ position, room }: Step): number {
  return position + room * (1 - 2 ** -20)
}

/** The flush that a step is the rest of, which has stopped where a handler includes tasks; else the step itself. */
export function wholeFlush(step: Step): Step {
  return step.after ? wholeFlush(step.after.flush) : step
}

export function placeOf(step: Step): Place {
  return step.task?.place ?? step.run.play.place
}
