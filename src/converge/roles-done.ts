import type { RoleUse } from '../playbook/model.ts'
import type { PlayRun, Step } from '../playbook/step.ts'

/**
 * Which uses of roles one host is through with: the same use runs once in a play, be it an entry of `roles`, a dependency,
 * or an include with `allow_duplicates: false`. As in Ansible it is over at the end of its tasks, if one of them has run.
 */
export class RolesDone {
  /** Positions of what has run, and of ends, by play and use. */
  readonly #ran = new Map<string, number>()
  readonly #ended = new Map<string, number>()

  /** A task of a role runs, and is not skipped. */
  ran({ run, task, position }: Step): void {
    const role = task?.origin.role
    if (role) note(this.#ran, nameOf(run, role), position)
  }

  /** The end of the tasks of a role. */
  end({ run, ofRole, position }: Step): void {
    if (ofRole && this.#ran.has(nameOf(run, ofRole))) note(this.#ended, nameOf(run, ofRole), position)
  }

  /** Whether an earlier use of its role leaves out this step. */
  isThrough({ run, task, position }: Step): boolean {
    const role = task?.origin.role
    if (!role || role.again) return false
    return (this.#ended.get(nameOf(run, role)) ?? Infinity) < position
  }

  /** What was rendered behind a position is void. */
  forgetAfter(position: number): void {
    for (const known of [this.#ran, this.#ended])
      for (const [name, at] of known) if (at > position) known.delete(name)
  }
}

function note(known: Map<string, number>, name: string, position: number): void {
  if (!known.has(name)) known.set(name, position)
}

function nameOf({ index }: PlayRun, { key }: RoleUse): string {
  return `${index} ${key}`
}
