import { format, inspect } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Redactor, Secret } from '../src/secret.ts'
import { quote } from '../src/shell/sh.ts'

describe('a secret', () => {
  const secret = new Secret('hunter2-hunter2')

  it.each<[string, string]>([
    ['template', `a ${String(secret)} b`],
    ['toString', secret.toString()],
    ['JSON', JSON.stringify({ secret })],
    ['inspect', inspect({ deep: [secret] }, { depth: 9, showHidden: true })],
    ['format', format('%s %o %j', secret, secret, secret)],
    ['keys', JSON.stringify([Object.keys(secret), Object.entries(secret), Object.assign({}, secret)])],
    ['error', inspect(new Error('x', { cause: secret }))],
  ])('is not seen by %s', (_way, text) => {
    expect(text).not.toContain('hunter2')
  })

  it('is given to who asks', () => {
    expect(secret.reveal()).toBe('hunter2-hunter2')
  })
})

describe('a redactor', () => {
  const value = `p'w "ü$\\\n2`
  const redactor = new Redactor()
  redactor.add(new Secret(value))

  it.each<[string, string]>([
    ['as it is', `a${value}b`],
    ['quoted for a shell', `echo ${quote(value)}`],
    ['as JSON', JSON.stringify({ value })],
    ['in base64', Buffer.from(value).toString('base64')],
    ['inside a longer text in base64, at any offset', Buffer.from(`xx${value}yy`).toString('base64')],
    ['percent-encoded', encodeURIComponent(value)],
  ])('replaces a secret %s', (_form, text) => {
    expect(redactor.redact(text)).toContain('********')
    expect(redactor.redact(text)).not.toContain(value)
  })

  it('leaves other texts alone', () => {
    expect(redactor.redact('nothing here')).toBe('nothing here')
    expect(new Redactor().redact('nothing here')).toBe('nothing here')
  })

  it('replaces the longest first, and never a text of one or two characters', () => {
    const several = new Redactor()
    for (const text of ['pass', 'password', 'ab', '']) several.add(text)
    expect(several.redact('password, pass, ab')).toBe('********, ********, ab')
  })

  it('replaces the lines of a longer secret, such as a private key', () => {
    const key = new Redactor()
    key.add('-----BEGIN-----\nc2VjcmV0c2VjcmV0\n-----END-----\n')
    expect(key.redact('log: c2VjcmV0c2VjcmV0!')).toBe('log: ********!')
  })

  it('bears many and long secrets, such as a decrypted file', () => {
    const many = new Redactor()
    const lines = Array.from({ length: 2000 }, (_, index) => `secret (${index})`.repeat(3))
    many.add(lines.join('\n'))
    expect(many.redact(`a ${lines.join('\n')} b`)).toBe('a ******** b')
    expect(many.redact(`a ${lines[7]} b ${lines[1999]} c`)).toBe('a ******** b ******** c')
  })

  it('hides any secret in every form, at any place', () => {
    const text = fc
      .string({ unit: 'binary', minLength: 6, maxLength: 30 })
      .filter((word) => word.trim().length >= 6 && !word.includes('\0'))
    fc.assert(
      fc.property(text, fc.string({ maxLength: 5 }), (word, before) => {
        const own = new Redactor()
        own.add(word)
        for (const form of [word, quote(word), JSON.stringify(word), Buffer.from(word).toString('base64')]) {
          expect(own.redact(before + form)).toContain('********')
        }
        const inside = Buffer.from(before + word + before).toString('base64')
        if (Buffer.byteLength(word) >= 9) expect(own.redact(inside)).toContain('********')
      }),
    )
  })
})
