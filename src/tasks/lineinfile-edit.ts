import { expand, search } from '../jinja/regex.ts'
import { bare, readLines, type Edited } from './edited-file.ts'

/** What lineinfile is asked for. */
export interface LineEdit {
  state: 'present' | 'absent'
  line: string | undefined
  regexp: string | undefined
  search_string: string | undefined
  insertafter: string | undefined
  insertbefore: string | undefined
  backrefs: boolean
  firstmatch: boolean
}

/** The text with the line in it, or without it. Ansible's rules, its odd ones too. */
export function editLine(text: string, edit: LineEdit): Edited {
  return edit.state === 'absent' ? remove(text, edit) : put(text, edit, edit.line ?? '')
}

function remove(text: string, { regexp, search_string: part, line }: LineEdit): Edited {
  const lines = readLines(text)
  const kept = lines.filter((each) => {
    if (regexp !== undefined) return search(regexp, each) === undefined
    return part === undefined ? bare(each) !== line : !each.includes(part)
  })
  const found = lines.length - kept.length
  return {
    text: kept.join(''),
    msg: found > 0 ? `${found} line(s) removed` : '',
    result: { found },
  }
}

function put(text: string, edit: LineEdit, line: string): Edited {
  const lines = readLines(text)
  const { match, at } = findLine(lines, edit)
  if (match !== undefined || at >= 0) {
    const wanted = edit.backrefs && match ? expand(line)(match) : line
    const whole = wanted.endsWith('\n') ? wanted : `${wanted}\n`
    if (lines[at] === whole) return { text, msg: '' }
    return { text: lines.with(at, whole).join(''), msg: 'line replaced' }
  }
  const same = sameOrPlace(lines, edit, line)
  // A line that stands there already, but for its end.
  if (same.at >= 0) {
    if (lines[same.at] === `${line}\n`) return { text, msg: '' }
    return { text: lines.with(same.at, `${line}\n`).join(''), msg: 'line replaced' }
  }
  if (edit.backrefs) return { text, msg: '' }
  return insert(lines, edit, line, same.place)
}

/** The line that regexp or search_string names: the last one, or the first one with firstmatch. */
function findLine(
  lines: readonly string[],
  edit: LineEdit,
): { match: RegExpExecArray | undefined; at: number } {
  let found: { match: RegExpExecArray | undefined; at: number } = { match: undefined, at: -1 }
  for (const [index, each] of lines.entries()) {
    const match = edit.regexp === undefined ? undefined : search(edit.regexp, each)
    const holds =
      match !== undefined || (edit.search_string !== undefined && each.includes(edit.search_string))
    if (!holds) continue
    found = { match, at: index }
    if (edit.firstmatch) break
  }
  return found
}

/** Where the very line stands, else where it goes: beside the last line that insertafter or insertbefore names. */
function sameOrPlace(lines: readonly string[], edit: LineEdit, line: string): { at: number; place: number } {
  const { insertafter: after, insertbefore: before } = edit
  const pattern =
    after !== undefined && after !== 'BOF' && after !== 'EOF'
      ? after
      : before !== undefined && before !== 'BOF'
        ? before
        : undefined
  let at = -1
  let place = -1
  for (const [index, each] of lines.entries()) {
    if (bare(each) === line) at = index
    else if (pattern !== undefined && search(pattern, each)) {
      place = after === undefined ? index : index + 1
      if (edit.firstmatch) break
    }
  }
  return { at, place }
}

function insert(lines: readonly string[], edit: LineEdit, line: string, place: number): Edited {
  const { insertafter: after = edit.insertbefore === undefined ? 'EOF' : undefined, insertbefore: before } =
    edit
  const added = (at: number): Edited => ({
    text: lines.toSpliced(at, 0, `${line}\n`).join(''),
    msg: 'line added',
  })
  if (before === 'BOF' || after === 'BOF') return added(0)
  if (after === 'EOF' || place === -1) {
    const open = lines.length > 0 && !/[\n\r]$/.test(lines.at(-1) ?? '')
    return { text: [...lines, ...(open ? ['\n'] : []), `${line}\n`].join(''), msg: 'line added' }
  }
  if (after !== undefined) {
    const neighbour = place === lines.length ? lines[place - 1] : lines[place]
    if (bare(neighbour ?? '') === line) return { text: lines.join(''), msg: '' }
  }
  return added(place)
}
