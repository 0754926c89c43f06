import { homedir } from 'node:os'
import { str } from '../jinja/index.ts'
import { NotYet } from '../variables/not-yet.ts'
import type { TaskScope } from '../variables/scope.ts'
import { isLocal } from './way.ts'
import type { Settings } from './work.ts'

/** Which host is worked on, and by whom: within one such place a user has one home. */
export function homePlace(host: string, { delegate, way, identity }: Settings): string {
  const there = [delegate ?? host, ...[...(way ?? [])].map(([name, value]) => `${name}=${str(value)}`)]
  return JSON.stringify([...there, identity.method ?? '', identity.becomeUser ?? ''])
}

/** The homes that hosts have told in this run. */
export class HomeBook {
  readonly #known = new Map<string, string>()

  /** The home of a user ('' = who runs the task), as it was last told; undefined: nobody has asked. */
  of(place: string, user: string): string | undefined {
    return this.#known.get(`${place} ${user}`)
  }

  learn(place: string, user: string, home: string): void {
    this.#known.set(`${place} ${user}`, home)
  }
}

/**
 * Where a home most probably is, as long as nobody has asked. A wrong guess costs a round trip and nothing else: the
 * host is asked in the same message as all the rest.
 */
export function guessHome(user: string, scope: TaskScope, { identity, way, delegate }: Settings): string {
  const named = user === '' ? identity.becomeUser : user
  const known = (name: string): string | undefined => {
    if (delegate !== undefined) return undefined
    try {
      const value = scope.lookup(name)
      return typeof value === 'string' ? value : undefined
    } catch (error) {
      if (error instanceof NotYet) return undefined
      throw error
    }
  }
  if (named === undefined && ((way && isLocal(way)) || known('ansible_connection') === 'local'))
    return homedir()
  const name = named ?? known('ansible_user')
  // Facts tell of one user: who has gathered them.
  const told = known('ansible_user_dir')
  if (told !== undefined && (name === undefined || known('ansible_user_id') === name)) return told
  return name === undefined || name === 'root' ? '/root' : `/home/${name}`
}
