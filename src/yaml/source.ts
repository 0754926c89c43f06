import type { Place } from '../errors.ts'
import { maskSecrets } from './mask.ts'

/** A text with a name that turns offsets into places. */
export class Source {
  readonly file: string
  readonly text: string
  readonly #hidden: boolean
  readonly #starts: number[] = [0]

  /** `hidden`: places tell line and column, but do not show the line. */
  constructor(text: string, file: string, hidden = false) {
    this.#hidden = hidden
    this.text = text
    this.file = file
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1)
  }

  /** The place of a character, counted in UTF-16 units from the start of the text. */
  placeAt(offset: number): Place {
    const index = this.#lineIndex(offset)
    const start = this.#starts[index] ?? 0
    const place = { file: this.file, line: index + 1, column: offset - start + 1 }
    return this.#hidden ? place : { ...place, source: maskSecrets(this.line(index + 1)) }
  }

  /** The text of a line (counted from 1) without its end. */
  line(number: number): string {
    const start = this.#starts[number - 1]
    if (start === undefined) return ''
    const next = this.#starts[number]
    return this.text.slice(start, next === undefined ? undefined : next - 1).replace(/\r$/, '')
  }

  #lineIndex(offset: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}
