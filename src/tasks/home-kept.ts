import { lines, Script, sh } from '../shell/sh.ts'
import { Unknown } from '../world/kind.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { type Effect, effect, effectOnAll, type World } from '../world/world.ts'
import { linesOf, replyWith } from '../world/script-reply.ts'

/** Why a home directory should stay when its user goes. */
export interface HomeKept {
  /** It is a symbolic link to this. */
  link?: string
  /** It belongs to another user: the name or number. */
  owner?: string
  /** Users whose home is the same directory, or below it. */
  shared: readonly string[]
}

const START = 'home of '

function ask(name: string): ScriptAsk {
  return {
    id: `${START}${name}`,
    changes: true,
    text: lines(
      sh`exec 2>/dev/null; user=${name}`,
      new Script(`line=$({ getent passwd -- "$user" || grep "^$user:" /etc/passwd; } | head -n 1)
home=$(printf '%s\\n' "$line" | cut -d: -f6)
[ -n "$home" ] && [ -d "$home" ] || exit 0
real=$(readlink -f "$home") || real=$home
[ ! -L "\${home%/}" ] || printf 'link %s\\n' "$real"
owner=$(stat -L -c %u "$home")
[ "$owner" = "$(printf '%s\\n' "$line" | cut -d: -f3)" ] || printf 'owner %s\\n' "$(stat -L -c %U "$home")"
while IFS=: read -r name x uid group comment dir shell; do
  [ "$name" = "$user" ] || case $dir/ in "\${home%/}"/* | "\${real%/}"/*) printf 'shared %s\\n' "$name" ;; esac
done </etc/passwd
:`),
    ),
  }
}

export function homeKeptQuestion(name: string) {
  return { kind: 'script', ask: ask(name) } as const
}

export function homeKept(name: string, world: World): HomeKept {
  const said = linesOf(world.get('script', ask(name)))
  const values = (word: string): string[] =>
    said.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []))
  const [link] = values('link')
  const [owner] = values('owner')
  return {
    ...(link !== undefined && { link }),
    ...(owner !== undefined && { owner }),
    shared: values('shared'),
  }
}

/** The user has a home that was just made for it, or one of which nobody knows whose it is. */
export function homeBecomes(name: string, made: boolean): Effect {
  return effect('script', ask(name).id, () =>
    made ? replyWith([]) : new Unknown(`whose the home of ${name} is, and who else lives there`),
  )
}

/** A user that is gone has no home, and none below those of others. */
export function livesNowhere(name: string): Effect {
  return effectOnAll('script', (before, key) => {
    if (before instanceof Unknown || !key.startsWith(START)) return before
    if (key === ask(name).id) return replyWith([])
    const said = linesOf(before)
    const rest = said.filter((line) => line !== `shared ${name}`)
    return rest.length === said.length ? before : replyWith(rest)
  })
}
