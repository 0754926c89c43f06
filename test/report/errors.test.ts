import { expect, test } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { cleaner } from '../../src/report/clean.ts'
import { formatError, type ErrorFormat } from '../../src/report/errors.ts'
import { createStyle } from '../../src/report/style.ts'

function showError(error: unknown, options: Partial<ErrorFormat> = {}): string {
  const clean = cleaner((text) => text)
  const lines = formatError(error, { style: createStyle(false), clean, width: 100, ...options })
  return lines.map((line) => `${line}\n`).join('')
}

test('a known error never shows a stack', () => {
  const error = new HakubeError('no such group: masters', { code: 'unknown-group', hint: 'see --list' })
  expect(showError(error)).toBe('error: no such group: masters\n  hint: see --list\n  code: unknown-group\n')
})

test('a bug says that it is one, with its stack where there is no log', () => {
  const error = new TypeError('x is undefined')
  expect(showError(error)).toMatch(/^error: this is a bug in hakube: TypeError: x is undefined\n +at /)
  expect(showError(error, { logFile: '/l/x.log' })).toBe(
    'error: this is a bug in hakube: TypeError: x is undefined\n' +
      '  hint: please report it with the log file, which has the stack\n  log: /l/x.log\n',
  )
})

test.each([
  [
    'what is thrown need not be an error',
    'text',
    'error: this is a bug in hakube: text\n  hint: please report it\n',
  ],
  [
    'of an object we see its fields',
    { a: 1 },
    'error: this is a bug in hakube: { a: 1 }\n  hint: please report it\n',
  ],
])('%s', (_name, thrown, text) => {
  expect(showError(thrown)).toBe(text)
})

test('secrets and control characters do not get through', () => {
  const error = new HakubeError('bad \u001b[2Jpass', {
    code: 'x',
    place: { file: 'pass.yml', line: 1, source: 'pass' },
  })
  expect(showError(error, { clean: cleaner((text) => text.replaceAll('pass', '***')) })).toBe(
    'error: bad ***\n  --> ***.yml:1\n  1 | ***\n  code: x\n',
  )
})
