import { numberArgument, textArgument } from '../arguments.ts'
import { truthy } from '../compare.ts'
import { currentTime, DateTime, writtenTime } from '../dates.ts'
import { parseDate } from '../dates-format.ts'
import { Mistake } from '../mistakes.ts'
import { str } from '../print.ts'
import { filter, type Filters } from './define.ts'

/** Filters between times and texts. */
export const dates: Filters = {
  strftime: filter({ second: null, utc: false }, (value, { second, utc }, runtime) => {
    const seconds = typeof second === 'string' ? Number(second) : second
    if (Number.isNaN(seconds)) throw new Mistake(`Invalid value for epoch value (${str(second)})`)
    const moment =
      seconds === null ? currentTime(runtime) : new Date(numberArgument(seconds, 'second') * 1000)
    if (Number.isNaN(moment.getTime())) throw new Mistake('timestamp out of range')
    return writtenTime(moment, textArgument(value, 'the format'), truthy(utc), runtime)
  }),
  to_datetime: filter({ format: '%Y-%m-%d %H:%M:%S' }, (value, { format }, runtime) => {
    const { wall, ...rest } = parseDate(textArgument(value, 'the value'), textArgument(format, 'format'))
    return new DateTime(wall, runtime.environment.utcOffset?.(wall) ?? 0, rest)
  }),
}
