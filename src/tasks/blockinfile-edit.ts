import { search } from '../jinja/regex.ts'
import { linesOf, type Edited } from './edited-file.ts'

/** What blockinfile is asked for. */
export interface BlockEdit {
  state: 'present' | 'absent'
  block: string
  marker: string
  marker_begin: string
  marker_end: string
  insertafter: string | undefined
  insertbefore: string | undefined
  append_newline: boolean
  prepend_newline: boolean
}

/** The text with the block between its marker lines, or without it. `isNew`: there was no file. */
export function editBlock(text: string, edit: BlockEdit): Edited {
  const lines = linesOf(text)
  const [begin, end] = [edit.marker_begin, edit.marker_end].map(
    (word) => `${edit.marker.replaceAll('{mark}', () => word)}\n`,
  )
  const body = edit.block === '' || edit.block.endsWith('\n') ? edit.block : `${edit.block}\n`
  const present = edit.state === 'present' && body !== ''
  const block = present ? [begin ?? '', ...linesOf(body), end ?? ''] : []
  const [first, last] = [lines.lastIndexOf(begin ?? ''), lines.lastIndexOf(end ?? '')]
  let at: number
  if (first === -1 || last === -1) at = placeOf(lines, edit)
  else {
    at = Math.min(first, last)
    lines.splice(at, Math.abs(last - first) + 1)
  }
  const above = lines[at - 1]
  if (above !== undefined && !above.endsWith('\n')) lines[at - 1] = `${above}\n`
  const blank = (wanted: boolean, neighbour: string | undefined) =>
    wanted && present && neighbour !== undefined && neighbour !== '\n' ? ['\n'] : []
  const parts = [
    ...blank(edit.prepend_newline, lines[at - 1]),
    ...block,
    ...blank(edit.append_newline, lines[at]),
  ]
  const after = lines.toSpliced(at, 0, ...parts).join('')
  return { text: after, msg: after === text ? '' : present ? 'Block inserted' : 'Block removed' }
}

function placeOf(lines: readonly string[], { insertafter, insertbefore }: BlockEdit): number {
  const pattern =
    insertafter !== undefined && insertafter !== 'EOF'
      ? insertafter
      : insertbefore !== undefined && insertbefore !== 'BOF'
        ? insertbefore
        : undefined
  if (pattern === undefined) return insertbefore === 'BOF' ? 0 : lines.length
  const found = lines.findLastIndex((line) => search(pattern, line) !== undefined)
  if (found === -1) return lines.length
  return insertafter === undefined ? found : found + 1
}
