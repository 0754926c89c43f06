import { Script } from '../shell/sh.ts'
import type { ScriptAsk } from './replies.ts'
import type { World, WorldQuestion } from './world.ts'

/** As Python takes ~: HOME counts, and the account only where there is none. */
const own: ScriptAsk = {
  id: 'home of who asks',
  text: new Script(`hk_uid=$(id -u)
printf '%s' "\${HOME:-$({ getent passwd "$hk_uid" || grep "^[^:]*:[^:]*:$hk_uid:" /etc/passwd; } 2>/dev/null |
  head -n 1 | cut -d: -f6)}"`),
}

/** Asks for the home of a user; '' = of who asks. */
export function homeQuestion(user: string): WorldQuestion {
  return user === '' ? { kind: 'script', ask: own } : { kind: 'user', ask: { name: user } }
}

/** The home, absolute; undefined: there is no such user, or it has none. Throws UnknownAnswer. */
export function homeIn(world: World, user: string): string | undefined {
  const home = user === '' ? world.get('script', own).stdout.toString('utf8') : accountHome(world, user)
  return home?.startsWith('/') ? home : undefined
}

function accountHome(world: World, name: string): string | undefined {
  const reply = world.get('user', { name })
  // Users are found by their number, too, which ~ does not know.
  return reply.exists && reply.name === name ? reply.home : undefined
}
