import { randomBytes } from 'node:crypto'
import { HakubeError } from '../errors.ts'
import { type Attempt, type BecomeSettings, methodNamed } from './become/methods.ts'
import { BecomeTalk } from './become/talk.ts'
import type { Channel } from './channel.ts'

/** Starts a program by a shell command on the host. */
export type Start = (command: string) => Promise<Channel>

/** The ways to start programs on one host. */
export interface Starts {
  plain: Start
  /** On a terminal of its own, without echo and translation; undefined where there are none. */
  terminal: Start | undefined
}

/** A `/bin/sh` of the login user. `exec` spares a process, and every kind of login shell knows it. */
export function openShell({ plain }: Starts): Promise<Channel> {
  return plain('exec /bin/sh')
}

/**
 * A `/bin/sh` of another user, ready for its first message. The password goes to the program's standard
 * input once, after it has asked; nothing else is written before the new shell has reported, since it would be
 * taken for further passwords. A terminal is used only where the program insists on one.
 * Throws HakubeError `wrong-become-password`, `become-failed`.
 */
export async function openAs(starts: Starts, user: string, settings: BecomeSettings): Promise<Channel> {
  const method = methodNamed(settings.method ?? 'sudo')
  if (method.needsTerminal(settings)) return attempt(starts, user, settings, true)
  try {
    return await attempt(starts, user, settings, false)
  } catch (error) {
    const wantsOne = error instanceof HakubeError && WANTS_TERMINAL.test(error.message)
    if (!wantsOne || !starts.terminal) throw error
    return attempt(starts, user, settings, true)
  }
}

/** sudo with requiretty, and a su that is not PAM's. */
const WANTS_TERMINAL = /must have a tty|tty is required|run from a terminal/i

async function attempt(
  starts: Starts,
  user: string,
  settings: BecomeSettings,
  terminal: boolean,
): Promise<Channel> {
  const start = terminal ? starts.terminal : starts.plain
  if (!start) throw noTerminal(user, settings)
  const nonce = randomBytes(12).toString('hex')
  const marks = { up: `@hakube-up-${nonce}`, prompt: `hakube-password-${nonce}:` }
  const trying: Attempt = { user, settings, marks, terminal }
  const channel = await start(methodNamed(settings.method ?? 'sudo').command(trying))
  try {
    await new BecomeTalk(channel, trying).result
  } catch (error) {
    channel.destroy()
    throw error
  }
  return channel
}

function noTerminal(user: string, { host, method = 'sudo' }: BecomeSettings): HakubeError {
  return new HakubeError(
    `could not become ${user}: ${method} takes passwords from a terminal only, and a local connection has none`,
    {
      code: 'become-failed',
      host,
      hint: `let ${method} do without a password, reach the host by ssh, or use sudo`,
      exitCode: 4,
    },
  )
}
