import { spawnSync } from 'node:child_process'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Message, messageText, newFrame } from '../../src/shell/batch.ts'
import { ReplyParser } from '../../src/shell/reply.ts'
import { Script, sh } from '../../src/shell/sh.ts'
import { SHELLS } from '../fakes/shells.ts'

const message: Message = {
  apply: { script: new Script(String.raw`printf 'a\000b'; echo oops >&2; exit 5`) },
  questions: [
    { id: 'bytes', script: new Script(String.raw`printf '\377\n\n'`) },
    { id: 'broken', script: new Script('for do (') },
    { id: "it's", script: sh`echo ${`it's "$HOME" \\ \n*`}; exit 2` },
  ],
}

describe('the text of a message', () => {
  it('is unguessable', () => {
    expect(newFrame()).not.toBe(newFrame())
    expect(newFrame()).toMatch(/^@hakube1-[0-9a-f]{24}$/)
    expect(newFrame().length % 3).toBe(0)
  })

  it('refuses a NUL, which no shell can take', () => {
    expect(() => messageText({ questions: [{ id: 'a', script: new Script('\0') }] }, '@ff', false)).toThrow(
      TypeError,
    )
  })

  it('has no here-document, for which bash writes a file', () => {
    expect(messageText(message, '@ff', true)).not.toContain('<<')
  })

  it.each(SHELLS)('is correct for %s, with the apply in the same shell', (_name, [program, ...args]) => {
    const text = messageText(message, '@ff', true)
    expect(spawnSync(program, [...args, '-n'], { input: text }).stderr.toString()).toBe('')
    // On a host every shell is /bin/sh; here its own name has to stand for it.
    const input = text.replaceAll('/bin/sh', [program, ...args].join(' '))
    const parser = new ReplyParser(message, '@ff')
    parser.push(spawnSync(program, args, { input }).stdout)
    expect(parser.done).toBe(true)
    const { apply, answers } = parser.exchange
    expect(apply).toEqual({ code: 5, stdout: Buffer.from('a\0b'), stderr: Buffer.from('oops\n') })
    expect(answers.get('bytes')).toEqual({
      code: 0,
      stdout: Buffer.from('\xff\n\n', 'latin1'),
      stderr: Buffer.alloc(0),
    })
    expect(answers.get('broken')?.code).not.toBe(0)
    expect(answers.get("it's")).toMatchObject({ code: 2, stdout: Buffer.from(`it's "$HOME" \\ \n*\n`) })
  })

  it('says why where no private directory can be made', () => {
    // No mktemp stands for a disk that is full.
    const only: Message = { apply: { script: sh`echo never` } }
    const text = messageText(only, '@ff', true).replaceAll('mktemp', 'echo no space; false')
    const parser = new ReplyParser(only, '@ff')
    parser.push(spawnSync('/bin/sh', { input: text }).stdout)
    expect(parser.exchange.apply).toMatchObject({ code: 73, stdout: Buffer.alloc(0) })
    expect(String(parser.exchange.apply?.stderr)).toMatch(/^no private directory for the output: no space/)
  })
})

describe('quoting', () => {
  it.each(SHELLS)('gets any words through %s unchanged', (_name, [program, ...args]) => {
    const word = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''))
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 100 }), (words) => {
        const script = sh`printf '%s\0' ${words}`
        const { stdout } = spawnSync(program, args, { input: `${script.text}\n` })
        expect(stdout.toString().split('\0').slice(0, -1)).toEqual(words)
      }),
      { numRuns: 20 },
    )
  })
})
