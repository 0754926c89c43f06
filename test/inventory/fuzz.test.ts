import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { InventoryBuilder } from '../../src/inventory/builder.ts'
import { reconcile, tooDeep } from '../../src/inventory/hierarchy.ts'
import { applyIni } from '../../src/inventory/ini-apply.ts'
import { parseIni } from '../../src/inventory/ini.ts'

/** Reads a text as an inventory. Mistakes are collected: anything that is thrown is a bug. */
function read(text: string): InventoryBuilder {
  const builder = new InventoryBuilder()
  applyIni(parseIni(text, 'f.ini'), builder)
  reconcile(builder)
  const deep = builder.errors.length === 0 ? tooDeep(builder) : undefined
  if (deep) builder.errors.push(deep)
  return builder
}

function check(text: string): void {
  const { errors, warnings } = read(text)
  for (const error of errors) {
    expect(error).toBeInstanceOf(HakubeError)
    expect(error.place?.line).toBeGreaterThan(0)
    expect(error.place?.column).toBeGreaterThan(0)
  }
  for (const { place } of warnings) if (place) expect(place.line).toBeGreaterThan(0)
}

const pieces = fc.constantFrom(
  ...'[ ] : = # ; " \' \\ , { } ( ) a b web n1 [1:3] [a:c] [01:10:3] [web] [web:vars] [b:children] :22 fd00::1'.split(
    ' ',
  ),
  ...'1 1.5 True None {{ }} --- ~ - + _ | @ é ü 1e3 0x1f ansible_host= ansible_group_priority= \uFEFF'.split(
    ' ',
  ),
  ' ',
  '\t',
  '\n',
  '\n',
  '\n[a]\n',
  '\r',
  '\u0085',
  '\u00a0',
  '\u2028',
  '\x1c',
)

describe('any text at all', () => {
  it('is an inventory or a list of mistakes with places', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => check(parts.join(''))),
      { numRuns: 3000 },
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => check(text)),
      { numRuns: 500 },
    )
  })
})

const N = 100_000

describe('texts that could take for ever', () => {
  it.each<[string, string]>([
    ['a long word', `${'a'.repeat(N)}\n`],
    ['a long name with dots', `${'a.'.repeat(N)}b\n`],
    ['many labels that end badly', `${'a-'.repeat(N)}\n`],
    ['a long value', `h x=${'v'.repeat(N)}\n`],
    ['many variables', `h ${'x=1 '.repeat(N / 10)}\n`],
    ['open brackets', `h${'['.repeat(N)}\n`],
    ['closed ranges', `h${'[1:1]'.repeat(2000)}\n`],
    ['ranges that multiply', `h${'[1:9]'.repeat(40)}\n`],
    ['a huge range', 'h[0:999999999999]\n'],
    ['a huge padded range', 'h[0000000001:9999999999]\n'],
    ['a huge step', 'h[1:3:99999999999999999999]\n'],
    ['addresses', `${'1:'.repeat(N)}\n`],
    ['zeros and colons', `${'0:'.repeat(N)}x\n`],
    ['quotes', `h a=${'"'.repeat(N)}\n`],
    ['pairs of quotes', `h a=${`"'`.repeat(N)}\n`],
    ['backslashes', `h a=${'\\'.repeat(N)}\n`],
    ['nested lists', `h a="${'['.repeat(N)}"\n`],
    ['nested lists that close', `[all:vars]\na=${'['.repeat(5000)}${']'.repeat(5000)}\n`],
    ['nested dicts', `[all:vars]\na=${'{1:'.repeat(N / 10)}\n`],
    ['signs', `[all:vars]\na=${'-'.repeat(N)}1\n`],
    ['digits', `[all:vars]\na=${'9'.repeat(N)}\n`],
    ['underscores', `[all:vars]\na=${'1_'.repeat(N)}\n`],
    ['a fraction', `[all:vars]\na=${'1'.repeat(N)}.${'1'.repeat(N)}e${'1'.repeat(N)}\n`],
    ['strings side by side', `[all:vars]\na=${`'a' `.repeat(N / 10)}\n`],
    ['blanks', `h${' '.repeat(N)}x=1\n`],
    ['blanks at the end', `[a]${' '.repeat(N)}x\n`],
    ['blanks in a header', `[a:children]\n${'b '.repeat(N)}\n`],
    ['many lines', 'h\n'.repeat(N)],
    ['many mistakes', 'h x\n'.repeat(N / 10)],
    ['many headers', Array.from({ length: 5000 }, (_, index) => `[g${index}]\n`).join('')],
    [
      'a deep chain of groups',
      Array.from({ length: 3000 }, (_, index) => `[g${index}:children]\ng${index + 1}\n`).join('') +
        '[g3000]\n',
    ],
    [
      'a deeper chain, from below',
      `[g50000]\n${Array.from({ length: 50_000 }, (_, index) => `[g${49_999 - index}:children]\ng${50_000 - index}\n`).join('')}`,
    ],
    ['secrets', `h ${'ansible_password=x '.repeat(N / 10)}\n`],
    ['secrets with a mistake', `${'ansible_password=x '.repeat(N / 20)} y\n`],
  ])('%s', (_, text) => {
    const started = performance.now()
    check(text)
    expect(performance.now() - started).toBeLessThan(3000)
  })
})
