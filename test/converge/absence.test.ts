import { expect, test } from 'vitest'
import type { Connection, Shell } from '../../src/connect/connection.ts'
import { outlast } from '../../src/converge/absence.ts'
import { Revivable } from '../../src/run/revivable.ts'
import { EXIT, HakubeError } from '../../src/errors.ts'
import { Script } from '../../src/shell/sh.ts'
import type { Absence } from '../../src/task.ts'
import { runLocal } from '../support/run-local.ts'

const BACK = new Script('back?')
const READY = new Script('ready?')
const absence: Absence = { gone: true, delay: 0, timeout: 2, sleep: 0.01, isBack: BACK, isReady: READY }

const unreachable = new HakubeError('no route', { code: 'connection-lost', exitCode: EXIT.unreachable })

/** What happens at the attempts to reach a host: an error, or the statuses that it answers with. */
type Attempt = HakubeError | { back: number; ready?: number }

/** A host of which these attempts come true, the last one for ever. `seen` tells what was done. */
async function hostThat(attempts: readonly Attempt[]): Promise<{ connection: Connection; seen: string[] }> {
  const seen: string[] = []
  let left = [...attempts]
  const open = (timeout?: number): Promise<Connection> => {
    seen.push(timeout === undefined ? 'open' : `open in ${timeout}`)
    const now = left[0]
    if (left.length > 1) left = left.slice(1)
    if (!now || now instanceof HakubeError) return Promise.reject(now ?? unreachable)
    const shell: Shell = {
      identity: {},
      trips: 0,
      exchange: ({ questions = [] }) => {
        const [{ script } = { script: READY }] = questions
        seen.push(script.text)
        const code = script === BACK ? now.back : (now.ready ?? 0)
        const answer = { code, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
        return Promise.resolve({ apply: undefined, answers: new Map([['back', answer]]) })
      },
    }
    return Promise.resolve({
      host: 'a',
      shell: () => Promise.resolve(shell),
      forward: () => Promise.reject(unreachable),
      abort: () => Promise.resolve(),
      close: () => {
        seen.push('close')
        return Promise.resolve()
      },
    })
  }
  const connection = new Revivable('a', open, () => seen.push('lost'))
  await connection.now()
  return { connection, seen }
}

const wait = async (host: Connection, more: Partial<Absence> = {}, signal = new AbortController().signal) =>
  outlast({ ...absence, ...more }, { host: 'a', connection: host, identity: {}, signal })

test('it connects anew until the host is back, and asks until it is ready', async () => {
  const { connection, seen } = await hostThat([{ back: 0 }, { back: 1 }, unreachable, { back: 0, ready: 0 }])
  await wait(connection, { connectTimeout: 3 })
  expect(seen).toEqual(
    'open|lost|close|open in 3|back?|lost|close|open in 3|open in 3|back?|ready?'.split('|'),
  )
})

test('a connection that may still be there is asked first', async () => {
  const { connection, seen } = await hostThat([{ back: 0 }])
  await wait(connection, { gone: false })
  expect(seen).toEqual(['open', 'back?', 'ready?'])
})

test('time runs out for a host that stays away, and for one that is never ready', async () => {
  const away = await hostThat([{ back: 0 }, unreachable])
  await expect(wait(away.connection, { timeout: 0.05 })).rejects.toMatchObject({
    code: 'not-back',
    message: 'a is not back after 0.05 seconds: no route',
  })
  const ill = await hostThat([{ back: 0, ready: 1 }])
  await expect(wait(ill.connection, { timeout: 0.05 })).rejects.toThrow('a is not ready after 0.05 seconds')
})

test('what has nothing to do with reaching it is not tried again', async () => {
  const changed = new HakubeError('its key has changed', { code: 'host-key', exitCode: EXIT.invalid })
  const { connection } = await hostThat([{ back: 0 }, changed])
  await expect(wait(connection)).rejects.toBe(changed)
})

test('Ctrl-C ends the waiting', async () => {
  const { connection } = await hostThat([{ back: 1 }])
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 20)
  await expect(wait(connection, { timeout: 60, sleep: 30 }, stop.signal)).rejects.toMatchObject({
    code: 'interrupted',
  })
})

test('the machine that hakube runs on is there', async () => {
  const play = `- hosts: web
  gather_facts: false
  tasks:
    - {name: up, wait_for_connection: {timeout: 1}}
`
  const { story } = await runLocal(play, { inventory: '[web]\na ansible_connection=local\n' })
  expect(story).toEqual(['a up ok'])
})

test('nor is it rebooted for another host', async () => {
  const play = `- hosts: web
  gather_facts: false
  tasks:
    - {name: up, reboot: , delegate_to: localhost}
`
  const { story } = await runLocal(play, { inventory: '[web]\na ansible_connection=local\n' })
  expect(story).toEqual([expect.stringContaining('would reboot the machine that hakube runs on')])
})
