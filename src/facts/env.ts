import { dict } from '../value.ts'
import type { Subject } from './subject.ts'

/** The environment of commands on the host. The section comes first in the script, which changes PATH for itself. */
export const env: Subject = {
  files: [],
  parse: (seen) => {
    const entries = (seen.section('env') ?? '').split('\0').flatMap((entry): [string, string][] => {
      const equals = entry.indexOf('=')
      return equals > 0 ? [[entry.slice(0, equals), entry.slice(equals + 1)]] : []
    })
    return { env: dict(Object.fromEntries(entries)) }
  },
}
