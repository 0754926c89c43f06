import { numberArgument, textArgument } from '../arguments.ts'
import { float } from '../../value.ts'
import { Mistake } from '../mistakes.ts'
import { fixed } from '../numbers.ts'
import { str } from '../print.ts'
import type { Item } from '../things.ts'
import { filter, type Filter, type Filters } from './define.ts'

const SECOND = 1000
const DAY = 24 * 60 * 60 * SECOND
const LENGTHS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND,
  m: 60 * SECOND,
  h: 60 * 60 * SECOND,
  d: DAY,
  w: 7 * DAY,
  mo: 30 * DAY,
  y: 365 * DAY,
}
const WORDS: Readonly<Record<string, string>> = {
  millisecond: 'ms',
  msecond: 'ms',
  msec: 'ms',
  second: 's',
  sec: 's',
  minute: 'm',
  min: 'm',
  hour: 'h',
  day: 'd',
  week: 'w',
  month: 'mo',
  year: 'y',
}
/** Days of a year and of a month, for those who count otherwise. */
const calendar = { year: 365, month: 30 }

/** Filters that turn `2h 30m` into a number of one unit. */
export const timeUnits: Filters = {
  to_time_unit: filter({ unit: 'ms', ...calendar }, (value, args) => convert(value, str(args.unit), args)),
  to_milliseconds: into('ms'),
  to_seconds: into('s'),
  to_minutes: into('m'),
  to_hours: into('h'),
  to_days: into('d'),
  to_weeks: into('w'),
  to_months: into('mo'),
  to_years: into('y'),
}

function into(unit: string): Filter {
  return filter(calendar, (value, args) => convert(value, unit, args))
}

function convert(value: Item, unit: string, days: Record<keyof typeof calendar, Item>): Item {
  const text = textArgument(value, 'the time')
  if (text === '0') return 0
  const lengths = {
    ...LENGTHS,
    y: numberArgument(days.year, 'year') * DAY,
    mo: numberArgument(days.month, 'month') * DAY,
  }
  const parts = text.split(/\s+/).filter((part) => part !== '')
  const total = parts.map((part) => milliseconds(part, lengths)).reduce((sum, part) => sum + part, 0)
  return float(Number(fixed(total / lengthOf(unit, lengths), 12)))
}

function milliseconds(part: string, lengths: Readonly<Record<string, number>>): number {
  const [, count, unit = ''] = /^(-?\d+)(\w+)/.exec(part) ?? []
  if (count === undefined) throw new Mistake(`'${part}' is no time`, { hint: "Write it as in '2h 30m'." })
  return Number(count) * lengthOf(unit, lengths)
}

function lengthOf(unit: string, lengths: Readonly<Record<string, number>>): number {
  const word = unit.replace(/s+$/, '')
  const short = Object.hasOwn(WORDS, word) ? (WORDS[word] ?? unit) : unit
  const length = Object.hasOwn(lengths, short) ? lengths[short] : undefined
  if (length === undefined) {
    throw new Mistake(`'${unit}' is no unit of time`, {
      hint: `It knows: ${Object.keys(LENGTHS).join(', ')}.`,
    })
  }
  return length
}
