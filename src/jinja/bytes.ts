import { Callable, type Item, Opaque } from './things.ts'
import { quoted } from './print.ts'

/** What `text.encode()` gives: Python's bytes, as far as templates hand them on to filters such as b64encode. */
export class Bytes extends Opaque {
  readonly typeName = 'bytes'
  readonly decoded: string

  constructor(decoded: string) {
    super()
    this.decoded = decoded
  }

  override attribute(name: string): Item | undefined {
    return name === 'decode' ? new Callable(name, () => this.decoded) : undefined
  }

  /** As Python prints it: every byte that is no ASCII character by its number. */
  override repr(): string {
    return `b${quoted(Buffer.from(this.decoded, 'utf8').toString('latin1')).replaceAll(
      /[\u0080-\u00ff]/g,
      (char) => `\\x${char.charCodeAt(0).toString(16)}`,
    )}`
  }

  override text(): string {
    return this.decoded
  }
}
