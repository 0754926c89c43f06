import type { HostEnd } from '../converge/context.ts'
import { EXIT, type ExitCode } from '../errors.ts'
import type { HostRecap } from '../report/events.ts'

/** The exit code of a run: interrupted, then refused, then failed, then unreachable, then pending changes of check mode. */
export function exitCode(summary: {
  recap: readonly HostRecap[]
  ends: readonly HostEnd[]
  pending: boolean
  interrupted: boolean
}): ExitCode {
  if (summary.interrupted) return EXIT.interrupted
  // Refused before the first change: nobody can have failed at one.
  if (summary.ends.includes('refused')) return EXIT.invalid
  if (summary.recap.some((host) => host.failed > 0) || summary.ends.includes('failed')) return EXIT.failed
  if (summary.recap.some((host) => host.unreachable)) return EXIT.unreachable
  return summary.pending ? EXIT.pending : EXIT.ok
}
