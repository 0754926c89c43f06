import { iterate, truthy } from '../compare.ts'
import { textArgument } from '../arguments.ts'
import { Mistake } from '../mistakes.ts'
import { str } from '../print.ts'
import type { Item, ItemDict } from '../things.ts'
import { filter, type Filters } from './define.ts'

export interface CsvStyle {
  delimiter: string
  /** Whether blanks after a delimiter count. */
  skipSpace: boolean
  /** Whether what stands behind a closing quote is an error. */
  strict: boolean
}

const DIALECTS: Readonly<Record<string, string>> = { excel: ',', 'excel-tab': '\t', unix: ',' }

/** Tables with separators as lists of dicts. */
export const csv: Filters = {
  from_csv: filter(
    { dialect: 'excel', fieldnames: null, delimiter: null, skipinitialspace: null, strict: null },
    (value, args) => {
      const dialect = str(args.dialect)
      const usual = Object.hasOwn(DIALECTS, dialect) ? DIALECTS[dialect] : undefined
      if (usual === undefined) {
        throw new Mistake(`there is no dialect '${dialect}'`, {
          hint: `It knows: ${Object.keys(DIALECTS).join(', ')}.`,
        })
      }
      const delimiter = args.delimiter === null ? usual : textArgument(args.delimiter, 'delimiter')
      if (delimiter.length !== 1) throw new Mistake('the delimiter must be one character')
      const style = { delimiter, skipSpace: truthy(args.skipinitialspace), strict: truthy(args.strict) }
      const rows = parseCsv(textArgument(value, 'the value'), style)
      const names = args.fieldnames === null ? rows.shift() : Array.from(iterate(args.fieldnames), str)
      return rows.map((row) => record(names ?? [], row))
    },
  ),
}

/** Fields that a row lacks are None; what it has too many stand in a list under None. */
function record(names: readonly string[], row: readonly string[]): ItemDict {
  const out: ItemDict = new Map(names.map((name, index): [string, Item] => [name, row[index] ?? null]))
  if (row.length > names.length) out.set(null, row.slice(names.length))
  return out
}

/** The rows of a table, the empty ones left out. */
export function parseCsv(text: string, style: CsvStyle): string[][] {
  return new CsvReader(text.replace(/^\ufeff/, ''), style).rows()
}

class CsvReader {
  readonly #text: string
  readonly #style: CsvStyle
  #at = 0

  constructor(text: string, style: CsvStyle) {
    this.#text = text
    this.#style = style
  }

  rows(): string[][] {
    const rows: string[][] = []
    while (this.#at < this.#text.length) {
      const start = this.#at
      const row = this.#row()
      // A line with nothing on it is no row.
      if (row.length > 1 || row[0] !== '' || this.#text[start] === '"') rows.push(row)
    }
    return rows
  }

  #row(): string[] {
    const row: string[] = []
    for (;;) {
      row.push(this.#field())
      const end = this.#text[this.#at]
      this.#at += this.#text.startsWith('\r\n', this.#at) ? 2 : 1
      if (end !== this.#style.delimiter) return row
    }
  }

  #field(): string {
    if (this.#style.skipSpace) while (this.#text[this.#at] === ' ') this.#at += 1
    const quoted = this.#text[this.#at] === '"' ? this.#quoted() : ''
    const start = this.#at
    while (this.#at < this.#text.length && !this.#atEnd()) this.#at += 1
    const rest = this.#text.slice(start, this.#at)
    if (rest !== '' && quoted !== '' && this.#style.strict) {
      throw new Mistake(`'${this.#style.delimiter}' expected after '"'`)
    }
    return quoted + rest
  }

  #atEnd(): boolean {
    const char = this.#text[this.#at]
    return char === this.#style.delimiter || char === '\n' || char === '\r'
  }

  #quoted(): string {
    let out = ''
    this.#at += 1
    for (;;) {
      const end = this.#text.indexOf('"', this.#at)
      if (end < 0) {
        if (this.#style.strict) throw new Mistake('unexpected end of data')
        out += this.#text.slice(this.#at)
        this.#at = this.#text.length
        return out
      }
      out += this.#text.slice(this.#at, end)
      this.#at = end + 1
      if (this.#text[this.#at] !== '"') return out
      out += '"'
      this.#at += 1
    }
  }
}
