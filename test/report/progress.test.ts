import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createReporter } from '../../src/report/create.ts'
import type { Reporter } from '../../src/report/events.ts'
import { outcome, recap, scenes } from './scenes.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A terminal that knows the sequences that we use: what a person sees, and how often it was written to. */
function terminal(columns: number): { text: () => string; writes: () => number; reporter: Reporter } {
  let lines = ['']
  let writes = 0
  const put = (text: string): void => {
    for (const part of text.split(/(\u001b\[\d*[A-Z]|\r|\n)/)) {
      const up = /^\u001b\[(\d+)A$/.exec(part)
      if (up) lines = [...lines.slice(0, lines.length - 1 - Number(up[1])), '']
      else if (part === '\n') lines.push('')
      else if (part === '\r' || part === '\u001b[J') lines[lines.length - 1] = ''
      else lines[lines.length - 1] += part
      if (part.includes('\u001b') && !up && part !== '\u001b[J')
        throw new Error(`unknown: ${JSON.stringify(part)}`)
    }
  }
  const stream = {
    isTTY: true,
    columns,
    write: (text: string) => {
      writes += 1
      put(text)
    },
  }
  const reporter = createReporter({
    output: 'pretty',
    stdout: stream,
    stderr: stream,
    color: false,
    verbosity: 0,
    diff: false,
    width: columns,
    redact: (text) => text,
  })
  return { text: () => lines.join('\n'), writes: () => writes, reporter }
}

const hosts = ['m1', 'm2']
const start = { type: 'run-start', playbook: 'ha.yml', hosts, check: false, version: '0' } as const

test('lines show what hosts are doing, go for a result, and come back', () => {
  const { reporter, text } = terminal(80)
  reporter.handle(start)
  vi.advanceTimersByTime(200)
  expect(text()).toBe('  m1  connecting … 0 s\n  m2  connecting … 0 s\n')
  reporter.handle({ type: 'task-start', host: 'm1', task: 'Install packages' })
  vi.advanceTimersByTime(2000)
  expect(text()).toBe('  m1  Install packages … 2 s\n  m2  connecting … 2 s\n')
  reporter.handle(
    outcome({ host: 'm1', task: 'Install packages', status: 'changed', reason: 'install haproxy' }),
  )
  expect(text()).toBe('changed  m1  Install packages — install haproxy\n')
  vi.advanceTimersByTime(100)
  expect(text()).toBe('changed  m1  Install packages — install haproxy\n  m2  connecting … 2 s\n')
  reporter.handle({ type: 'run-end', recap: [recap('m1')], exitCode: 0, ms: 1 })
  expect(text()).not.toContain('connecting')
  expect(text()).toMatch(/1 host, 0 changed, 0.00 s\n$/)
  reporter.close()
  expect(vi.getTimerCount()).toBe(0)
})

test('lines keep away from a prompt', () => {
  const { reporter, text, writes } = terminal(80)
  reporter.handle(start)
  vi.advanceTimersByTime(200)
  reporter.handle({ type: 'prompt', open: true })
  expect(text()).toBe('')
  const before = writes()
  vi.advanceTimersByTime(5000)
  expect(writes()).toBe(before)
  reporter.handle({ type: 'prompt', open: false })
  vi.advanceTimersByTime(200)
  expect(text()).toBe('  m1  connecting … 5 s\n  m2  connecting … 5 s\n')
  reporter.close()
})

test('nothing is drawn for what is over at once', () => {
  const { reporter, text, writes } = terminal(80)
  reporter.handle(start)
  vi.advanceTimersByTime(120)
  for (const host of hosts) reporter.handle(outcome({ host, task: 'x', status: 'ok' }))
  vi.advanceTimersByTime(1000)
  expect(text()).toBe('')
  expect(writes()).toBe(0)
  reporter.close()
})

test('it is redrawn ten times a second at most, however many events come', () => {
  const { reporter, writes } = terminal(80)
  reporter.handle(start)
  vi.advanceTimersByTime(1000)
  const before = writes()
  for (let number = 0; number < 1000; number++) {
    reporter.handle({ type: 'task-start', host: `h${number % 5}`, task: `task ${number}` })
    vi.advanceTimersByTime(1)
  }
  expect(writes() - before).toBeLessThanOrEqual(10)
  reporter.close()
})

test('many hosts become one line, and no line is wider than the terminal', () => {
  const { reporter, text } = terminal(40)
  const many = Array.from({ length: 20 }, (_, index) => `node${index}`)
  reporter.handle({ ...start, hosts: many })
  for (const host of many.slice(5))
    reporter.handle({ type: 'task-start', host, task: 'Install 漢字 packages' })
  vi.advanceTimersByTime(300)
  expect(text()).toBe('  20 of 20 hosts at work: Install 漢字…\n')
  reporter.close()
  expect(text()).toBe('')
})

test('a task name cannot draw lines of its own', () => {
  const { reporter, text } = terminal(80)
  reporter.handle(start)
  reporter.handle({ type: 'task-start', host: 'm1', task: 'one\ntwo\u001b[2J' })
  vi.advanceTimersByTime(300)
  expect(text()).toContain('  m1  one two … 0 s\n')
  reporter.close()
})

test.each(Object.keys(scenes))('nothing of the progress is left behind after %s', (scene) => {
  const { reporter, text } = terminal(80)
  for (const event of scenes[scene] ?? []) {
    reporter.handle(event)
    vi.advanceTimersByTime(350)
  }
  reporter.close()
  expect(text()).not.toMatch(/ … \d+ s$/m)
})
