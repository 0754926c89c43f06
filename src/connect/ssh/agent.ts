import ssh2, { type ParsedKey, type PublicKeyEntry, type SigningRequestOptions } from 'ssh2'

type SignDone = (error?: Error | null, signature?: Buffer) => void
type KeysDone = (error?: Error | null, keys?: ParsedKey[]) => void

/**
 * The user's agent, without what would stop the log-in: an agent that cannot be reached has no keys, so the
 * other methods get their turn. With `only`, its other keys are kept back (IdentitiesOnly).
 */
export class QuietAgent extends ssh2.BaseAgent<ParsedKey> {
  /** Why the agent had no keys; undefined when it answered. */
  problem: string | undefined
  keys = 0
  readonly #agent: ssh2.BaseAgent
  readonly #only: readonly Buffer[] | undefined

  constructor(socket: string, only: readonly Buffer[] | undefined) {
    super()
    this.#agent = ssh2.createAgent(socket)
    this.#only = only
  }

  override getIdentities(done: KeysDone): void {
    this.#agent.getIdentities((error, keys) => {
      if (error) this.problem = error.message
      const usable = (keys ?? []).map(parsed).filter((key) => key !== undefined)
      const wanted = usable.filter((key) => this.#isWanted(key))
      this.keys = wanted.length
      done(undefined, wanted)
    })
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignDone,
    done?: SignDone,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options)
    else this.#agent.sign(key, data, options, done)
  }

  #isWanted(key: ParsedKey): boolean {
    return this.#only === undefined || this.#only.some((wanted) => wanted.equals(key.getPublicSSH()))
  }
}

function parsed(key: ParsedKey | Buffer | string | PublicKeyEntry): ParsedKey | undefined {
  const own = typeof key === 'object' && 'pubKey' in key ? key.pubKey : key
  const result = ssh2.utils.parseKey(typeof own === 'object' && 'pubKey' in own ? own.pubKey : own)
  return result instanceof Error ? undefined : result
}
