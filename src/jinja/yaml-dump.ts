import type { Dict, Value } from '../value.ts'
import { Float } from '../value.ts'
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

function isCollection(value: Value): value is Dict | Value[] {
  return Array.isArray(value) || value instanceof Map
}

class YamlWriter {
  readonly #style: YamlStyle
  #out = ''

  constructor(style: YamlStyle) {
    // PyYAML ignores indents and widths that it holds for nonsense.
    const indent = style.indent > 1 && style.indent < 10 ? style.indent : 2
    const width = style.width > indent * 2 ? style.width : 80
    this.#style = { ...style, indent, width }
  }

  document(value: Value): string {
    if (this.#style.explicitStart) this.#out += isCollection(value) && this.#isBlock(value) ? '---\n' : '--- '
    this.#node(value, { indent: -1, inSequence: false, root: true })
    this.#out += '\n'
    if (this.#style.explicitEnd) this.#out += '...\n'
    return this.#out
  }

  #column(): number {
    return this.#out.length - this.#out.lastIndexOf('\n') - 1
  }

  #isBlock(value: Dict | Value[]): boolean {
    const size = Array.isArray(value) ? value.length : value.size
    if (size === 0 || this.#style.flow === 'all') return false
    if (this.#style.flow === 'none') return true
    const inner = Array.isArray(value) ? value : [...value.values()]
    return inner.some(isCollection)
  }

  #node(value: Value, at: { indent: number; inSequence: boolean; root: boolean }): void {
    if (!isCollection(value)) {
      this.#space(at.root)
      const indent = at.root ? this.#style.indent : at.indent + this.#style.indent
      this.#out += this.#scalar(value, { indent, isKey: false, inFlow: false })
    } else if (!this.#isBlock(value)) {
      this.#space(at.root)
      this.#flow(value, at.indent < 0 ? this.#style.indent : at.indent + this.#style.indent)
    } else if (Array.isArray(value)) this.#sequence(value, at)
    else this.#mapping(value, at)
  }

  #space(root: boolean): void {
    if (!root) this.#out += ' '
  }

  /** A list in a dict stands under its key without further indent. */
  #sequence(items: Value[], at: { indent: number; inSequence: boolean; root: boolean }): void {
    const indent = at.root ? 0 : at.inSequence ? at.indent + this.#style.indent : at.indent
    for (const [index, item] of items.entries()) {
      this.#line(indent, index === 0 && (at.inSequence || at.root))
      this.#out += '-'
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
      this.#out += isSimple ? `${name}:` : `? ${name}\n${' '.repeat(indent)}:`
      this.#node(item, { indent, inSequence: false, root: false })
    }
  }

  /** Starts the line of an entry; the first one in a list stands behind the dash. */
  #line(indent: number, inPlace: boolean): void {
    if (!inPlace) this.#out += `\n${' '.repeat(indent)}`
    else if (this.#out !== '' && this.#column() < indent) this.#out += ' '.repeat(indent - this.#column())
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
    if (!isCollection(value)) {
      this.#out += this.#scalar(value, { indent, isKey: false, inFlow: true })
      return
    }
    const isList = Array.isArray(value)
    this.#out += isList ? '[' : '{'
    const inner = indent + this.#style.indent
    const parts = isList ? value.map((item): [undefined, Value] => [undefined, item]) : this.#entries(value)
    for (const [index, [key, item]] of parts.entries()) {
      if (index > 0) this.#out += ','
      if (this.#column() > this.#style.width) this.#out += `\n${' '.repeat(indent)}`
      else if (index > 0) this.#out += ' '
      if (key !== undefined) this.#out += `${this.#scalar(key, { indent, isKey: true, inFlow: true })}: `
      this.#flow(item, inner)
    }
    this.#out += isList ? ']' : '}'
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
