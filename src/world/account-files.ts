import { Unknown } from './kind.ts'
import { normalPath } from './path-names.ts'
import type { PathReply } from './replies.ts'
import { type Effect, effectOnAll } from './world.ts'

const OWN = ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map((name) => `/etc/${name}`)
/** The files that useradd and its like rewrite, each with the copy that they keep of the one before. */
const FILES = OWN.flatMap((path) => [path, `${path}-`])

/** Accounts come, go or change, or may do so: what is in their files is not known any more. Attributes stay. */
export const accountFilesChange: Effect = {
  ...effectOnAll('path', (before, key, places) => {
    if (before instanceof Unknown) return before
    const own = [normalPath(key), places.of(key), ...('real' in before ? [before.real] : [])]
    if (!own.some((path) => path !== undefined && FILES.includes(path))) return before
    return before.exists ? rewritten(before) : new Unknown('a change of accounts may make it')
  }),
  about: FILES,
}

function rewritten(before: Extract<PathReply, { exists: true }>): PathReply {
  const { content: _content, ...rest } = before
  const never = Number.NaN
  return { ...rest, digests: {}, size: never, mtime: never, atime: never, ctime: never, inode: never }
}
