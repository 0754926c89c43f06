import { describe, expect, it } from 'vitest'
import type { Connection, Shell } from '../../src/connect/connection.ts'
import { EXIT, HakubeError } from '../../src/errors.ts'
import { Revivable } from '../../src/run/revivable.ts'

const gone = (code = 'connection-lost') => new HakubeError('gone', { code, exitCode: EXIT.unreachable })

/** Connections by number, each with one shell whose messages fail as `wrong` says. */
function scene(wrong: (connection: number) => Error | undefined) {
  const events: string[] = []
  let count = 0
  const open = (): Promise<Connection> => {
    const number = ++count
    events.push(`open ${number}`)
    const shell: Shell = {
      identity: {},
      trips: 0,
      exchange: () => {
        const error = wrong(number)
        if (error) return Promise.reject(error)
        events.push(`exchange ${number}`)
        return Promise.resolve({ apply: undefined, answers: new Map() })
      },
    }
    return Promise.resolve({
      host: 'h',
      shell: () => Promise.resolve(shell),
      forward: () => Promise.reject(new Error('not here')),
      abort: () => Promise.resolve(),
      close: () => {
        events.push(`close ${number}`)
        return Promise.resolve()
      },
    })
  }
  const connection = new Revivable('h', open, () => events.push('lost'))
  const say = async () => (await connection.shell({})).exchange({})
  return { connection, events, say }
}

describe('a connection that may come back', () => {
  it('is opened once, and anew for who asks after it was lost', async () => {
    const { events, say } = scene((number) => (number === 1 && events.length > 2 ? gone() : undefined))
    await Promise.all([say(), say()])
    await expect(say()).rejects.toThrow('gone')
    await say()
    expect(events).toEqual(['open 1', 'exchange 1', 'exchange 1', 'lost', 'close 1', 'open 2', 'exchange 2'])
  })

  it('stays where only becoming another user failed', async () => {
    const { events, say } = scene(() => gone('become-failed'))
    await expect(say()).rejects.toThrow('gone')
    await expect(say()).rejects.toThrow('gone')
    expect(events).toEqual(['open 1'])
  })

  it('is another one after a reset; the old one, and its lock, stay until the end', async () => {
    const { connection, events, say } = scene(() => undefined)
    await say()
    await connection.reset()
    await say()
    await connection.close()
    expect(events).toEqual(['open 1', 'exchange 1', 'open 2', 'exchange 2', 'close 1', 'close 2'])
  })
})
