import { REQUIRED, textArgument } from '../arguments.ts'
import { Bytes } from '../bytes.ts'
import { characters } from '../characters.ts'
import { typeName } from '../compare.ts'
import { formatMethod } from '../format-braces.ts'
import { Mistake } from '../mistakes.ts'
import { str } from '../print.ts'
import { type Item, type ItemDict, isDictItem } from '../things.ts'
import { define, type Method } from './define.ts'

/** The str methods that go by a table: of characters, of names, or of an encoding. */
export const TRANSLATIONS: readonly (readonly [string, Method<string>])[] = [
  ['encode', define({ encoding: 'utf-8', errors: 'strict' }, (text: string) => new Bytes(text))],
  [
    'format_map',
    (text, { positional: [mapping] }, runtime): string => {
      if (!isDictItem(mapping)) throw new Mistake('takes a dict')
      const named = new Map([...mapping].map(([key, value]) => [String(key), value]))
      return formatMethod(text, { positional: [], named }, runtime)
    },
  ],
  ['maketrans', define({ x: REQUIRED, y: null, z: null }, (_text: string, args) => table(args))],
  ['translate', define({ table: REQUIRED }, (text: string, args) => translate(text, args.table))],
]

function table({ x, y, z }: { x: Item; y: Item; z: Item }): ItemDict {
  if (y === null) {
    if (!isDictItem(x)) throw new Mistake('takes a dict, or two texts of one length')
    return new Map([...x].map(([key, value]) => [typeof key === 'string' ? codeOf(key) : key, value]))
  }
  const [from, to] = [characters(textArgument(x, 'x')), characters(textArgument(y, 'y'))]
  if (from.length !== to.length) throw new Mistake('the first two arguments must have equal length')
  const out: ItemDict = new Map(from.map((char, index) => [codeOf(char), codeOf(to[index] ?? '')]))
  for (const char of z === null ? [] : characters(textArgument(z, 'z'))) out.set(codeOf(char), null)
  return out
}

function codeOf(char: string): number {
  return char.codePointAt(0) ?? 0
}

function translate(text: string, by: Item): string {
  if (!isDictItem(by)) throw new Mistake(`takes a dict, not ${typeName(by)}`)
  return characters(text)
    .map((char) => {
      const to = by.get(codeOf(char))
      if (to === undefined) return char
      if (to === null) return ''
      return typeof to === 'number' ? String.fromCodePoint(to) : str(to)
    })
    .join('')
}
