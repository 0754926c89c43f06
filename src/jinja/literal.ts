import type { Dict, Key, Value } from '../value.ts'
import { Float } from '../value.ts'
import { tuple } from './things.ts'
import { readNumber, unescape } from './words.ts'

/** Not a literal: the text stays text. */
class NotLiteral extends Error {}

const NUMBER =
  /(?:0x[\da-f]+|0o[0-7]+|0b[01]+|(?:\d+(?:_\d+)*)?\.\d+(?:e[+-]?\d+)?|\d+\.?e[+-]?\d+|\d+\.|\d+(?:_\d+)*)/iy
const NAME = /[A-Za-z]+/y
const STRING = /(?:[uU])?('''|"""|'|")/y
const SPACE = /(?:\s|#[^\n]*)+/y

const NAMES = new Map<string, Value>([
  ['True', true],
  ['False', false],
  ['None', null],
  ['true', true],
  ['false', false],
  ['null', null],
])
const JSON_NUMBERS = new Map<string, Value>([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
])

/**
 * The value of a Python or JSON literal, or undefined if the text is none: what Ansible makes of a templated
 * text that begins with [ or {.
 */
export function parseLiteral(text: string): Value | undefined {
  return read(text, false)
}

/** The value of a JSON text with ints and floats told apart, or undefined if it is no JSON. */
export function parseJson(text: string): Value | undefined {
  return read(text, true)
}

function read(text: string, json: boolean): Value | undefined {
  try {
    return new LiteralReader(text, json).whole()
  } catch (error) {
    if (error instanceof NotLiteral) return undefined
    throw error
  }
}

class LiteralReader {
  readonly #text: string
  readonly #json: boolean
  #at = 0
  #depth = 0

  constructor(text: string, json: boolean) {
    this.#text = text
    this.#json = json
  }

  whole(): Value {
    let value = this.#value()
    if (!this.#json && this.#take(',')) value = tuple([value, ...this.#rest()])
    this.#skip()
    if (this.#at < this.#text.length) throw new NotLiteral()
    return value
  }

  #skip(): void {
    if (this.#json) this.#match(/[ \t\r\n]+/y)
    else this.#match(SPACE)
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text) ?? undefined
    if (found) this.#at += found[0].length
    return found
  }

  #take(char: string): boolean {
    this.#skip()
    if (this.#text[this.#at] !== char) return false
    this.#at += 1
    return true
  }

  #value(): Value {
    this.#depth += 1
    if (this.#depth > 500) throw new NotLiteral()
    const value = this.#one()
    this.#depth -= 1
    return value
  }

  #one(): Value {
    if (this.#take('[')) return this.#items(']').items
    if (this.#take('{')) return this.#dict()
    if (!this.#json && this.#take('(')) {
      const { items, comma } = this.#items(')')
      const [only] = items
      if (items.length === 1 && !comma) return only ?? null
      return tuple(items)
    }
    if (this.#take('-')) return negative(this.#number())
    if (!this.#json && this.#take('+')) return this.#number()
    const char = this.#text[this.#at] ?? ''
    if (/[\d.]/.test(char) || (this.#json && /[NI]/.test(char))) return this.#number()
    return this.#string() ?? this.#name()
  }

  /** What stands behind the first comma of a tuple without parentheses. */
  #rest(): Value[] {
    const items: Value[] = []
    do {
      this.#skip()
      if (this.#at === this.#text.length) break
      items.push(this.#value())
    } while (this.#take(','))
    return items
  }

  #items(end: string): { items: Value[]; comma: boolean } {
    const items: Value[] = []
    let comma = false
    while (!this.#take(end)) {
      if (items.length > 0 && !comma) throw new NotLiteral()
      items.push(this.#value())
      comma = this.#take(',')
      if (this.#json && comma && this.#text.slice(this.#at).trimStart().startsWith(end))
        throw new NotLiteral()
    }
    return { items, comma }
  }

  #dict(): Dict {
    const dict: Dict = new Map()
    let comma = true
    while (!this.#take('}')) {
      if (!comma) throw new NotLiteral()
      const key = this.#key()
      if (!this.#take(':')) throw new NotLiteral()
      dict.set(key, this.#value())
      comma = this.#take(',')
      if (this.#json && comma && this.#text.slice(this.#at).trimStart().startsWith('}'))
        throw new NotLiteral()
    }
    return dict
  }

  #key(): Key {
    const key = this.#value()
    if (this.#json && typeof key !== 'string') throw new NotLiteral()
    if (key instanceof Float) return key.value
    if (key !== null && typeof key === 'object') throw new NotLiteral()
    return key
  }

  #number(): Value {
    this.#skip()
    const special = this.#json ? this.#match(/NaN|Infinity/y) : undefined
    if (special) return JSON_NUMBERS.get(special[0]) ?? null
    const found = this.#match(this.#json ? /(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y : NUMBER)
    if (!found || /[\w.]/.test(this.#text[this.#at] ?? '')) throw new NotLiteral()
    // Python has no octals by a leading zero.
    if (!this.#json && /^0\d/.test(found[0]) && !/[.e]/i.test(found[0]) && /[1-9]/.test(found[0]))
      throw new NotLiteral()
    return readNumber(found[0])
  }

  #name(): Value {
    const found = this.#match(NAME)?.[0] ?? ''
    const value = NAMES.get(found)
    if (value === undefined || (this.#json && /^[A-Z]/.test(found))) throw new NotLiteral()
    return value
  }

  #string(): string | undefined {
    this.#skip()
    if (this.#json) return this.#jsonString()
    let whole: string | undefined
    for (;;) {
      const open = this.#match(STRING)
      if (!open) return whole
      whole = (whole ?? '') + this.#pythonString(open[1] ?? "'")
      this.#skip()
    }
  }

  #pythonString(quote: string): string {
    const start = this.#at
    for (;;) {
      const char = this.#text[this.#at]
      if (char === undefined || (char === '\n' && quote.length === 1)) throw new NotLiteral()
      if (this.#text.startsWith(quote, this.#at)) break
      this.#at += char === '\\' ? 2 : 1
    }
    const body = this.#text.slice(start, this.#at)
    this.#at += quote.length
    return pythonText(body)
  }

  #jsonString(): string | undefined {
    const found = this.#match(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y)
    return found ? String(JSON.parse(found[0])) : undefined
  }
}

function pythonText(body: string): string {
  try {
    return unescape(body, 0)
  } catch {
    throw new NotLiteral()
  }
}

function negative(value: Value): Value {
  if (typeof value === 'number') return value === 0 ? 0 : -value
  if (typeof value === 'bigint') return -value
  if (value instanceof Float) return new Float(-value.value)
  throw new NotLiteral()
}
