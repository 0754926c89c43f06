import { dirname, resolve } from 'node:path'
import pLimit, { type LimitFunction } from 'p-limit'
import type { Connection, Identity } from '../connect/connection.ts'
import { type AskPassphrase, KeyRing } from '../connect/ssh/key-ring.ts'
import { openConnection } from '../connect/open.ts'
import { EXIT, HakubeError, isKnown } from '../errors.ts'
import { factsQuestion, parseFacts } from '../facts/index.ts'
import type { PlayRun } from '../playbook/step.ts'
import { boolean, identityOf, type Defaults } from '../playbook/settings.ts'
import { wayKey, type Way } from '../playbook/way.ts'
import { renderTree, type TaskScope } from '../variables/scope.ts'
import type { VariableStore } from '../variables/store.ts'
import { limited } from './limited.ts'
import type { RunOptions } from './options.ts'
import { Revivable } from './revivable.ts'
import { targetOf } from './target.ts'
import { Ways } from './ways.ts'

/** The connections of a run: each host is reached once, and its facts are gathered once. */
export class Hosts {
  readonly connections = new Map<string, Connection>()
  readonly limit: LimitFunction
  readonly #options: RunOptions
  readonly #keys: KeyRing
  readonly #store: VariableStore
  readonly #plays: readonly PlayRun[]
  readonly #gathering = new Map<string, Promise<void>>()
  readonly #ways: Ways
  /** Those that are opened by now or soon, by host and way. */
  readonly #known = new Map<string, Revivable>()
  readonly #opening = new Map<string, Promise<Connection>>()
  readonly #layers: (host: string, run: PlayRun) => TaskScope

  constructor(
    options: RunOptions,
    store: VariableStore,
    plays: readonly PlayRun[],
    layers: (host: string, run: PlayRun) => TaskScope,
    ways = new Ways(plays, layers),
  ) {
    this.#ways = ways
    this.#options = options
    this.#store = store
    this.#plays = plays
    this.#layers = layers
    this.#keys = new KeyRing(this.#asker())
    this.limit = pLimit(Math.max(1, options.forks))
  }

  /**
   * Connects to a host and gathers its facts where its plays want them. Unreachable: an event, and undefined.
   * `goesOn`: the run goes on with the host even then.
   */
  async reach(host: string, goesOn = false): Promise<Connection | undefined> {
    try {
      const connection = await this.limit(() =>
        this.#options.signal.aborted ? undefined : this.#connect(host),
      )
      if (!connection) return undefined
      await this.#gather(
        host,
        connection,
        this.#plays.find((run) => run.hosts.includes(host) && this.wantsFacts(run, host)),
      )
      return connection
    } catch (error) {
      if (!isKnown(error)) throw error
      // Nobody is unreachable because the user pressed Ctrl-C at a prompt.
      if (error.exitCode === EXIT.invalid || error.exitCode === EXIT.interrupted) throw error
      if (goesOn)
        this.#options.emit({
          type: 'warning',
          text: `${host} cannot be reached, and goes on (ignore_unreachable): ${error.message}`,
        })
      else this.#options.emit({ type: 'host-unreachable', host, error })
      return undefined
    }
  }

  /** Gathers the facts of a host that is in no play, because somebody reads them. Throws if it cannot be reached. */
  async gatherOther(host: string): Promise<void> {
    const known = this.#gathering.get(host)
    if (known) return known
    const gathering = this.#gatherOther(host)
    this.#gathering.set(host, gathering)
    // Until here everybody who reads the facts waits for them.
    await gathering.finally(() => this.#store.gatherable.delete(host))
  }

  async #gatherOther(host: string): Promise<void> {
    const run = this.#plays[0]
    if (!run) return
    try {
      await this.#gather(host, await this.limit(() => this.#connect(host)), run)
    } catch (error) {
      if (!isKnown(error)) throw error
      const text = `${host}: its facts are read, but it cannot be reached: ${error.message}`
      this.#options.emit({ type: 'warning', text })
    }
  }

  /** The connection to a host by another way than its usual one. */
  async reachBy(host: string, way: Way): Promise<Connection> {
    if (this.#ways.isUsual(host, way)) return this.connections.get(host) ?? this.#open(host, undefined)
    return this.#open(host, way)
  }

  /** The connection to a host that tasks of other hosts are delegated to; it need not be in any inventory. */
  async delegate(host: string, way: Way): Promise<Connection> {
    try {
      return await this.reachBy(host, way)
    } catch (error) {
      if (!isKnown(error)) throw error
      const { code, hint, exitCode } = error
      const message = `tasks are delegated to ${host}, which cannot be reached: ${error.message}`
      throw new HakubeError(message, { code, hint, exitCode, host, cause: error })
    }
  }

  /** Who asks a host in the name of a play as a whole. */
  identity(host: string, run: PlayRun): Identity {
    return identityOf(run.play, this.#layers(host, run), this.#defaults())
  }

  /** Asks for passphrases, and says so: what is drawn on the terminal must keep out of the way. */
  #asker(): AskPassphrase | undefined {
    const options = this.#options
    const ask = options.connection.passphrase
    if (!ask) return undefined
    return async (file, again) => {
      options.emit({ type: 'prompt', open: true })
      try {
        return await ask(file, again)
      } finally {
        options.emit({ type: 'prompt', open: false })
      }
    }
  }

  /** Ends what runs on the hosts. */
  async abort(): Promise<void> {
    await Promise.allSettled([...this.#known.values()].map((connection) => connection.abort()))
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#known.values()].map((connection) => connection.close()))
  }

  /** The way to a host is opened once, whoever asks for it. */
  #open(host: string, way: Way | undefined): Promise<Connection> {
    const key = `${host} ${way ? wayKey(way) : ''}`
    let opening = this.#opening.get(key)
    if (!opening) {
      this.#opening.set(key, (opening = this.limit(() => this.#connect(host, way))))
      // Who comes after a failed attempt tries anew.
      opening.catch(() => this.#opening.delete(key))
    }
    return opening
  }

  async #connect(host: string, way?: Way): Promise<Connection> {
    const known = way ? undefined : this.connections.get(host)
    if (known) return known
    const started = performance.now()
    const connection = this.#wayTo(host, way)
    await connection.now()
    const shared = limited(connection, this.limit)
    if (!way) this.connections.set(host, shared)
    this.#options.emit({ type: 'host-connected', host, ms: performance.now() - started })
    return shared
  }

  /** The connection to a host, not opened yet. */
  #wayTo(host: string, way: Way | undefined): Revivable {
    const key = `${host} ${way ? wayKey(way) : ''}`
    const known = this.#known.get(key)
    if (known) return known
    const { method, scope } = { method: this.#ways.method(host), scope: this.#ways.scope(host) }
    const target = targetOf(host, scope, way ?? this.#ways.usual(host), {
      ...this.#options,
      playMethod: method,
    })
    const open = (timeout?: number) =>
      openConnection(timeout === undefined ? target : { ...target, timeout }, {
        keys: this.#keys,
        cwd: resolve(dirname(this.#options.playbook)),
        warn: (text) => this.#options.emit({ type: 'warning', text: `${host}: ${text}` }),
      })
    const connection = new Revivable(host, open, () => this.onLost(host), target.connection === 'local')
    this.#known.set(key, connection)
    return connection
  }

  /** Called when a connection to a host is gone. */
  onLost: (host: string) => void = () => {}

  /** The host is gone, and its play goes on all the same: whoever needs it tries to reach it. */
  late(host: string): void {
    this.connections.set(host, limited(this.#wayTo(host, undefined), this.limit))
  }

  /** Connects to a host whose play begins, and gathers its facts if that wants them. Throws HakubeError. */
  async arrive(host: string, run: PlayRun): Promise<void> {
    const started = performance.now()
    const known = this.connections.has(host)
    await this.limit(() => this.#wayTo(host, undefined).now())
    if (!known) this.late(host)
    const connection = this.connections.get(host)
    this.#options.emit({ type: 'host-connected', host, ms: performance.now() - started })
    if (connection && this.wantsFacts(run, host)) await this.#gather(host, connection, run)
  }

  /** The next who works on the host gets new connections to it. */
  async reset(host: string): Promise<void> {
    const all = [...this.#known].filter(([key]) => key.startsWith(`${host} `))
    await Promise.all(all.map(([, connection]) => connection.reset()))
  }

  async #gather(host: string, connection: Connection, run: PlayRun | undefined): Promise<void> {
    if (!run) return
    const shell = await connection.shell(this.identity(host, run))
    const question = factsQuestion()
    const { answers } = await shell.exchange({ questions: [question] })
    const answer = answers.get(question.id)
    if (!answer) throw new TypeError('no answer about facts')
    this.#store.setFacts(host, parseFacts(answer))
  }

  wantsFacts(run: PlayRun, host: string): boolean {
    const wanted = run.play.gatherFacts
    return wanted === undefined || boolean(renderTree(wanted, this.#layers(host, run)), wanted)
  }

  #defaults(): Defaults {
    const { become, user, method } = this.#options.become
    return { become, becomeUser: user, becomeMethod: method }
  }
}
