import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createReporter, type ReporterOptions } from '../../src/report/create.ts'
import { scenes } from './scenes.ts'

const redact = (text: string): string => text.replaceAll('s3cret', '********')

/** What a scene prints; lines of stderr are marked, colours are made readable. */
function play(scene: string, options: Partial<ReporterOptions>): string {
  let text = ''
  const stream = (mark: string): ReporterOptions['stdout'] => ({
    write: (chunk) => {
      text += chunk.replaceAll(/^(?=.)/gm, mark)
    },
  })
  const reporter = createReporter({
    output: 'plain',
    stdout: stream('  '),
    stderr: stream('! '),
    color: false,
    verbosity: 0,
    diff: false,
    width: 100,
    redact,
    ...options,
  })
  for (const event of scenes[scene] ?? []) reporter.handle(event)
  reporter.close()
  return text.replaceAll(/\u001b\[(\d+)m/g, '<$1>')
}

const cases: [file: string, scene: string, options: Partial<ReporterOptions>][] = [
  ['no-op', 'no-op', {}],
  ['no-op-v', 'no-op', { verbosity: 1 }],
  ['no-op-vv', 'no-op', { verbosity: 2 }],
  ['first-run', 'first-run', {}],
  ['first-run-diff', 'first-run', { diff: true }],
  ['first-run-diff-color', 'first-run', { diff: true, color: true }],
  ['first-run-pretty-without-terminal', 'first-run', { output: 'pretty' }],
  ['check-diff', 'check', { diff: true }],
  ['check-runs', 'check-runs', {}],
  ['failures', 'failures', {}],
  ['failures-color', 'failures', { color: true }],
  ['many-hosts', 'many-hosts', {}],
  ['many-hosts-v', 'many-hosts', { verbosity: 1 }],
  ['many-hosts-no-op', 'many-hosts-no-op', {}],
  ['bad-input', 'bad-input', {}],
  ['bad-input-narrow', 'bad-input', { width: 40 }],
  ['hostile-diff', 'hostile', { diff: true, verbosity: 2 }],
  ['hostile-json', 'hostile', { output: 'json' }],
  ['failures-json', 'failures', { output: 'json' }],
  ['bad-input-json', 'bad-input', { output: 'json' }],
  ['bug', 'bug', {}],
]

test.each(cases)('%s', (file, scene, options) => {
  const url = new URL(`golden/${file}.txt`, import.meta.url)
  const text = play(scene, options)
  // UPDATE=1 writes the files anew; look at them before they are committed.
  if (process.env['UPDATE'] !== undefined) writeFileSync(url, text)
  expect(text).toBe(readFileSync(url, 'utf8'))
})

test.each(Object.keys(scenes))('%s as JSON: every line is an object, nothing else is printed', (scene) => {
  const lines = play(scene, { output: 'json' }).trimEnd().split('\n')
  const objects = lines.map((line): unknown => JSON.parse(line))
  expect(objects).toHaveLength((scenes[scene] ?? []).length)
  expect(objects[0]).toMatchObject({ schema: 1 })
})

test('no scene shows a secret or a control character, in no form of output', () => {
  for (const output of ['plain', 'json'] as const) {
    for (const scene of Object.keys(scenes)) {
      const text = play(scene, { output, verbosity: 3, diff: true })
      expect(text).not.toContain('s3cret')
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    }
  }
})

test('a reader that has gone ends the output and not the run', () => {
  const errors: ((error: Error) => void)[] = []
  let written = 0
  const stdout: ReporterOptions['stdout'] = {
    write: () => {
      written += 1
      throw Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
    },
    on: (_event, listener) => errors.push(listener),
  }
  play('first-run', { stdout })
  expect(written).toBe(1)
  expect(errors).toHaveLength(1)
})

test('an error event of the stream ends the output too', () => {
  let fail: (error: Error) => void = () => undefined
  let written = 0
  const stdout: ReporterOptions['stdout'] = {
    write: () => {
      written += 1
      fail(new Error('write EPIPE'))
    },
    on: (_event, listener) => {
      fail = listener
    },
  }
  play('first-run', { stdout })
  expect(written).toBe(1)
})
