import { sh } from '../shell/sh.ts'
import { dict, type Dict } from '../value.ts'
import type { Subject } from './subject.ts'

/** The host's clock at the moment of asking, and its time zone. */
export const time: Subject = {
  files: [],
  // The last line of a zone file is the POSIX rule, such as CET-1CEST,M3.5.0,M10.5.0/3: it names the summer zone.
  probe: sh`section clock
date '+%s %N %z %Z'
section zone
[ -f /etc/localtime ] && tail -n 1 /etc/localtime`,
  parse: (seen) => {
    const match = /^(\d+) (\S*) ([+-]\d{4}) (\S+)/.exec(seen.section('clock') ?? '')
    if (!match) return {}
    const [, epoch = '', nanoseconds = '', offset = '', zone = ''] = match
    // busybox may have no %N and print anything there.
    const micros = /^\d{9}$/.test(nanoseconds) ? nanoseconds.slice(0, 6) : '000000'
    const summer = /^(?:<[^>]+>|[A-Za-z]+)[-+]?[\d:]+(?:<([^>]+)>|([A-Za-z]+))/.exec(
      seen.section('zone') ?? '',
    )
    return { date_time: dateTime(Number(epoch), micros, offset, zone, summer?.[1] ?? summer?.[2] ?? zone) }
  },
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const DAY = 86_400_000

/** All fields are text, as in Ansible. */
function dateTime(epoch: number, micros: string, offset: string, zone: string, summerZone: string): Dict {
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3, 5))
  const shift = (offset.startsWith('-') ? -minutes : minutes) * 60_000
  const utc = new Date(epoch * 1000).toISOString()
  // The local time, read through the functions for UTC.
  const local = new Date(epoch * 1000 + shift)
  const text = local.toISOString()
  const [date = '', clock = ''] = text.slice(0, 19).split('T')
  const [year = '', month = '', day = ''] = date.split('-')
  const [hour = '', minute = '', second = ''] = clock.split(':')
  const basic = `${date.replaceAll('-', '')}T${clock.replaceAll(':', '')}`
  return dict({
    year,
    month,
    weekday: DAYS[local.getUTCDay()] ?? '',
    weekday_number: String(local.getUTCDay()),
    weeknumber: weekNumber(local),
    day,
    hour,
    minute,
    second,
    epoch: String(epoch),
    epoch_int: String(epoch),
    date,
    time: clock,
    iso8601_micro: `${utc.slice(0, 19)}.${micros}Z`,
    iso8601: `${utc.slice(0, 19)}Z`,
    iso8601_basic: `${basic}${micros}`,
    iso8601_basic_short: basic,
    tz: zone,
    tz_dst: summerZone,
    tz_offset: offset,
  })
}

/** strftime's %W: weeks begin on Monday, days before the year's first Monday are in week 0. */
function weekNumber(local: Date): string {
  const start = Date.UTC(local.getUTCFullYear(), 0, 1)
  const dayOfYear = Math.floor((local.getTime() - start) / DAY)
  const sinceMonday = (local.getUTCDay() + 6) % 7
  return String(Math.floor((dayOfYear + 7 - sinceMonday) / 7)).padStart(2, '0')
}
