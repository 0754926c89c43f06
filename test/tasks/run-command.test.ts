import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Run, resultOfRun, showDelta, splitLines } from '../../src/tasks/run-command.ts'
import { sh } from '../../src/shell/sh.ts'
import { answer } from '../world/answer.ts'

const run: Run = {
  program: sh`true`,
  cmd: 'true',
  shown: 'true',
  chdir: undefined,
  creates: undefined,
  removes: undefined,
  stdin: undefined,
  stripEmptyEnds: false,
}

const begin = '#hakube began 2026-01-31 23:59:59.900000000\n'
const end = '\n#hakube ended 2026-02-01 00:00:01.150000000\n'

test('start, end and delta', () => {
  expect(resultOfRun(run, answer(`${begin}x\n${end}`))).toMatchObject({
    stdout: 'x\n',
    start: '2026-01-31 23:59:59.900000',
    end: '2026-02-01 00:00:01.150000',
    delta: '0:00:01.250000',
  })
})

test('whole seconds where the host has no finer clock', () => {
  const text = `#hakube began 2026-01-31 10:00:00.%N\nx\n#hakube ended 2026-01-31 10:00:02.%N\n`
  expect(resultOfRun(run, answer(text))).toMatchObject({
    stdout: 'x',
    start: '2026-01-31 10:00:00',
    delta: '0:00:02',
  })
})

test('a command that was killed has no end', () => {
  expect(resultOfRun(run, answer(`${begin}part`, 137))).toMatchObject({
    rc: 137,
    stdout: 'part',
    end: null,
    delta: null,
  })
})

test('any output comes back as it is, even the marks themselves', () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom(begin, end, '\n'))
  const texts = fc.array(piece).map((pieces) => pieces.join(''))
  fc.assert(fc.property(texts, (text) => resultOfRun(run, answer(begin + text + end))['stdout'] === text))
})

test.each([
  [0, '0:00:00'],
  [1, '0:00:00.000001'],
  [3_725_000_000, '1:02:05'],
  [-5, '0:00:00'],
])('%d µs is %s', (micros, text) => {
  expect(showDelta(micros)).toBe(text)
})

test.each([
  ['', []],
  ['a', ['a']],
  ['a\r\nb\rc\n', ['a', 'b', 'c']],
  ['\n\n', ['', '']],
])('the lines of %j', (text, lines) => {
  expect(splitLines(text)).toEqual(lines)
})
