import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSeen } from '../../src/facts/seen.ts'

const names = new Set(['env', 'files', 'addr'])

test('sections and files come apart', () => {
  const seen = readSeen('\u001efiles\n/etc/a:one\n/etc/a:two: x\n/etc/b:\n\u001eaddr\n1: lo\n', names)
  expect(seen.section('addr')).toBe('1: lo\n')
  expect(seen.section('env')).toBeUndefined()
  expect(seen.file('/etc/a')).toBe('one\ntwo: x')
  expect(seen.file('/etc/b')).toBe('')
  expect(seen.file('/etc/c')).toBeUndefined()
  expect(seen.paths(/^\/etc\//)).toEqual(['/etc/a', '/etc/b'])
})

test('a separator inside of a text does not start a section', () => {
  const seen = readSeen('\u001eenv\nA=1\u001enonsense\nB=2\u001eenv\nC=3\n', names)
  expect(seen.section('env')).toBe('A=1\u001enonsense\nB=2\u001eenv\nC=3\n')
})

test('any text is read without an exception', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('\u001e', '\n', 'e', 'n', 'v', '/', ':', ' ') }),
      (text) => {
        readSeen(text, names)
      },
    ),
  )
})
