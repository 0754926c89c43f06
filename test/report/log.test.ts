import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { logDirectory, openLog } from '../../src/report/log.ts'
import { scenes } from './scenes.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hakube-log-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const redact = (text: string): string => text.replaceAll('s3cret', '********')

function read(path: string): { type?: string }[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  return lines.map((line): { type?: string } => JSON.parse(line))
}

test('every event is in the file, without secrets, for the owner only', async () => {
  const log = await openLog({ env: { HOME: home }, redact })
  expect(log.path.startsWith(join(home, '.local/state/hakube/log/'))).toBe(true)
  const events = Object.values(scenes).flat()
  for (const event of events) log.reporter.handle(event)
  log.reporter.close()
  expect(read(log.path).map(({ type }) => type)).toEqual(events.map(({ type }) => type))
  expect(readFileSync(log.path, 'utf8')).not.toContain('s3cret')
  expect(statSync(log.path).mode & 0o777).toBe(0o600)
  expect(statSync(dirname(log.path)).mode & 0o777).toBe(0o700)
})

test('what is written is there at once: a crash loses nothing', async () => {
  const log = await openLog({ env: { HOME: home }, redact })
  log.bug(new TypeError('x s3cret', { cause: new Error('why') }))
  const [line] = read(log.path)
  expect(line).toMatchObject({
    level: 60,
    type: 'bug',
    error: { message: 'TypeError: x ********', cause: { code: 'bug' } },
  })
  expect(JSON.stringify(line)).toContain('log.test.ts')
})

test('the last ten logs are kept, and only logs are deleted', async () => {
  const directory = logDirectory({ XDG_STATE_HOME: home })
  expect(directory).toBe(join(home, 'hakube/log'))
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'notes.txt'), '')
  const open = async (second: number): Promise<string> => {
    const now = new Date(Date.UTC(2026, 0, 1, 0, 0, second))
    const { path, reporter } = await openLog({ env: { XDG_STATE_HOME: home }, redact, now })
    reporter.close()
    return path
  }
  const paths: string[] = []
  for (let second = 0; second < 12; second++) paths.push(await open(second))
  const left = readdirSync(directory).map((name) => join(directory, name))
  expect(left.sort()).toEqual([...paths.slice(2), join(directory, 'notes.txt')].sort())
})

test('a relative XDG_STATE_HOME is ignored', () => {
  expect(logDirectory({ XDG_STATE_HOME: 'state', HOME: '/h' })).toBe('/h/.local/state/hakube/log')
})

test('a directory that cannot be made is an error for the caller to warn about', async () => {
  writeFileSync(join(home, '.local'), '')
  chmodSync(join(home, '.local'), 0o400)
  await expect(openLog({ env: { HOME: home }, redact })).rejects.toThrow()
})
