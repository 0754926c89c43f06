import { sh } from '../shell/sh.ts'
import type { ScriptAsk } from '../world/replies.ts'
import type { World, WorldQuestion } from '../world/world.ts'

/** Who a new file belongs to, and which bits it does not get, unless something else is asked for. */
export interface Creator {
  umask: number
  uid: number
  gid: number
  user: string
  group: string
}

const ask: ScriptAsk = { id: 'creator', text: sh`umask && id` }

export const creatorQuestion: WorldQuestion = { kind: 'script', ask }

/** The user who runs the task. Throws TypeError if `id` prints something else than POSIX says. */
export function creator(world: World): Creator {
  const text = world.get('script', ask).stdout.toString()
  const match =
    /^(?<umask>[0-7]+)\nuid=(?<uid>\d+)(\((?<user>[^)]*)\))? gid=(?<gid>\d+)(\((?<group>[^)]*)\))?/.exec(text)
  if (!match?.groups) throw new TypeError(`not the output of umask and id: ${text}`)
  const { umask = '', uid = '', gid = '', user = uid, group = gid } = match.groups
  return { umask: Number.parseInt(umask, 8), uid: Number(uid), gid: Number(gid), user, group }
}
