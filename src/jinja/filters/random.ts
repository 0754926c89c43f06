import { createHash } from 'node:crypto'
import { intArgument, textArgument } from '../arguments.ts'
import { iterate, truthy, typeName } from '../compare.ts'
import { random as environmentRandom } from '../lookups.ts'
import { MersenneTwister } from '../mersenne.ts'
import { Mistake } from '../mistakes.ts'
import { asNumber, isFloat, isInt, plain } from '../numbers.ts'
import type { Runtime } from '../runtime.ts'
import { type Item, Opaque, Range } from '../things.ts'
import { noSuch } from '../undefined.ts'
import { filter, type Filters } from './define.ts'

/** Picks below a limit: by a seed the same numbers as Python's, else the environment's. */
type Below = (limit: number) => number

/** Filters that choose at random. */
export const random: Filters = {
  random: filter({ start: null, step: null, seed: null }, (value, args, runtime) => {
    const below = source(args.seed, runtime)
    const end = asNumber(value)
    if (end !== undefined && isInt(end)) return within(Number(end), args, below)
    if (typeof value !== 'string' && !Array.isArray(value) && !(value instanceof Range)) {
      throw new Mistake('random can only be used on sequences and integers')
    }
    if (truthy(args.start) || truthy(args.step)) {
      throw new Mistake('start and step can only be used with integer values')
    }
    const items = [...iterate(value)]
    if (items.length === 0) return noSuch('there is no random item, the list is empty')
    return items[below(items.length)] ?? null
  }),
  random_mac: filter({ seed: null }, (value, { seed }, runtime) => randomMac(value, seed, runtime)),
  shuffle: filter({ seed: null }, (value, { seed }, runtime) => {
    // As Ansible has it: what cannot be shuffled stays as it is.
    if (!isIterable(value)) return value
    const items = [...iterate(value)]
    const below = source(truthy(seed) ? seed : null, runtime)
    for (let at = items.length - 1; at > 0; at -= 1) {
      const other = below(at + 1)
      const item = items[at] ?? null
      items[at] = items[other] ?? null
      items[other] = item
    }
    return items
  }),
}

/** A MAC address that begins with these bytes, as the seed or chance has it. */
function randomMac(value: Item, seed: Item, runtime: Runtime): string {
  const start = textArgument(value, 'the value').toLowerCase()
  const bytes = start.split(':')
  if (bytes.length > 5 || bytes.some((byte) => !/^[\da-f]{2}/.test(byte))) {
    throw new Mistake(`'${start}' does not begin a MAC address`, {
      hint: "Give one to five bytes, as in '52:54:00'.",
    })
  }
  const [low, high] = [0x10_00_00_00_00, 0xff_ff_ff_ff_ff]
  const chosen = low + source(seed, runtime)(high - low + 1)
  const rest = chosen.toString(16).slice(0, 2 * (6 - bytes.length))
  return start + rest.replaceAll(/../g, ':$&')
}

function isIterable(value: Item): boolean {
  if (value instanceof Opaque) return value.elements() !== undefined
  return typeof value === 'string' || Array.isArray(value) || value instanceof Map
}

function within(end: number, args: { start: Item; step: Item }, below: Below): number {
  const start = truthy(args.start) ? intArgument(args.start, 'start') : 0
  const step = truthy(args.step) ? intArgument(args.step, 'step') : 1
  const count = Math.ceil((end - start) / step)
  if (count <= 0) throw new Mistake(`empty range for random: ${start} to ${end}`)
  return start + step * below(count)
}

function source(seed: Item, runtime: Runtime): Below {
  return seed === null ? (limit) => Math.floor(environmentRandom(runtime) * limit) : seeded(seed)
}

/** Numbers below a limit, the same ones for the same seed as Python's random.Random gives. */
export function seeded(seed: Item): Below {
  const twister = new MersenneTwister(seedNumber(seed))
  return (limit) => twister.below(limit)
}

/** Python turns a text seed into a number by its UTF-8 bytes with their SHA-512 appended. */
function seedNumber(seed: Item): bigint {
  if (typeof seed === 'string') {
    if (seed.length > 100_000) throw new Mistake('the seed is too long', { code: 'template-limit' })
    const bytes = Buffer.from(seed, 'utf8')
    const digest = createHash('sha512').update(bytes).digest('hex')
    return BigInt(`0x${bytes.toString('hex')}${digest}`)
  }
  const number = asNumber(seed)
  if (number === undefined || isFloat(number))
    throw new Mistake(`a seed is a string or an integer, not ${typeName(seed)}`)
  const value = typeof number === 'bigint' ? number : BigInt(plain(number))
  return value < 0n ? -value : value
}
