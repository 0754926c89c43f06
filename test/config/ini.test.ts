import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/ini.ts'
import { HakubeError, HakubeErrors } from '../../src/errors.ts'

interface Case {
  text: string
  sections?: Record<string, Record<string, string>>
  /** Line of the mistake. */
  error?: number
}

/** What ConfigParser(inline_comment_prefixes=(';',)) of Python 3.11 makes of these texts. */
const cases: Case[] = JSON.parse(readFileSync(new URL('configparser.json', import.meta.url), 'utf8'))

function plain(text: string): Record<string, Record<string, string>> {
  const sections = [...parseConfig(text, 'ansible.cfg')].filter(([name]) => name !== 'DEFAULT')
  return Object.fromEntries(
    sections.map(([name, entries]) => [
      name,
      Object.fromEntries([...entries].map(([key, { value }]) => [key, value])),
    ]),
  )
}

function errorsOf(text: string): readonly HakubeError[] {
  try {
    parseConfig(text, 'ansible.cfg')
  } catch (error) {
    if (error instanceof HakubeErrors) return error.errors
    if (error instanceof HakubeError) return [error]
    throw error
  }
  return []
}

describe('an ansible.cfg', () => {
  it.each(cases.filter((one) => one.sections))('is read as Python reads it: $text', ({ text, sections }) => {
    expect(plain(text)).toEqual(sections)
  })

  it.each(cases.filter((one) => one.error !== undefined))(
    'is refused as by Python: $text',
    ({ text, error }) => {
      const [first] = errorsOf(text)
      expect(first).toMatchObject({
        code: 'config-syntax',
        exitCode: 1,
        place: { file: 'ansible.cfg', line: error },
      })
      expect(first?.hint).toBeTruthy()
    },
  )

  it('tells all mistakes at once, and where values begin', () => {
    expect(errorsOf('x=1\n[a]\nwords\ny=1\n  z\ny=2\n').map((error) => error.place?.line)).toEqual([1, 3, 6])
    expect(parseConfig('[a]\n  x  =  1 ; c\n', 'f').get('a')?.get('x')?.place).toMatchObject({
      line: 2,
      column: 9,
      source: '  x  =  1 ; c',
    })
  })

  it('may begin with a byte order mark', () => {
    expect(plain('\uFEFF[a]\nx=1')).toEqual({ a: { x: '1' } })
  })

  it('never makes the reader fail in another way', () => {
    const piece = fc.constantFrom(
      '[a]',
      '[',
      ']',
      'x',
      '=',
      ':',
      ' ',
      '\t',
      '\n',
      ';',
      '#',
      '%(x)s',
      'é',
      '\r\n',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        for (const error of errorsOf(pieces.join(''))) expect(error.code).toBe('config-syntax')
      }),
    )
  })
})
