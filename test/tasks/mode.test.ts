import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyMode, parseMode, showMode } from '../../src/tasks/mode.ts'
import cases from './mode-cases.json' with { type: 'json' }

// What ansible-core 2.14 makes of each mode, with umask 022: mode, bits before, directory, bits after.
test('symbolic modes give the bits that Ansible gives', () => {
  for (const [text, before, directory, after] of cases) {
    const base = { mode: Number.parseInt(String(before), 8), directory: directory === true, umask: 0o022 }
    const what = `${text} on ${before}${base.directory ? ' (directory)' : ''}`
    expect(`${what}: ${showMode(applyMode(parseMode(String(text)), base))}`).toBe(`${what}: ${after}`)
  }
})

test('a second +X after -x sees the bits that are left, as chmod does', () => {
  expect(applyMode(parseMode('a-x+X'), { mode: 0o755, directory: false, umask: 0 })).toBe(0o644)
})

describe('octal', () => {
  test.each([
    ['0644', 0o644],
    ['644', 0o644],
    ['0o644', 0o644],
    ['01777', 0o1777],
    ['0', 0],
    [420, 0o644],
    [0o755, 0o755],
    [0o4755, 0o4755],
    [0o1777, 0o1777],
    [0, 0],
  ])('%j', (input, octal) => {
    expect(parseMode(input)).toEqual({ octal })
  })
})

describe('refused', () => {
  test.each([
    [644, /decimal number, the mode 1204: write it in quotes, "0644"/],
    [755, /"0755"/],
    [600, /"0600"/],
    [400, /"0400"/],
    [777, /"0777"/],
    [-1, /in quotes/],
    [4096, /in quotes/],
    [6.5, /in quotes/],
    ['0888', /digits go from 0 to 7/],
    ['17777', /bits beyond 07777/],
    ['', /neither octal nor symbolic/],
    ['rwxr-xr-x', /neither octal nor symbolic/],
    ['u=rw,', /neither octal nor symbolic/],
    ['z+x', /neither octal nor symbolic/],
    ['u+z', /neither octal nor symbolic/],
  ])('%j', (input, message) => {
    expect(() => parseMode(input)).toThrow(message)
  })
})

test('applying a mode twice changes nothing more, where no part of it copies bits', () => {
  const clause = fc
    .tuple(
      fc.stringMatching(/^[ugo]{1,3}$/),
      fc.constantFrom('+', '-', '='),
      fc.stringMatching(/^[rwxst]{0,4}$/),
    )
    .map((parts) => parts.join(''))
  const mode = fc.array(clause, { minLength: 1, maxLength: 4 }).map((clauses) => clauses.join(','))
  fc.assert(
    fc.property(mode, fc.nat(0o7777), fc.boolean(), (text, before, directory) => {
      const parsed = parseMode(text)
      const once = applyMode(parsed, { mode: before, directory, umask: 0o022 })
      expect(applyMode(parsed, { mode: once, directory, umask: 0o022 })).toBe(once)
      expect(once & ~0o7777).toBe(0)
    }),
  )
})
