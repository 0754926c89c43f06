import type { DateTime, Zone } from './dates.ts'
import { Mistake } from './mistakes.ts'

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/**
 * Python's strftime in the C locale, with the C library's flags; what it does not know stays as it is. Fractions of
 * a second (`%f`) are Python's own: the C library does not know them.
 */
export function formatDate(time: DateTime, format: string, { fractions = true } = {}): string {
  return format.replaceAll(/%([-_0^]?)([^])?/g, (all, flag: string, directive?: string) => {
    const isKnown = directive !== undefined && (fractions || directive !== 'f')
    const field = isKnown ? one(time, directive) : undefined
    return field === undefined ? all : flagged(field, flag)
  })
}

/** `-` takes the filling away, `_` and `0` choose it, `^` makes capitals. */
function flagged(field: string, flag: string): string {
  if (flag === '^') return field.toUpperCase()
  if (flag === '') return field
  return field.replace(/^[0 ]+(?=\d)/, (fill) =>
    flag === '-' ? '' : fill.replaceAll(/[0 ]/g, flag === '_' ? ' ' : '0'),
  )
}

function pad(value: number, width = 2, fill = '0'): string {
  return String(value).padStart(width, fill)
}

const COMPOSED: Record<string, string> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  h: '%b',
  R: '%H:%M',
  r: '%I:%M:%S %p',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
}

function one(time: DateTime, directive: string): string | undefined {
  const { wall, offset } = time
  const composed = Object.hasOwn(COMPOSED, directive) ? COMPOSED[directive] : undefined
  if (composed !== undefined) return formatDate(time, composed)
  const [year, hour, weekday] = [wall.getUTCFullYear(), wall.getUTCHours(), wall.getUTCDay()]
  const fields: Record<string, () => string> = {
    a: () => (DAYS[weekday] ?? '').slice(0, 3),
    A: () => DAYS[weekday] ?? '',
    b: () => (MONTHS[wall.getUTCMonth()] ?? '').slice(0, 3),
    B: () => MONTHS[wall.getUTCMonth()] ?? '',
    C: () => pad(Math.floor(year / 100)),
    d: () => pad(wall.getUTCDate()),
    e: () => pad(wall.getUTCDate(), 2, ' '),
    f: () => pad(time.microseconds, 6),
    G: () => String(isoWeek(wall).year),
    H: () => pad(hour),
    I: () => pad(hour % 12 || 12),
    j: () => pad(dayOfYear(wall), 3),
    k: () => pad(hour, 2, ' '),
    l: () => pad(hour % 12 || 12, 2, ' '),
    m: () => pad(wall.getUTCMonth() + 1),
    M: () => pad(wall.getUTCMinutes()),
    n: () => '\n',
    p: () => (hour < 12 ? 'AM' : 'PM'),
    P: () => (hour < 12 ? 'am' : 'pm'),
    g: () => pad(isoWeek(wall).year % 100),
    s: () => String(Math.floor((wall.getTime() - offset * 60_000) / 1000)),
    S: () => pad(wall.getUTCSeconds()),
    t: () => '\t',
    u: () => String(weekday || 7),
    U: () => pad(Math.floor((dayOfYear(wall) + 6 - weekday) / 7)),
    V: () => pad(isoWeek(wall).week),
    w: () => String(weekday),
    W: () => pad(Math.floor((dayOfYear(wall) + 6 - ((weekday + 6) % 7)) / 7)),
    y: () => pad(year % 100),
    Y: () => String(year),
    z: () => (time.zone ? zone(offset) : ''),
    Z: () => time.zone?.name ?? '',
    '%': () => '%',
  }
  return Object.hasOwn(fields, directive) ? fields[directive]?.() : undefined
}

function zone(offset: number): string {
  const minutes = Math.abs(offset)
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}${pad(minutes % 60)}`
}

function dayOfYear(wall: Date): number {
  return Math.floor((wall.getTime() - Date.UTC(wall.getUTCFullYear(), 0, 1)) / 86_400_000) + 1
}

/** ISO 8601: the week belongs to the year of its Thursday. */
function isoWeek(wall: Date): { year: number; week: number } {
  const thursday = new Date(wall.getTime() + (3 - ((wall.getUTCDay() + 6) % 7)) * 86_400_000)
  return { year: thursday.getUTCFullYear(), week: Math.ceil(dayOfYear(thursday) / 7) }
}

const READERS: Record<string, string> = {
  Y: String.raw`(?<Y>\d{4})`,
  m: String.raw`(?<m>1[0-2]|0?[1-9])`,
  d: String.raw`(?<d>3[01]|[12]\d|0?[1-9]| [1-9])`,
  H: String.raw`(?<H>2[0-3]|[01]?\d)`,
  I: String.raw`(?<I>1[0-2]|0?[1-9])`,
  M: String.raw`(?<M>[0-5]?\d)`,
  S: String.raw`(?<S>6[01]|[0-5]?\d)`,
  f: String.raw`(?<f>\d{1,6})`,
  y: String.raw`(?<y>\d\d)`,
  p: '(?<p>[aApP][mM])',
  b: `(?<b>${MONTHS.map((name) => name.slice(0, 3)).join('|')})`,
  B: `(?<B>${MONTHS.join('|')})`,
  a: `(?:${DAYS.map((name) => name.slice(0, 3)).join('|')})`,
  A: `(?:${DAYS.join('|')})`,
  z: String.raw`(?<z>[+-]\d\d:?\d\d|Z)`,
  Z: '(?:UTC|GMT)',
  '%': '%',
}

interface Reading {
  wall: Date
  /** Microseconds beyond those of `wall`. */
  micro: number
  zone: Zone | undefined
}

/** Python's strptime: the wall clock reading in a text. */
export function parseDate(text: string, format: string): Reading {
  const expanded = format.replaceAll('%T', '%H:%M:%S').replaceAll('%F', '%Y-%m-%d')
  const source = expanded.replaceAll(/%([^])?|\s+|[$()*+.?[\\\]^{|}]/g, (all, directive?: string) => {
    if (directive === undefined) return /\s/.test(all) ? String.raw`\s+` : `\\${all}`
    const reader = Object.hasOwn(READERS, directive) ? READERS[directive] : undefined
    if (reader === undefined) throw new Mistake(`the date format does not know %${directive}`)
    return reader
  })
  const directives = [...expanded.matchAll(/%(.)/g)].map(([, letter]) => letter).filter((one) => one !== '%')
  if (new Set(directives).size < directives.length) throw new Mistake('the date format has a directive twice')
  const found = new RegExp(`^${source}$`, 'i').exec(text)
  if (!found) throw new Mistake(`time data '${text}' does not match format '${format}'`)
  return dateOf(found.groups ?? {})
}

function dateOf(parts: Record<string, string | undefined>): Reading {
  const number = (name: string, fallback: number): number => Number(parts[name] ?? fallback)
  const short = number('y', 0)
  const year =
    parts['Y'] === undefined && parts['y'] !== undefined
      ? short + (short < 69 ? 2000 : 1900)
      : number('Y', 1900)
  const month = monthNumber(parts['b'] ?? parts['B']) ?? number('m', 1)
  const half = parts['p']?.toLowerCase()
  const hour = parts['I'] === undefined ? number('H', 0) : (number('I', 0) % 12) + (half === 'pm' ? 12 : 0)
  const micro = Number((parts['f'] ?? '0').padEnd(6, '0'))
  const milliseconds = Math.floor(micro / 1000)
  const day = number('d', 1)
  const date = new Date(Date.UTC(year, month - 1, day, hour, number('M', 0), number('S', 0), milliseconds))
  if (date.getUTCDate() !== day) throw new Mistake('day is out of range for month')
  return { wall: date, micro: micro % 1000, zone: zoneOf(parts['z']) }
}

function zoneOf(written: string | undefined): Zone | undefined {
  if (written === undefined) return undefined
  const [, sign, hours = '0', rest = '0'] = /^([+-])(\d\d):?(\d\d)$/.exec(written) ?? []
  const minutes = (Number(hours) * 60 + Number(rest)) * (sign === '-' ? -1 : 1)
  return { minutes, name: minutes === 0 ? 'UTC' : `UTC${sign}${hours}:${rest}` }
}

function monthNumber(name: string | undefined): number | undefined {
  if (name === undefined) return undefined
  const index = MONTHS.findIndex(
    (month) => month.slice(0, 3).toLowerCase() === name.slice(0, 3).toLowerCase(),
  )
  return index < 0 ? undefined : index + 1
}
