import { Unknown } from './kind.ts'
import { normalPath } from './path-names.ts'
import type { PathReply } from './replies.ts'
import { type Effect, effectOnAll } from './world.ts'

const FILES = ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map((name) => `/etc/${name}`)
/** The copy that useradd and its like keep of the one before, with its attributes. */
const COPIES = FILES.map((path) => `${path}-`)
const WRITTEN = new Unknown('the tools for accounts write to it')

/** Accounts come, go or change, or may do so: what is in their files is not known any more. Attributes stay. */
export const accountFilesChange: Effect = {
  ...effectOnAll('path', (before, key, places) => {
    if (before instanceof Unknown) return before
    const own = [normalPath(key), places.of(key), ...('real' in before ? [before.real] : [])]
    const isOne = (of: readonly string[]): boolean =>
      own.some((path) => path !== undefined && of.includes(path))
    if (isOne(COPIES)) return WRITTEN
    if (!isOne(FILES)) return before
    return before.exists ? rewritten(before) : WRITTEN
  }),
  about: [...FILES, ...COPIES],
}

function rewritten(before: Extract<PathReply, { exists: true }>): PathReply {
  const { content: _content, ...rest } = before
  const never = Number.NaN
  return { ...rest, digests: {}, size: never, mtime: never, atime: never, ctime: never, inode: never }
}
