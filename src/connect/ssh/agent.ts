import ssh2, { type ParsedKey, type PublicKeyEntry, type SigningRequestOptions } from 'ssh2'

type SignDone = (error?: Error | null, signature?: Buffer) => void
type KeysDone = (error?: Error | null, keys?: ParsedKey[]) => void

/** What the user's agent holds; a problem instead of keys when it cannot be asked, which stops nothing. */
export interface AgentKeys {
  keys: AgentKey[]
  problem: string | undefined
}

/** The keys of the agent at this socket, in its order. */
export function listAgent(socket: string): Promise<AgentKeys> {
  const agent = ssh2.createAgent(socket)
  return new Promise((resolve) => {
    agent.getIdentities((error, keys) => {
      const usable = (keys ?? []).map(parsed).filter((key) => key !== undefined)
      resolve({ keys: usable.map((key) => new AgentKey(agent, key)), problem: error?.message })
    })
  })
}

/**
 * One key of the agent, to be tried by itself: so the order in which keys are offered is ours, and a host that
 * hangs up after a few can be asked again with those that are left.
 */
export class AgentKey extends ssh2.BaseAgent<ParsedKey> {
  readonly publicKey: ParsedKey
  readonly #agent: ssh2.BaseAgent

  constructor(agent: ssh2.BaseAgent, publicKey: ParsedKey) {
    super()
    this.#agent = agent
    this.publicKey = publicKey
  }

  override getIdentities(done: KeysDone): void {
    done(undefined, [this.publicKey])
  }

  /** A key that the agent does not sign with (the user said no) is refused by the host like a wrong one. */
  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignDone,
    done?: SignDone,
  ): void {
    const finish = typeof options === 'function' ? options : done
    const answer: SignDone = (error, signature) => finish?.(undefined, error ? Buffer.alloc(64) : signature)
    if (typeof options === 'function') this.#agent.sign(key, data, answer)
    else this.#agent.sign(key, data, options, answer)
  }
}

function parsed(key: ParsedKey | Buffer | string | PublicKeyEntry): ParsedKey | undefined {
  const own = typeof key === 'object' && 'pubKey' in key ? key.pubKey : key
  const result = ssh2.utils.parseKey(typeof own === 'object' && 'pubKey' in own ? own.pubKey : own)
  return result instanceof Error ? undefined : result
}
