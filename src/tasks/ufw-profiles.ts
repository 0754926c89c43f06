import { Script } from '../shell/sh.ts'
import { Unknown } from '../world/kind.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { UnknownAnswer, type World } from '../world/world.ts'

const FOLDER = '/etc/ufw/applications.d'

/** The files of application profiles, one after the other; hidden ones and what package managers leave are none. */
export const profilesAsk: ScriptAsk = {
  id: 'ufw applications',
  text: new Script(`cd ${FOLDER} 2>/dev/null || exit 0
for file in *; do
  case $file in *.dpkg-new | *.dpkg-old | *.dpkg-dist | *.rpmnew | *.rpmsave | *~) continue ;; esac
  [ ! -f "$file" ] || { cat "$file"; echo; }
done
:`),
}

/** Names of applications and their ports (80/tcp, 137,138/udp, 53). Of two with one name the last counts. */
export function profilesOf(world: World): Map<string, string[]> {
  const { stdout } = world.get('script', profilesAsk)
  if (world.touches(FOLDER, profilesAsk.id)) throw new UnknownAnswer(new Unknown(`what is in ${FOLDER}`))
  const out = new Map<string, string[]>()
  let fields = new Map<string, string>()
  let name: string | undefined
  const close = (): void => {
    const whole = ['title', 'description', 'ports'].every((field) => (fields.get(field) ?? '') !== '')
    if (name !== undefined && whole) out.set(name, (fields.get('ports') ?? '').split('|'))
    fields = new Map()
  }
  for (const line of stdout.toString('utf8').split('\n')) {
    const title = /^\[([^\]]+)\]/.exec(line)?.[1]
    const [, key, value] = /^([^=:#;\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? []
    if (title !== undefined) {
      close()
      name = title
    } else if (key !== undefined && value !== undefined) fields.set(key.toLowerCase(), value)
  }
  close()
  return out
}

/** The name as the profile has it, for one in other letters; undefined: there is none, or more than one. */
export function profileName(profiles: ReadonlyMap<string, unknown>, name: string): string | undefined {
  if (profiles.has(name)) return name
  const like = [...profiles.keys()].filter((each) => each.toLowerCase() === name.toLowerCase())
  return like.length === 1 ? like[0] : undefined
}
