import { bind, type Bound, intArgument, REQUIRED, textArgument } from './arguments.ts'
import { truthy } from './compare.ts'
import { formatDate } from './dates-format.ts'
import { Mistake } from './mistakes.ts'
import { float } from '../value.ts'
import type { Runtime } from './runtime.ts'
import { type Args, Callable, type Item, Opaque } from './things.ts'

const DAY = 86_400_000

const PARTS = {
  year: null,
  month: null,
  day: null,
  hour: null,
  minute: null,
  second: null,
  microsecond: null,
}

/** The time zone of a reading that knows its own. */
export interface Zone {
  /** Ahead of UTC. */
  minutes: number
  name: string
}

/** Python's datetime: a wall clock reading, mostly without a time zone. */
export class DateTime extends Opaque {
  readonly typeName: string = 'datetime'
  /** The reading, as the UTC time that shows it. */
  readonly wall: Date
  /** Minutes ahead of UTC, for what needs the moment. */
  readonly offset: number
  /** Microseconds beyond those that `wall` counts. */
  readonly micro: number
  readonly zone: Zone | undefined

  constructor(
    wall: Date,
    offset: number,
    { micro = 0, zone }: { micro?: number; zone?: Zone | undefined } = {},
  ) {
    super()
    this.wall = wall
    this.offset = zone?.minutes ?? offset
    this.micro = micro
    this.zone = zone
  }

  /** All of the second's fraction, in microseconds. */
  get microseconds(): number {
    return this.wall.getUTCMilliseconds() * 1000 + this.micro
  }

  override attribute(name: string): Item | undefined {
    const { wall } = this
    switch (name) {
      case 'year':
        return wall.getUTCFullYear()
      case 'month':
        return wall.getUTCMonth() + 1
      case 'day':
        return wall.getUTCDate()
      case 'hour':
        return wall.getUTCHours()
      case 'minute':
        return wall.getUTCMinutes()
      case 'second':
        return wall.getUTCSeconds()
      case 'microsecond':
        return this.microseconds
      default:
        return this.#method(name)
    }
  }

  #method(name: string): Item | undefined {
    const methods: Record<string, (args: Args) => Item> = {
      strftime: (args) => formatDate(this, textArgument(bind({ format: REQUIRED }, args).format, 'format')),
      isoformat: () => this.repr().replace(' ', 'T'),
      timestamp: () => float((this.wall.getTime() + this.micro / 1000 - this.offset * 60_000) / 1000),
      weekday: () => (this.wall.getUTCDay() + 6) % 7,
      isoweekday: () => this.wall.getUTCDay() || 7,
      ctime: () => formatDate(this, '%a %b %e %H:%M:%S %Y'),
      toordinal: () => Math.floor(this.wall.getTime() / DAY) + 719_163,
      date: () => new Day(this.wall),
      time: () => this.#clock(),
      replace: (args) => this.#replaced(bind(PARTS, args)),
    }
    const run = Object.hasOwn(methods, name) ? methods[name] : undefined
    return run && new Callable(name, run)
  }

  #replaced(parts: Bound<typeof PARTS>): DateTime {
    const part = (name: keyof typeof PARTS, own: number): number =>
      parts[name] === null ? own : intArgument(parts[name], name)
    const { wall } = this
    const microseconds = part('microsecond', this.microseconds)
    const changed = Date.UTC(
      part('year', wall.getUTCFullYear()),
      part('month', wall.getUTCMonth() + 1) - 1,
      part('day', wall.getUTCDate()),
      part('hour', wall.getUTCHours()),
      part('minute', wall.getUTCMinutes()),
      part('second', wall.getUTCSeconds()),
      Math.floor(microseconds / 1000),
    )
    return new DateTime(new Date(changed), this.offset, { micro: microseconds % 1000, zone: this.zone })
  }

  #clock(): string {
    return formatDate(this, this.microseconds === 0 ? '%H:%M:%S' : '%H:%M:%S.%f')
  }

  override repr(): string {
    const zone = formatDate(this, '%z').replace(/(?=\d\d$)/, ':')
    return `${formatDate(this, '%Y-%m-%d')} ${this.#clock()}${zone}`
  }

  override text(): string {
    return this.repr()
  }

  /** Clocks that know their zones are the same at the same moment. */
  override same(other: Opaque): boolean {
    const zoned = this.zone !== undefined && other instanceof DateTime && other.zone !== undefined
    return zoned ? this.#minus(other) === 0 : super.same(other)
  }

  override order(other: Item): number | undefined {
    return other instanceof DateTime ? this.#minus(other) : undefined
  }

  override operate(operator: string, other: Item): Item | undefined {
    if (operator === '-' && other instanceof DateTime) return new TimeDelta(this.#minus(other))
    if (!(other instanceof TimeDelta) || (operator !== '+' && operator !== '-')) return undefined
    const change = operator === '+' ? other.milliseconds : -other.milliseconds
    const [whole, micro] = split(this.wall.getTime() + change + this.micro / 1000)
    return new DateTime(new Date(whole), this.offset, { micro, zone: this.zone })
  }

  /** Milliseconds between two readings: of clocks that both know their zone, or both do not. */
  #minus(other: DateTime): number {
    if ((this.zone === undefined) !== (other.zone === undefined)) {
      throw new Mistake('a time with a zone and one without cannot be compared')
    }
    const ahead = (this.zone?.minutes ?? 0) - (other.zone?.minutes ?? 0)
    return this.wall.getTime() - other.wall.getTime() - ahead * 60_000 + (this.micro - other.micro) / 1000
  }
}

/** Whole milliseconds, and the microseconds beyond them. */
function split(milliseconds: number): [number, number] {
  const whole = Math.floor(milliseconds)
  return [whole, Math.round((milliseconds - whole) * 1000)]
}

/** Python's date: a day of the calendar. */
export class Day extends DateTime {
  override readonly typeName: string = 'date'

  constructor(wall: Date) {
    super(new Date(Math.floor(wall.getTime() / DAY) * DAY), 0)
  }

  override repr(): string {
    return formatDate(this, '%Y-%m-%d')
  }
}

/** Python's timedelta: how far two readings are apart. */
export class TimeDelta extends Opaque {
  readonly typeName = 'timedelta'
  readonly milliseconds: number

  constructor(milliseconds: number) {
    super()
    this.milliseconds = milliseconds
  }

  override attribute(name: string): Item | undefined {
    const days = Math.floor(this.milliseconds / DAY)
    const rest = this.milliseconds - days * DAY
    if (name === 'days') return days
    if (name === 'seconds') return Math.floor(rest / 1000)
    if (name === 'microseconds') return Math.round((rest % 1000) * 1000)
    if (name === 'total_seconds') return new Callable(name, () => float(this.milliseconds / 1000))
    return undefined
  }

  override repr(): string {
    const days = Math.floor(this.milliseconds / DAY)
    const seconds = Math.floor((this.milliseconds - days * DAY) / 1000)
    const two = (value: number): string => String(value).padStart(2, '0')
    const micro = Math.round(((this.milliseconds - days * DAY) % 1000) * 1000)
    const clock =
      `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}` +
      (micro === 0 ? '' : `.${String(micro).padStart(6, '0')}`)
    return days === 0 ? clock : `${days} day${Math.abs(days) === 1 ? '' : 's'}, ${clock}`
  }

  override text(): string {
    return this.repr()
  }

  override order(other: Item): number | undefined {
    return other instanceof TimeDelta ? this.milliseconds - other.milliseconds : undefined
  }
}

/** The reading of the local clock, or of UTC's, at a moment; without its zone, as Python's `now()`. */
export function dateTimeAt(moment: Date, utc: boolean, runtime: Runtime): DateTime {
  const offset = utc ? 0 : (runtime.environment.utcOffset?.(moment) ?? 0)
  return new DateTime(new Date(moment.getTime() + offset * 60_000), offset)
}

/** A moment as the C library writes it, by the local clock or by UTC's. */
export function writtenTime(moment: Date, format: string, utc: boolean, runtime: Runtime): string {
  const { wall, offset } = dateTimeAt(moment, utc, runtime)
  const name = utc ? 'GMT' : offset === 0 ? 'UTC' : ''
  return formatDate(new DateTime(wall, offset, { zone: { minutes: offset, name } }), format, {
    fractions: false,
  })
}

/** The time now, as the environment has it. */
export function currentTime(runtime: Runtime): Date {
  if (runtime.environment.now) return runtime.environment.now()
  throw new Mistake('the time is not available here')
}

/** `now(utc=false, fmt=none)`: a datetime, or its text. */
export function now(args: Args, runtime: Runtime): Item {
  const { utc, fmt } = bind({ utc: false, fmt: null }, args)
  const time = dateTimeAt(currentTime(runtime), truthy(utc), runtime)
  return fmt === null || fmt === '' ? time : formatDate(time, textArgument(fmt, 'fmt'))
}
