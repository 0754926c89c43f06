import { joinPath, normalPath, parentPath, pathKey } from './path-names.ts'
import type { Leading } from './replies.ts'

/** What the host has told of a path, by the World's key. */
export type Told = (key: string) => Leading | undefined

/**
 * Where paths are once the links above them are resolved, so that two names of one thing are known as such. It goes
 * by what the host has told; a thing that a prediction has put in the place of a link leads nowhere else any more.
 */
export class Places {
  readonly #told: Told
  /** By place: from which effect on something else is there. */
  readonly #replaced: ReadonlyMap<string, number>
  /** Only what effects before this one have done counts. */
  readonly #until: number

  constructor(told: Told, replaced: ReadonlyMap<string, number> = new Map(), until = 0) {
    this.#told = told
    this.#replaced = replaced
    this.#until = until
  }

  /** The place of the thing at this path: of a link itself, not of what is behind it. */
  of(path: string): string {
    const parts = normalPath(path).split('/').slice(1)
    let [text, directory, told] = ['', '/', true]
    for (const [at, part] of parts.entries()) {
      text = `${text}/${part}`
      const known = told ? (this.#told(text) ?? this.#told(pathKey(text, true))) : undefined
      const here = known ? (known.place ?? text) : joinPath(directory, part)
      if (at === parts.length - 1) return here
      // What was told of the names below was told of what was there before.
      if (this.#isReplaced(here)) told = false
      directory = told ? ((this.#told(pathKey(text, true)) ?? known)?.real ?? here) : here
    }
    return '/'
  }

  /** Where the things below this directory are, also where it is a link to it. */
  below(directory: string): string {
    return parentPath(this.of(joinPath(directory, 'x')))
  }

  #isReplaced(place: string): boolean {
    const since = this.#replaced.get(place)
    return since !== undefined && since < this.#until
  }
}

/** Every path is where it says. */
export const PLAIN = new Places(() => undefined)
