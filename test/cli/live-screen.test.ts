import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { LiveScreen } from '../../src/cli/live-screen.ts'

function terminal(rows?: number) {
  const written: string[] = []
  const modes: boolean[] = []
  const interrupt = new AbortController()
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true as const,
    setRawMode(mode: boolean) {
      modes.push(mode)
      return stdin
    },
  })
  const screen = new LiveScreen({
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part of a terminal that is used
    stdin: stdin as never,
    stdout: {
      write: (text) => written.push(String(text)),
      isTTY: true,
      ...(rows === undefined ? {} : { rows }),
    },
    stderr: { write: () => true },
    env: {},
    cwd: '/',
    interrupt: interrupt.signal,
    abort: new AbortController().signal,
  })
  return { screen, stdin, written, modes, interrupt }
}

describe('LiveScreen', () => {
  it('draws each frame in one write, over the old one, without clearing first', () => {
    const { screen, written } = terminal()
    screen.open()
    written.length = 0
    screen.draw(['one', 'two'])
    expect(written).toEqual(['\u001B[Hone\u001B[K\r\ntwo\u001B[K\u001B[J'])
  })

  it('leaves out what does not fit', () => {
    const { screen, written } = terminal(2)
    screen.draw(['one', 'two', 'three'])
    expect(written.join()).not.toContain('three')
  })

  it.each(['q', 'Q', '\u0003', 'xq'])('is ended by %j', async (keys) => {
    const { screen, stdin } = terminal()
    screen.open()
    stdin.write(keys)
    await expect.poll(() => screen.ended.aborted).toBe(true)
  })

  it('is ended by a signal, not by other keys', async () => {
    const { screen, stdin, interrupt } = terminal()
    screen.open()
    stdin.write('x')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(screen.ended.aborted).toBe(false)
    interrupt.abort()
    expect(screen.ended.aborted).toBe(true)
  })

  it('leaves the terminal as it was', () => {
    const { screen, written, modes } = terminal()
    screen.open()
    screen.close()
    expect(modes).toEqual([true, false])
    expect(written.join('')).toBe('\u001B[?1049h\u001B[?25l\u001B[?7l\u001B[?7h\u001B[?25h\u001B[?1049l')
  })
})
