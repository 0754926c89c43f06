import { homedir } from 'node:os'
import { join } from 'node:path'

/** A path of the controller with ~ at its beginning as the home directory of who runs hakube; others as they are. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
}
