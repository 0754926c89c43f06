import { HakubeError, HakubeErrors, type Place, throwAll } from '../errors.ts'

export interface About {
  code: string
  hint: string
  /** The host whose variable is wrong; undefined = all of them. */
  host?: string
  /** The inventory variable at fault. */
  variable?: string
}

/** Where a variable of a host is written in the inventory, as far as known. */
export type PlaceOf = (host: string, variable: string) => Place | undefined

/** Collects everything that is wrong with an endpoint, so that it is said at once. */
export class Problems {
  readonly #errors: HakubeError[] = []
  readonly #placeOf: PlaceOf

  constructor(placeOf: PlaceOf = () => undefined) {
    this.#placeOf = placeOf
  }

  get any(): boolean {
    return this.#errors.length > 0
  }

  /** Notes a problem. The same sentence is kept once. */
  add(message: string, { code, hint, host, variable }: About): void {
    if (this.#errors.some((error) => error.message === message)) return
    const place = host !== undefined && variable !== undefined ? this.#placeOf(host, variable) : undefined
    this.#errors.push(new HakubeError(message, { code, hint, place, host }))
  }

  /** What was noted, where that is the end. */
  asError(): HakubeErrors {
    return new HakubeErrors(this.#errors)
  }

  /** Throws what was noted, if anything. */
  throw(): void {
    throwAll(this.#errors)
  }
}
