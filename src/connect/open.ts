import { setTimeout as sleep } from 'node:timers/promises'
import { type BecomeSettings, readBecomeMethod } from './become/methods.ts'
import type { Connection } from './connection.ts'
import { HostConnection } from './host-connection.ts'
import { openLocal } from './local.ts'
import type { SshLink } from './ssh.ts'
import type { KeyRing } from './ssh/key-ring.ts'
import { mayPass } from './ssh/failure.ts'
import type { Target } from './target.ts'

export interface OpenOptions {
  /** Takes what the user should know; the same text may come for several hosts. */
  warn: (message: string) => void
  /** The encrypted keys of the run; without it they are left to the agent. */
  keys?: KeyRing | undefined
  /** The directory in which what runs on the controller itself is started. */
  cwd?: string | undefined
  /** How often a failure that may pass is tried again; twice when not given. */
  retries?: number | undefined
  /** Seconds before the first further attempt, doubled for each one after; 0.5 when not given. */
  backOff?: number | undefined
  /** Seconds for the questions of one message; 60 when not given. */
  questionsTimeout?: number | undefined
}

/**
 * Opens the connection to a host. Throws HakubeError: exit code 4 with the cause in words, or 1 for a target
 * that makes no sense.
 */
export async function openConnection(target: Target, options: OpenOptions): Promise<Connection> {
  const { name: host } = target
  const become: BecomeSettings = {
    host,
    method: readBecomeMethod(target.becomeMethod ?? 'sudo', host),
    password: target.becomePassword,
    flags: target.becomeFlags,
    exe: target.becomeExe,
  }
  const { warn, questionsTimeout, cwd } = options
  if (target.connection === 'local') return openLocal({ host, become, questionsTimeout, warn, cwd })
  const { user, starts, forward, end } = await connectPatiently(target, options)
  return new HostConnection({ host, loginUser: user, starts, forward, end, become, questionsTimeout, warn })
}

async function connectPatiently(target: Target, options: OpenOptions): Promise<SshLink> {
  // ssh2 is large: a run that only connects locally does without it.
  const { openSsh } = await import('./ssh.ts')
  return patiently(() => openSsh(target, options), options)
}

/** Tries again what may pass by itself: refused, reset and timed-out connections, and nothing else. */
export async function patiently<Result>(
  connect: () => Promise<Result>,
  { retries = 2, backOff = 0.5 }: Pick<OpenOptions, 'retries' | 'backOff'> = {},
): Promise<Result> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await connect()
    } catch (error) {
      if (attempt >= retries || !mayPass(error)) throw error
      // A quarter more or less, or all hosts behind one jump host would come again at once.
      await sleep(backOff * 1000 * 2 ** attempt * (0.75 + Math.random() / 2))
    }
  }
}
