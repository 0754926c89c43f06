/** Kinds of algorithms as ssh2 calls them, by the words of its error. */
const KINDS: readonly [string, string][] = [
  ['KEX method', 'key exchange'],
  ['Host key format', 'host keys'],
  ['C->S cipher', 'ciphers'],
  ['S->C cipher', 'ciphers'],
  ['C->S MAC', 'MACs'],
  ['S->C MAC', 'MACs'],
]

/**
 * What ssh2 tells nobody but its debug log: which algorithms both sides offer, and what a host takes that has
 * refused a key of an agent.
 */
export class Overheard {
  onRefusal: (offers: readonly string[]) => void = () => undefined
  readonly #offers = new Map<string, { local: string[]; remote: string[] }>()
  #last = ''

  /** Takes a line of the debug log. */
  hear(line: string): void {
    const refusal = /^Inbound: Received USERAUTH_FAILURE \((.*)\)$/.exec(line)
    if (refusal) this.onRefusal(names(refusal[1] ?? ''))
    const offer = /^Handshake: \((local|remote)\) ([^:]+): (.*)$/.exec(line)
    if (!offer) return
    const [, side, kind = '', list = ''] = offer
    const both = this.#offers.get(kind) ?? { local: [], remote: [] }
    // Extensions stand among the key exchanges and are none.
    const algorithms = names(list).filter((name) => !/^(?:ext-info|kex-strict)-/.test(name))
    if (side === 'local') both.local = algorithms
    else both.remote = algorithms
    this.#offers.set(kind, both)
    this.#last = kind
  }

  /** Both lists of the kind of algorithm that was agreed on last, or was not, in words. */
  difference(): string {
    const offers = this.#offers.get(this.#last)
    const kind = KINDS.find(([name]) => name === this.#last)?.[1]
    if (!offers || kind === undefined || offers.remote.some((name) => offers.local.includes(name))) return ''
    return `; ${kind} of the host: ${offers.remote.join(', ')}; of hakube: ${offers.local.join(', ')}`
  }
}

function names(list: string): string[] {
  return list.split(',').filter((name) => name !== '')
}
