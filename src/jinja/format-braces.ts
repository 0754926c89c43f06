import { item as itemOf, own } from './access.ts'
import { formatSpec } from './format-spec.ts'
import { Mistake } from './mistakes.ts'
import { repr, str } from './print.ts'
import type { Runtime } from './runtime.ts'
import type { Args, Item } from './things.ts'
import { defined, noSuch } from './undefined.ts'

/** Python's `'{}'.format(…)`. */
export function formatMethod(text: string, args: Args, runtime: Runtime): string {
  return new Formatter(args, runtime).format(text, 0)
}

class Formatter {
  readonly #args: Args
  readonly #runtime: Runtime
  #automatic = 0
  #manual = false

  constructor(args: Args, runtime: Runtime) {
    this.#args = args
    this.#runtime = runtime
  }

  format(text: string, depth: number): string {
    if (depth > 2) throw new Mistake('Max string recursion exceeded')
    let out = ''
    let at = 0
    while (at < text.length) {
      const char = text[at] ?? ''
      if ((char === '{' || char === '}') && text[at + 1] === char) {
        out += char
        at += 2
      } else if (char === '}') {
        throw new Mistake("Single '}' encountered in format string")
      } else if (char === '{') {
        const end = closing(text, at)
        out += this.#field(text.slice(at + 1, end), depth)
        at = end + 1
      } else {
        out += char
        at += 1
      }
    }
    return out
  }

  #field(field: string, depth: number): string {
    const [, path = '', conversion, spec = ''] = /^([^!:]*)(?:!([^:]*))?(?::([^]*))?$/.exec(field) ?? []
    const value = converted(defined(this.#value(path)), conversion)
    return formatSpec(value, this.format(spec, depth + 1), this.#runtime)
  }

  #value(path: string): Item {
    const [, head = '', rest = ''] = /^([^.[]*)([^]*)$/.exec(path) ?? []
    let value = this.#argument(head)
    for (const [all, name, index] of rest.matchAll(/\.([^.[]+)|\[([^\]]+)\]|[^]+/g)) {
      if (name !== undefined) value = own(value, name) ?? noSuch(`the object has no attribute '${name}'`)
      else if (index === undefined) throw new Mistake(`malformed field '${all}' in format string`)
      else value = itemOf(value, /^\d+$/.test(index) ? Number(index) : index, this.#runtime)
    }
    return value
  }

  #argument(head: string): Item {
    const { positional, named } = this.#args
    if (head !== '' && !/^\d+$/.test(head)) {
      const value = named.get(head)
      if (value === undefined) throw new Mistake(`no argument '${head}' for the format string`)
      return value
    }
    const index = head === '' ? this.#automatic : Number(head)
    if (head === '') this.#automatic += 1
    else this.#manual = true
    if (this.#manual && this.#automatic > 0) throw new Mistake('{} and {0} cannot be mixed')
    const value = positional[index]
    if (value === undefined)
      throw new Mistake(`Replacement index ${index} out of range for positional args tuple`)
    return value
  }
}

function converted(value: Item, conversion: string | undefined): Item {
  if (conversion === undefined) return value
  if (conversion === 's') return str(value)
  if (conversion === 'r' || conversion === 'a') return repr(value)
  throw new Mistake(`Unknown conversion specifier '${conversion}'`)
}

/** The brace that closes the one at this index. */
function closing(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1
    if (text[at] === '}') depth -= 1
    if (depth === 0) return at
  }
  throw new Mistake("expected '}' before end of string")
}
