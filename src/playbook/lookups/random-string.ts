import { randomInt } from 'node:crypto'
import { LookupFailure, str, type Lookup } from '../../jinja/index.ts'
import { truthOf } from '../../truth.ts'
import type { Value } from '../../value.ts'

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'

/** Which characters there are, by the option that takes them in and the one that says how many there are at least. */
const KINDS = [
  ['upper', 'min_upper', LOWER.toUpperCase()],
  ['lower', 'min_lower', LOWER],
  ['numbers', 'min_numeric', DIGITS],
  ['special', 'min_special', PUNCTUATION],
] as const

const OPTIONS = new Set<string>([
  'length',
  'base64',
  'override_all',
  'override_special',
  ...KINDS.flatMap(([takes, least]) => [takes, least]),
])
const LONGEST = 10_000

/** community.general's `random_string`: another text each time it is asked. */
export const randomString: Lookup = (_terms, options) => {
  for (const name of options.keys())
    if (!OPTIONS.has(String(name))) throw new LookupFailure(`random_string has no option '${String(name)}'`)
  const length = count(options.get('length') ?? 8)
  const all = options.get('override_all') ?? ''
  const special = options.get('override_special') ?? ''
  const kinds = KINDS.map(([takes, least, chars]) => ({
    takes: truthOf(options.get(takes) ?? true) ?? true,
    least: count(options.get(least) ?? 0),
    chars: takes === 'special' && special !== '' ? str(special) : chars,
  }))
  const from = all === '' ? kinds.map(({ takes, chars }) => (takes ? chars : '')).join('') : str(all)
  const sure = all === '' ? kinds.flatMap(({ chars, least }) => pick(chars, least)) : []
  const made = shuffled([...sure, ...pick(from, Math.max(0, length - sure.length))]).join('')
  return [truthOf(options.get('base64') ?? false) === true ? Buffer.from(made).toString('base64') : made]
}

function count(value: Value): number {
  const number = Number(value)
  if (Number.isInteger(number) && number >= 0 && number <= LONGEST) return number
  throw new LookupFailure(`random_string makes no text of ${str(value)} characters`)
}

function pick(chars: string, many: number): string[] {
  const from = Array.from(chars)
  if (many > 0 && from.length === 0)
    throw new LookupFailure('there are no characters to make a random string of')
  return Array.from({ length: many }, () => from[randomInt(from.length)] ?? '')
}

/** In an order that nobody can foresee. */
function shuffled(letters: readonly string[]): string[] {
  const out = [...letters]
  for (let last = out.length - 1; last > 0; last--) {
    const other = randomInt(last + 1)
    const [a = '', b = ''] = [out[last], out[other]]
    out[last] = b
    out[other] = a
  }
  return out
}
