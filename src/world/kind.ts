import type { Answer } from '../connect/connection.ts'
import type { Script } from '../shell/sh.ts'

/** What no probe and no prediction can tell. A plan that needs it is unknown too. */
export class Unknown {
  readonly why: string
  constructor(why: string) {
    this.why = why
  }
}

/**
 * One kind of question about named things on a host (paths, units, packages, …).
 * A kind is implemented once: a read-only POSIX sh probe that answers many questions at a time, and a parser.
 */
export interface Kind<Ask, Reply> {
  /** Which thing the question is about, such as the path; one reply per key is kept. */
  key(ask: Ask): string
  /** One question that asks for all that the two ask about the same thing. */
  merge(first: Ask, second: Ask): Ask
  /**
   * Answers all questions. It must write nowhere, not even to /tmp or /run, read no standard input, and work
   * in dash, bash and busybox's ash. Asks have distinct keys.
   */
  probe(asks: readonly Ask[]): Script
  /** One reply per ask, in their order. Throws TypeError for output that the probe cannot have written. */
  parse(answer: Answer, asks: readonly Ask[]): (Reply | Unknown)[]
}

export function defineKind<Ask, Reply>(kind: Kind<Ask, Reply>): Kind<Ask, Reply> {
  return kind
}
