import type { Dict, Value } from '../value.ts'
import { Float } from '../value.ts'
import { spend, tooMuch } from './budget.ts'
import { order } from './compare.ts'
import { Mistake } from './mistakes.ts'
import { floatText, repr } from './print.ts'
import { scalarText } from './yaml-scalar.ts'

export interface YamlStyle {
  indent: number
  width: number
  sortKeys: boolean
  explicitStart: boolean
  explicitEnd: boolean
  /** Which collections stand on one line: none, those that hold only scalars, or all. */
  flow: 'none' | 'leaves' | 'all'
}

/** Writes a value as PyYAML does, whose layout is what to_yaml and to_nice_yaml have always made. */
export function dumpYaml(value: Value, style: YamlStyle): string {
  return new YamlWriter(style).document(value)
}

/** Columns. */
const DEEPEST = 1000

function isCollection(value: Value): value is Dict | Value[] {
  return Array.isArray(value) || value instanceof Map
}

class YamlWriter {
  readonly #style: YamlStyle
  readonly #out: string[] = []
  #at = 0

  constructor(style: YamlStyle) {
    // libyaml ignores indents and widths that it holds for nonsense; a negative width is no limit.
    const indent = style.indent > 1 && style.indent < 10 ? style.indent : 2
    const width = style.width < 0 ? Infinity : style.width > indent * 2 ? style.width : 80
    this.#style = { ...style, indent, width }
  }

  document(value: Value): string {
    if (this.#style.explicitStart) this.#write(isCollection(value) && this.#isBlock(value) ? '---\n' : '--- ')
    this.#node(value, { indent: -1, inSequence: false, root: true })
    this.#write('\n')
    if (this.#style.explicitEnd) this.#write('...\n')
    return this.#out.join('')
  }

  /** Appends a text, and keeps count of the column. */
  #write(text: string): void {
    this.#out.push(text)
    const line = text.lastIndexOf('\n')
    this.#at = line < 0 ? this.#at + text.length : text.length - line - 1
  }

  #column(): number {
    return this.#at
  }

  #isBlock(value: Dict | Value[]): boolean {
    const size = Array.isArray(value) ? value.length : value.size
    if (size === 0 || this.#style.flow === 'all') return false
    if (this.#style.flow === 'none') return true
    const inner = Array.isArray(value) ? value : [...value.values()]
    return inner.some(isCollection)
  }

  #node(value: Value, at: { indent: number; inSequence: boolean; root: boolean }): void {
    spend()
    if (at.indent > DEEPEST) throw tooMuch('data nested too deeply for YAML')
    if (!isCollection(value)) {
      this.#space(at.root)
      const indent = at.root ? this.#style.indent : at.indent + this.#style.indent
      this.#write(this.#scalar(value, { indent, isKey: false, inFlow: false }))
    } else if (!this.#isBlock(value)) {
      this.#space(at.root)
      this.#flow(value, at.indent < 0 ? this.#style.indent : at.indent + this.#style.indent)
    } else if (Array.isArray(value)) this.#sequence(value, at)
    else this.#mapping(value, at)
  }

  #space(root: boolean): void {
    if (!root) this.#write(' ')
  }

  /** A list in a dict stands under its key without further indent. */
  #sequence(items: Value[], at: { indent: number; inSequence: boolean; root: boolean }): void {
    const indent = at.root ? 0 : at.inSequence ? at.indent + this.#style.indent : at.indent
    for (const [index, item] of items.entries()) {
      this.#line(indent, index === 0 && (at.inSequence || at.root))
      this.#write('-')
      this.#node(item, { indent, inSequence: true, root: false })
    }
  }

  #mapping(dict: Dict, at: { indent: number; inSequence: boolean; root: boolean }): void {
    const indent = at.root ? 0 : at.indent + this.#style.indent
    let first = true
    for (const [key, item] of this.#entries(dict)) {
      this.#line(indent, first && (at.inSequence || at.root))
      first = false
      const name = this.#scalar(key, { indent, isKey: true, inFlow: false })
      // Keys that are too long to be simple are announced by a question mark.
      const isSimple = name.length < 128
      this.#write(isSimple ? `${name}:` : `? ${name}\n${' '.repeat(indent)}:`)
      this.#node(item, { indent, inSequence: false, root: false })
    }
  }

  /** Starts the line of an entry; the first one in a list stands behind the dash. */
  #line(indent: number, inPlace: boolean): void {
    if (!inPlace) this.#write(`\n${' '.repeat(indent)}`)
    else if (this.#out.length > 0 && this.#column() < indent) this.#write(' '.repeat(indent - this.#column()))
  }

  #entries(dict: Dict): [Value, Value][] {
    const entries = [...dict].map(([key, value]): [Value, Value] => [key, value])
    if (!this.#style.sortKeys) return entries
    try {
      return [...entries].sort((a, b) => order(a[0], b[0]))
    } catch (error) {
      // Keys of several types keep their order.
      if (error instanceof Mistake) return entries
      throw error
    }
  }

  #flow(value: Value, indent: number): void {
    spend()
    if (indent > DEEPEST) throw tooMuch('data nested too deeply for YAML')
    if (!isCollection(value)) {
      this.#write(this.#scalar(value, { indent, isKey: false, inFlow: true }))
      return
    }
    const isList = Array.isArray(value)
    this.#write(isList ? '[' : '{')
    const inner = indent + this.#style.indent
    const parts = isList ? value.map((item): [undefined, Value] => [undefined, item]) : this.#entries(value)
    for (const [index, [key, item]] of parts.entries()) {
      if (index > 0) this.#write(',')
      if (this.#column() > this.#style.width) this.#write(`\n${' '.repeat(indent)}`)
      else if (index > 0) this.#write(' ')
      if (key !== undefined) this.#write(`${this.#scalar(key, { indent, isKey: true, inFlow: true })}: `)
      this.#flow(item, inner)
    }
    this.#write(isList ? ']' : '}')
  }

  #scalar(value: Value, at: { indent: number; isKey: boolean; inFlow: boolean }): string {
    if (value === null) return 'null'
    if (typeof value === 'boolean') return value ? 'true' : 'false'
    if (typeof value === 'string') {
      return scalarText(value, { ...at, column: this.#column(), width: this.#style.width })
    }
    if (typeof value === 'number' && !Number.isInteger(value)) return yamlFloat(value)
    if (value instanceof Float) return yamlFloat(value.value)
    if (typeof value === 'number' || typeof value === 'bigint') return repr(value)
    throw new Mistake('a list or dict cannot be a key')
  }
}

function yamlFloat(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  const text = floatText(value)
  // 1e16 would be read as text: YAML 1.1 wants a point in it.
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text
}
