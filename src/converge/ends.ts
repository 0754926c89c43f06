import { EXIT, HakubeError } from '../errors.ts'
import type { HostEnd } from './context.ts'

/** How a host ends that meets this error outside of its tasks. */
export function endOf(error: HakubeError): HostEnd {
  if (error.exitCode === EXIT.unreachable) return 'unreachable'
  return error.code === 'refused' ? 'refused' : 'failed'
}

/** Whether the host is lost for the plays behind the one in which it ended. */
export function isLost(end: HostEnd | undefined): boolean {
  return end === 'failed' || end === 'unreachable' || end === 'refused'
}

/** Ends a host's walk without counting it as failed. */
export function interrupted(host: string): HakubeError {
  return new HakubeError('interrupted', { code: 'interrupted', exitCode: EXIT.interrupted, host })
}
