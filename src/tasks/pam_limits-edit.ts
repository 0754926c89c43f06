import { BLANK, strip } from '../inventory/lines.ts'
import { EditError, readLines, type Edited } from './edited-file.ts'

/** A line of limits.conf that is wanted. */
export interface LimitEdit {
  domain: string
  type: string
  item: string
  value: string
  /** Of two values the larger or the smaller one; undefined: the one that is asked for. */
  keep: 'max' | 'min' | undefined
  /** Without #; empty: none of its own. */
  comment: string
}

const BLANKS = new RegExp(`[${BLANK}]+`, 'g')
const NO_LIMIT = new Set(['unlimited', 'infinity', '-1'])

/** Why a value is none for this item; undefined if it is one. */
export function valueProblem(item: string, value: string): string | undefined {
  if (item === 'nice' || item === 'priority') {
    const number = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN
    if (number >= -20 && number <= 19) return undefined
    return `${JSON.stringify(value)} is no value for ${item}, which goes from -20 to 19`
  }
  if (NO_LIMIT.has(value) || /^\d+$/.test(value)) return undefined
  return `${JSON.stringify(value)} is no value for ${item}: write a number, or unlimited, infinity or -1`
}

/**
 * The text with the limit in it: by Ansible's rules, also where they are odd. A new line without a comment of its own
 * gets the first one that a line before it has, and that brings an empty line along. Throws EditError for a file that
 * has something else than limits.
 */
export function editLimit(text: string, wish: LimitEdit): Edited {
  let { comment } = wish
  let wanted = wish.value
  let msg: string | undefined
  const change = (value: string): string => {
    if (comment !== '') comment = `\t#${comment}`
    return `${wish.domain}\t${wish.type}\t${wish.item}\t${value}${comment}\n`
  }
  const out = readLines(text).map((line) => {
    if (line.startsWith('#') || strip(line) === '') return line
    const at = line.indexOf('#')
    if (comment === '' && at !== -1) comment = line.slice(at + 1)
    const [domain, type, item, value] = fieldsOf(at === -1 ? line : line.slice(0, at))
    if (value === undefined || item === undefined) return line
    const problem = valueProblem(item, value)
    if (problem !== undefined) throw new EditError(`it has a line that is no limit: ${problem}`)
    if (domain !== wish.domain || type !== wish.type || item !== wish.item) return line
    if (value !== wish.value) wanted = chosen(wish, value, wanted)
    msg = value === wish.value || value === wanted ? line : change(wanted)
    return msg
  })
  if (msg !== undefined) return { text: out.join(''), msg }
  // Ansible puts it on the end of a last line that has none, and neither of the two is a limit then.
  const open = out.length > 0 && !text.endsWith('\n') ? '\n' : ''
  const added = change(wanted)
  return { text: `${out.join('')}${open}${added}`, msg: added }
}

/** The four fields of a line without its comment; none where it has more or fewer. */
function fieldsOf(line: string): string[] {
  const fields = strip(line).split(BLANKS)
  return fields.length === 4 ? fields : []
}

/** Which value a line gets that has another one than is asked for. */
function chosen({ value, keep }: LimitEdit, actual: string, wanted: string): string {
  if (keep === undefined) return wanted
  const [ours, theirs] = [NO_LIMIT.has(value), NO_LIMIT.has(actual)]
  if (ours && theirs) return actual
  if (ours || theirs) return (keep === 'max') === theirs ? actual : value
  const [first, second] = [BigInt(value), BigInt(actual)]
  return String((keep === 'max') === first > second ? first : second)
}
