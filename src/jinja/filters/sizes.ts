import { typeName } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import { asNumber, fixed, plain, roundHalfEven } from '../numbers.ts'
import type { Item } from '../things.ts'

const UNITS = ['Y', 'Z', 'E', 'P', 'T', 'G', 'M', 'K', 'B']

function bytesOf(unit: string): number | undefined {
  const index = UNITS.indexOf(unit)
  return index < 0 ? undefined : 1024 ** (UNITS.length - 1 - index)
}

/** A number of bytes (or bits) with a unit: 1.00 MB. */
export function humanReadable(value: Item, isBits: boolean, unit: string | undefined): string {
  const number = asNumber(value)
  if (number === undefined) throw new Mistake(`takes a number, not ${typeName(value)}`)
  const size = plain(number)
  const chosen = UNITS.find((name) =>
    unit === undefined ? size >= (bytesOf(name) ?? 1) : unit.toUpperCase() === name,
  )
  const base = isBits ? 'bits' : 'Bytes'
  if (chosen === undefined || chosen === 'B') return `${fixed(size, 2)} ${base}`
  return `${fixed(size / (bytesOf(chosen) ?? 1), 2)} ${chosen}${base.charAt(0)}`
}

/** The bytes (or bits) that a text such as 10MB means. */
export function humanToBytes(text: string, defaultUnit: string | undefined, isBits: boolean): number {
  const [, digits = '', given] = /^\s*(\d*\.?\d*)\s*([A-Za-z]+)?/.exec(text) ?? []
  const number = digits === '' || digits === '.' ? Number.NaN : Number(digits)
  if (Number.isNaN(number)) throw new Mistake(`'${text}' is no size`)
  const unit = given ?? defaultUnit
  if (unit === undefined) return roundHalfEven(number)
  const scale = bytesOf(unit.charAt(0).toUpperCase())
  if (scale === undefined)
    throw new Mistake(`'${text}' has no known unit`, { hint: `Units: ${UNITS.join(', ')}.` })
  const [letter, word] = isBits ? ['b', 'bit'] : ['B', 'byte']
  if (unit.length > 1 && !unit.toLowerCase().includes(word) && unit.charAt(1) !== letter) {
    throw new Mistake(`'${text}' does not count ${word}s`, { hint: `Write ${unit.charAt(0)}${letter}.` })
  }
  return roundHalfEven(number * scale)
}
