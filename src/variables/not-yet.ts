/**
 * Thrown when rendering touches a value that is not there at this point of the run. No mistake: the engine
 * catches it and renders the task later (pending), gathers facts, or calls the task unknown (check mode).
 */
export class NotYet extends Error {
  readonly what: NotYetKind
  constructor(what: NotYetKind) {
    super(describe(what))
    this.what = what
  }
}

export type NotYetKind =
  /** A result of an earlier task of this or another host that has not run yet. */
  | { kind: 'pending'; host: string; name: string }
  /** A variable that another host sets before this position, and has not reached yet. */
  | { kind: 'other-host'; host: string; name: string }
  /** Facts of a host from which none were gathered. */
  | { kind: 'facts'; host: string }
  /** Check mode: only the real run would know the value. */
  | { kind: 'unknown'; why: string }

function describe(what: NotYetKind): string {
  switch (what.kind) {
    case 'pending':
      return `${what.name} is not known yet`
    case 'other-host':
      return `${what.name} of ${what.host} is not known yet`
    case 'facts':
      return `the facts of ${what.host} are not gathered yet`
    case 'unknown':
      return what.why
  }
}
