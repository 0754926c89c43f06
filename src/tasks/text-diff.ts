import type { Diff } from '../task.ts'
import { MAX_CONTENT } from '../world/path-probe.ts'

/** Stands for the content of a file that a package is going to bring. */
export const NOT_THERE_YET = '(not there yet: a package brings it)'

/** The difference between two contents of a file. What is no text is only told by its size. */
export function textDiff(
  path: string,
  before: { exists: false } | { exists: true; size: number; content?: Buffer },
  after: Buffer,
): Diff {
  const old = before.exists ? describe(before.content, before.size) : ''
  return { type: 'text', path, before: old, after: describe(after, after.length) }
}

function describe(content: Buffer | undefined, size: number): string {
  // A file that a package is going to bring has no size yet.
  if (content === undefined && Number.isNaN(size)) return `${NOT_THERE_YET}\n`
  // Nobody has read it: it is as empty as was expected, or the copy of another file on the host.
  if (content === undefined && size <= MAX_CONTENT) return size === 0 ? '' : `(${size} bytes)\n`
  if (content === undefined) return `(${size} bytes, too large to show)\n`
  const text = content.toString('utf8')
  if (content.includes(0) || text.includes('\uFFFD')) return `(binary, ${content.length} bytes)\n`
  return text
}
