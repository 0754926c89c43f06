import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, HakubeError } from '../errors.ts'
import type { RunningApply } from '../shell/reply.ts'
import { type Script, sh } from '../shell/sh.ts'
import { openAs, openShell, type Starts } from './become.ts'
import type { BecomeSettings } from './become/methods.ts'
import type { Connection, Identity } from './connection.ts'
import { FramedShell } from './shell.ts'

export interface HostConnectionOptions {
  host: string
  /** Who the programs run as without becoming another user. */
  loginUser: string
  /** Start a program on the host; the first call opens nothing more than a channel. */
  starts: Starts
  /** Opens a TCP connection as seen from the host. */
  forward: (host: string, port: number) => Promise<Duplex>
  /** Ends the way to the host. */
  end: () => Promise<void>
  become: BecomeSettings
  questionsTimeout?: number | undefined
  /** Takes what the user should know and no call can throw. */
  warn?: ((message: string) => void) | undefined
}

/** The shells of one host, whatever the way to it. */
export class HostConnection implements Connection {
  readonly host: string
  readonly #options: HostConnectionOptions
  readonly #shells = new Map<string, Promise<FramedShell>>()
  readonly #open = new Set<FramedShell>()
  readonly #kills = new Set<Promise<void>>()

  constructor(options: HostConnectionOptions) {
    this.host = options.host
    this.#options = options
  }

  async shell(identity: Identity): Promise<FramedShell> {
    // What is being ended must not run beside what comes next.
    await Promise.all(this.#kills)
    const user = this.#userOf(identity)
    // The login user's own shell is one, whatever it would be become by.
    const name = user === '' ? '' : `${identity.method ?? this.#options.become.method ?? 'sudo'} ${user}`
    const known = this.#shells.get(name)
    const shell = await known
    if (shell && !shell.broken) return shell
    // Another caller may have replaced the broken shell while this one waited.
    const current = this.#shells.get(name)
    if (current && current !== known) return current
    const opening = this.#start(user, identity)
    this.#shells.set(name, opening)
    // A failed attempt is not kept: the next caller tries anew and gets an error of its own.
    opening.catch(() => this.#shells.delete(name))
    return opening
  }

  forward(host: string, port: number): Promise<Duplex> {
    return this.#options.forward(host, port)
  }

  async abort(): Promise<void> {
    const applying = [...this.#open].filter((shell) => shell.applying)
    await Promise.all(applying.map((shell) => this.#abort(shell)))
  }

  async #abort(shell: FramedShell): Promise<void> {
    // An apply that was only just sent has not reported its process yet.
    for (let wait = 0; shell.applying && !shell.running && wait < 40; wait += 1) await sleep(50)
    if (shell.running) await this.#kill(shell.identity, shell.running)
  }

  async close(): Promise<void> {
    await Promise.all(this.#kills)
    for (const shell of this.#open) shell.close()
    this.#shells.clear()
    await this.#options.end()
  }

  /** The user to become; empty for the login user, also when it is named. */
  #userOf({ becomeUser }: Identity): string {
    return becomeUser === undefined || becomeUser === this.#options.loginUser ? '' : becomeUser
  }

  async #start(user: string, identity: Identity): Promise<FramedShell> {
    const { host, starts, become, questionsTimeout } = this.#options
    const settings = { ...become, method: identity.method ?? become.method }
    const channel = await (user === '' ? openShell(starts) : openAs(starts, user, settings))
    const onHungApply = (running: RunningApply): void => this.#killHung(identity, running)
    const shell = new FramedShell(channel, { host, identity, questionsTimeout, onHungApply })
    this.#open.add(shell)
    void channel.ended.then(() => this.#open.delete(shell))
    return shell
  }

  /** Kills what a shell has given up on; close() waits for it. */
  #killHung(identity: Identity, running: RunningApply): void {
    const kill = this.#kill(identity, running)
      .catch((error: unknown) => this.#options.warn?.(error instanceof Error ? error.message : String(error)))
      .finally(() => this.#kills.delete(kill))
    this.#kills.add(kill)
  }

  async #kill(identity: Identity, running: RunningApply): Promise<void> {
    let shell: FramedShell | undefined
    try {
      shell = await this.#start(this.#userOf(identity), identity)
      const { answers } = await shell.exchange({ questions: [{ id: 'kill', script: killScript(running) }] })
      if (answers.get('kill')?.code !== 0) throw this.#stillRuns(running)
    } finally {
      shell?.close()
    }
  }

  #stillRuns({ pid }: RunningApply): HakubeError {
    return new HakubeError(`process ${pid} on ${this.host} did not end`, {
      code: 'abort-failed',
      host: this.host,
      hint: `look at it with: ps -p ${pid}`,
      exitCode: EXIT.failed,
    })
  }
}

/** Asks the process group to end, and makes it after three seconds. */
export function killScript({ pid, ownGroup }: RunningApply): Script {
  const target = ownGroup ? `-${pid}` : String(pid)
  // The old spelling: busybox knows no `--`, and dash no negative number after `-s`.
  return sh`
    kill -TERM ${target} 2>/dev/null || exit 0
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
      kill -0 ${target} 2>/dev/null || exit 0
      sleep 0.2 2>/dev/null || sleep 1
    done
    kill -KILL ${target} 2>/dev/null
    sleep 0.2 2>/dev/null || sleep 1
    ! grep -s '^State:[[:space:]]*[^ZX]' /proc/${String(pid)}/status`
}
