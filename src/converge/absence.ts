import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Connection, Identity } from '../connect/connection.ts'
import { EXIT, HakubeError, isKnown } from '../errors.ts'
import type { Script } from '../shell/sh.ts'
import type { Absence } from '../task.ts'

/** Most seconds between two attempts; they double from 1. */
const LONGEST = 12

interface Away {
  host: string
  connection: Connection
  identity: Identity
  signal: AbortSignal
}

/**
 * Waits until a host is back, and ready. Throws HakubeError `not-back` if that takes too long, `interrupted` at the
 * first Ctrl-C.
 */
export async function outlast(absence: Absence, away: Away): Promise<void> {
  await pause(absence.delay, away)
  let anew = absence.gone
  await until(absence, away, 'back', async () => {
    if (anew) await away.connection.reopen?.(absence.connectTimeout)
    anew = true
    return (await ask(absence.isBack, away)).code === 0
  })
  await until(absence, away, 'ready', async () => (await ask(absence.isReady, away)).code === 0)
}

/** Tries until it holds; a host that cannot be reached is one more reason to wait. */
async function until(
  { timeout, sleep: every }: Absence,
  away: Away,
  what: string,
  holds: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + timeout * 1000
  let why = ''
  for (let attempt = 0; ; attempt++) {
    try {
      if (await holds()) return
      why = ''
    } catch (error) {
      if (!isKnown(error) || error.exitCode !== EXIT.unreachable) throw error
      why = `: ${error.message}`
    }
    const seconds = every ?? Math.min(2 ** attempt, LONGEST)
    if (performance.now() + seconds * 1000 > deadline)
      throw new HakubeError(`${away.host} is not ${what} after ${timeout} seconds${why}`, {
        code: 'not-back',
        exitCode: EXIT.failed,
        host: away.host,
      })
    await pause(seconds, away)
  }
}

async function ask(script: Script, { connection, identity }: Away): Promise<Answer> {
  const shell = await connection.shell(identity)
  const { answers } = await shell.exchange({ questions: [{ id: 'back', script }] })
  const answer = answers.get('back')
  if (!answer) throw new TypeError('no answer of the host that was waited for')
  return answer
}

async function pause(seconds: number, { signal, host }: Away): Promise<void> {
  try {
    await sleep(seconds * 1000, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
    throw new HakubeError('interrupted', { code: 'interrupted', exitCode: EXIT.interrupted, host })
  }
}
