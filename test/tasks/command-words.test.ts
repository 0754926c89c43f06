import { spawnSync } from 'node:child_process'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expandedWord } from '../../src/tasks/command-words.ts'
import { shells } from './harness.ts'
import { sh } from '../../src/shell/sh.ts'

const variables: Record<string, string> = { A: 'a  b', EMPTY: '', STAR: '*"`$x\\' }

/** What Python's expandvars makes of a text. */
function expected(word: string): string {
  return word.replace(
    /\$(\w+|\{[^}]*\})/g,
    (whole, name: string) => variables[name.replace(/^\{|\}$/g, '')] ?? whole,
  )
}

describe.each(shells)('words with $name', (host) => {
  test('are what Python makes of them', () => {
    const part = fc.oneof(
      fc.constantFrom(
        '$A',
        '${A}',
        '$EMPTY',
        '${STAR}',
        '$NONE',
        '${NONE}',
        '$',
        '{',
        '}',
        "'",
        '"',
        ' ',
        '\\',
        '*',
        '`',
        '\n',
        '$(x)',
      ),
      fc.string(),
    )
    const word = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('').replaceAll('\0', ''))
    const plain = word.filter((text) => !text.startsWith('~') && !/\$\w*[^\x00-\x7f]/.test(text))
    const samples = fc.sample(plain, { numRuns: 60, seed: 7 })
    const settings = Object.entries(variables).map(([name, value]) => `export ${name}=${sh`${value}`.text}\n`)
    const printed = samples.map((text) => `printf '%s\\0' ${expandedWord(text).text}\n`)
    const { stdout } = host.run({
      text: [...settings, 'unset NONE\n', ...printed].join(''),
      toString: () => '',
    })
    expect(stdout.toString().split('\0').slice(0, -1)).toEqual(samples.map(expected))
  })
})

test('a leading ~ is the home directory, of that user', () => {
  const { stdout } = spawnSync('sh', [
    '-c',
    `printf '%s|' ${['~root', '~root/x y', '~no.such/x', 'a~'].map((word) => expandedWord(word).text).join(' ')}`,
  ])
  expect(stdout.toString()).toBe('/root|/root/x y|~no.such/x|a~|')
})
