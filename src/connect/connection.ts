import type { Duplex } from 'node:stream'
import type { BecomeMethod } from './become/methods.ts'
import type { Script } from '../shell/sh.ts'

/** Who runs the commands on a host: undefined fields mean the login user as it is. */
export interface Identity {
  /** User to become; undefined = stay the login user. */
  becomeUser?: string | undefined
  /** By which program; the host's own setting, else sudo, when not given. */
  method?: BecomeMethod | undefined
}

/** A read-only piece of a message. Its standard input is /dev/null; its output may be any bytes. */
export interface Question {
  id: string
  script: Script
}

/** The one thing of a message that may change the host. It runs before the questions. */
export interface Apply {
  script: Script
  /** Seconds until the apply counts as hung and the run gives up on it. */
  timeout?: number | undefined
}

export interface Answer {
  /** Exit status of the script; 128+n after signal n, as the shell gives it. */
  code: number
  stdout: Buffer
  /** Standard error; for questions it is only kept when the code is not 0. */
  stderr: Buffer
}

export interface Exchange {
  apply: Answer | undefined
  answers: Map<string, Answer>
}

/** One long-lived shell of one identity on one host. Exchanges are queued: one is under way at a time. */
export interface Shell {
  readonly identity: Identity
  /** How many messages went to the host through this shell. */
  readonly trips: number
  /**
   * Sends one message and waits for all of its answers: one round trip.
   * Throws HakubeError with code `connection-lost` when the end of the answers does not come,
   * `timed-out` when it does not come in time.
   */
  exchange(message: { apply?: Apply; questions?: readonly Question[] }): Promise<Exchange>
}

/** An open connection to one host. */
export interface Connection {
  readonly host: string
  /** The shell of this identity, opened at its first use. Throws HakubeError `become-failed`, `wrong-become-password`. */
  shell(identity: Identity): Promise<Shell>
  /**
   * A byte stream to a TCP port as the host itself reaches it. Throws HakubeError `forward-refused` (the host may not
   * forward) or `port-unreachable` (it may, and nothing answers there).
   */
  forward(host: string, port: number): Promise<Duplex>
  /**
   * Ends it and connects anew, in so many seconds at most; shells have to be asked for again. Not there where the
   * host is the controller itself. Throws HakubeError if the host cannot be reached.
   */
  reopen?(timeout?: number): Promise<void>
  /** Ends the process group of a running apply, over a channel of its own. */
  abort(): Promise<void>
  close(): Promise<void>
}
