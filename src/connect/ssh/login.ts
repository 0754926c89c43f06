import type { AnyAuthMethod, NextAuthHandler } from 'ssh2'

/** One way to log in. */
export interface Method {
  /** Its name for messages. */
  name: string
  /** The name under which the host offers it. */
  offered: 'publickey' | 'password' | 'keyboard-interactive'
  /** What ssh2 is told; undefined when it turns out that it cannot be tried. */
  auth: () => AnyAuthMethod | undefined | Promise<AnyAuthMethod | undefined>
}

/** The ways to log in to one host, tried in turn, and what became of them. They last for several connections. */
export class Login {
  /** Ways that could not be tried, and why. */
  readonly skipped: string[] = []
  readonly tried: string[] = []
  /** What the host offers, as it said with its last refusal. */
  offers: readonly string[] = []
  /** Called when somebody is asked for a passphrase in the middle of a log-in, and when that has ended. */
  onAsking: ((begins: boolean) => void) | undefined
  readonly #left: Method[] = []
  #current: Method | undefined
  /** Nothing is known about what this connection's host offers before its first refusal. */
  #refused = false
  /** Whether somebody had to be asked during this connection. */
  #asked = false

  add(...methods: readonly Method[]): void {
    this.#left.push(...methods)
  }

  /** Whether there are ways that were not tried. */
  get hasMore(): boolean {
    return this.#left.length > 0 || this.#asked
  }

  /** A new connection: the host will say anew what it takes. */
  begin(): void {
    // Hosts do not wait for ever until somebody has typed a passphrase; now it is known.
    if (this.#asked && this.#current) {
      this.tried.pop()
      this.#left.unshift(this.#current)
    }
    this.#current = undefined
    this.#refused = false
    this.#asked = false
  }

  /** The host has refused the last way and takes these. */
  refused(offers: readonly string[]): void {
    this.#refused = true
    this.#asked = false
    this.offers = offers
  }

  asking(begins: boolean): void {
    this.#asked = true
    this.onAsking?.(begins)
  }

  /** What ssh2 calls for the next way; false ends the log-in. */
  readonly handler = (
    _offers: readonly string[] | null,
    _partial: boolean,
    next: NextAuthHandler,
  ): false | undefined => {
    const index = this.#left.findIndex((method) => this.#isUsable(method))
    const [method] = index < 0 ? [] : this.#left.splice(index, 1)
    if (!method) return false
    this.#try(method).then(next, () => next('none'))
    return undefined
  }

  /** What cannot be tried after all stands for nothing, and ssh2 comes for the next one. */
  async #try(method: Method): Promise<AnyAuthMethod | 'none'> {
    const auth = await method.auth()
    if (!auth) return 'none'
    this.#current = method
    this.tried.push(method.name)
    return auth
  }

  #isUsable({ offered }: Method): boolean {
    if (!this.#refused) return true
    // A password that was refused would only be refused, and counted by the host, once more.
    if (
      offered === 'keyboard-interactive' &&
      this.tried.includes('password') &&
      this.offers.includes('password')
    )
      return false
    return this.offers.includes(offered)
  }

  /** All that was done, for the error of a refused log-in. */
  summary(): string {
    const parts = [
      this.tried.length > 0 ? `tried ${summed(this.tried).join(', ')}` : 'there was nothing to try',
    ]
    if (this.skipped.length > 0) parts.push(this.skipped.join(', '))
    if (this.offers.length > 0) parts.push(`the host takes ${this.offers.join(', ')}`)
    return parts.join('; ')
  }
}

/** Many keys of the agent in one word. */
function summed(names: readonly string[]): string[] {
  const ofAgent = names.filter((name) => name.startsWith('agent key')).length
  if (ofAgent <= 3) return [...names]
  const first = names.findIndex((name) => name.startsWith('agent key'))
  return names.flatMap((name, index) => {
    if (!name.startsWith('agent key')) return [name]
    return index === first ? [`${ofAgent} keys of the agent`] : []
  })
}
