import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Channel, Ending } from '../../src/connect/channel.ts'
import { Tail } from '../../src/connect/channel.ts'
import { FramedShell, type ShellOptions } from '../../src/connect/shell.ts'
import { sh } from '../../src/shell/sh.ts'

/** A channel whose other end is the test. */
class TestChannel implements Channel {
  readonly stdin = new PassThrough()
  readonly stdout = new PassThrough()
  readonly stderr = new PassThrough()
  destroyed = 0
  end: (ending: Ending) => void = () => undefined
  readonly ended = new Promise<Ending>((resolve) => {
    this.end = resolve
  })

  destroy(): void {
    this.destroyed += 1
  }

  /** The frame word of the message that was written last. */
  frame(): string {
    const text = String(this.stdin.read())
    return /^hakube_f=(\S+)/m.exec(text)?.[1] ?? `no frame in ${text}`
  }
}

function open(options: Partial<ShellOptions> = {}): { channel: TestChannel; shell: FramedShell } {
  const channel = new TestChannel()
  return { channel, shell: new FramedShell(channel, { host: 'm1', identity: {}, ...options }) }
}

const question = { questions: [{ id: 'a', script: sh`:` }] }
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a shell at the other end of a channel', () => {
  it.each<[string, Ending, string, string]>([
    [
      'the connection went away',
      { code: null, signal: null },
      '',
      'the connection was lost (0 of 1 questions answered)',
    ],
    [
      'it ended',
      { code: 127, signal: null },
      'sh: not found\n',
      'the shell on the host ended with code 127 (0 of 1 questions answered): sh: not found',
    ],
    [
      'it was killed',
      { code: null, signal: 'SIGKILL' },
      '',
      'the shell on the host was ended by signal SIGKILL (0 of 1 questions answered)',
    ],
  ])('is lost when %s', async (_how, ending, words, message) => {
    const { channel, shell } = open()
    const asked = shell.exchange(question)
    await settled()
    channel.stderr.write(words)
    await settled()
    channel.end(ending)
    await expect(asked).rejects.toMatchObject({ code: 'connection-lost', exitCode: 4, host: 'm1', message })
    expect(shell.broken).toBe(true)
    await expect(shell.exchange(question)).rejects.toMatchObject({ code: 'connection-lost' })
  })

  it('is given up when it talks nonsense', async () => {
    const { channel, shell } = open()
    const asked = shell.exchange(question)
    await settled()
    channel.stdout.write(`${channel.frame()} what\n`)
    await expect(asked).rejects.toMatchObject({ code: 'garbled-reply', exitCode: 4, host: 'm1' })
    expect(channel.destroyed).toBe(1)
  })

  it('gets its functions with the first message only', async () => {
    const { channel, shell } = open()
    for (const isFirst of [true, false]) {
      const asked = shell.exchange({})
      await settled()
      const text = String(channel.stdin.read())
      expect(text.includes('hakube_q()')).toBe(isFirst)
      const frame = /^hakube_f=(\S+)/.exec(text)?.[1] ?? ''
      channel.stdout.write(
        `${Buffer.from(`${frame} hello 1 setsid\n\n${frame} end\n`)
          .toString('base64')
          .replaceAll(/(.{76})/g, '$1\n')}\n`,
      )
      expect(await asked).toEqual({ apply: undefined, answers: new Map() })
    }
    expect(shell.trips).toBe(2)
  })

  it('says which process hangs when the time of a change is over', async () => {
    const hung: unknown[] = []
    const { channel, shell } = open({ onHungApply: (running) => hung.push(running) })
    const asked = shell.exchange({ apply: { script: sh`:`, timeout: 0.2 } })
    await settled()
    channel.stdout.write(`${channel.frame()} pid 4711 setsid\n`)
    await expect(asked).rejects.toMatchObject({
      code: 'timed-out',
      exitCode: 2,
      message: 'the change did not end within 0.2 s (change not finished)',
    })
    expect(hung).toEqual([{ pid: 4711, ownGroup: true }])
  })

  it('fails what is under way when it is closed', async () => {
    const { shell } = open()
    const asked = shell.exchange(question)
    await settled()
    shell.close()
    await expect(asked).rejects.toMatchObject({
      code: 'connection-lost',
      message: 'the connection was closed',
    })
  })
})

describe('the tail of a text', () => {
  it('keeps the last bytes, and characters that were cut in two', () => {
    const tail = new Tail(5)
    for (const byte of Buffer.from(' abcé\n')) tail.push(Buffer.from([byte]))
    expect(tail.toString()).toBe('bcé')
  })
})
