import { execFileSync } from 'node:child_process'

/** The shells that stand for /bin/sh on real hosts, as far as they are installed here. */
export const SHELLS = (
  [
    ['sh', ['/bin/sh']],
    ['dash', ['dash']],
    ['bash as sh', ['bash', '--posix']],
    ['busybox ash', ['busybox', 'sh']],
  ] satisfies [string, [string, ...string[]]][]
).filter(([, [program]]) => installed(program)) as [string, [string, ...string[]]][]

function installed(program: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
