import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '../../src/shell/batch.ts'
import { ReplyParser } from '../../src/shell/reply.ts'
import { sh } from '../../src/shell/sh.ts'

const F = '@hakube1-012'
const two: Message = {
  questions: [
    { id: 'a', script: sh`:` },
    { id: 'b', script: sh`:` },
  ],
}
const hello = `${F} hello 4711 setsid\n`

/** What a shell sends for these bytes, given one character each. */
function encoded(text: string, encoding = 'base64'): string {
  const bytes = Buffer.from(text, 'latin1')
  if (encoding === 'base64') return `${bytes.toString('base64').replace(/(.{76})(?=.)/g, '$1\n')}\n`
  const hex = bytes.toString('hex').replace(/(..)/g, ' $1')
  return `\n${F} od\n${hex.replace(/(.{48})/g, '$1\n')}\n`
}

function answered(answers: readonly (readonly [string, number, string])[]): string {
  const frames = answers.map(
    ([out, code, err], index) => `${out}${err}\n${F} q ${index} ${err.length} ${code}\n`,
  )
  return `${hello}${frames.join('')}\n${F} end\n`
}

const none: [string, number, string] = ['', 0, '']

function parse(text: string, message = two, limit?: number): ReplyParser {
  const parser = new ReplyParser(message, F, limit)
  parser.push(Buffer.from(text, 'latin1'))
  return parser
}

describe('a reply', () => {
  it.each(['base64', 'od'])('in %s is the same however it is cut', (encoding) => {
    const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code))
    const bytes = fc.oneof(
      fc.string({ unit: byte, maxLength: 300 }),
      fc.constantFrom('\n@hakube1-01', '\n@hakube1-999 q 0 0 0\n', '\n', '\n\n@'),
    )
    const answer = fc.tuple(bytes, fc.nat(255), bytes)
    const noise = fc.string({ maxLength: 20 }).map((text) => text.replaceAll('@', 'a'))
    fc.assert(
      fc.property(answer, answer, fc.array(fc.nat(2000)), noise, (first, second, cuts, before) => {
        const text = Buffer.from(before + encoded(answered([first, second]), encoding), 'latin1')
        const parser = new ReplyParser(two, F)
        const edges = [0, ...cuts.map((cut) => cut % text.length).sort((a, b) => a - b), text.length]
        edges.slice(1).forEach((edge, index) => parser.push(text.subarray(edges[index], edge)))
        expect(parser.done).toBe(true)
        const got = ['a', 'b'].map((id) => parser.exchange.answers.get(id)!)
        expect(
          got.map(({ stdout, code, stderr }) => [stdout.toString('latin1'), code, stderr.toString('latin1')]),
        ).toEqual([first, second])
      }),
    )
  })

  // Where the result fills its last line, nothing but the next stream's begin says that it has ended.
  it.each(['base64', 'od'])('of a change has its answers behind it in one piece, in %s', (encoding) => {
    const message: Message = { apply: { script: sh`:` }, questions: [{ id: 'a', script: sh`:` }] }
    for (let length = 0; length < 120; length++) {
      const out = 'x'.repeat(length)
      const result = `${hello}${out}\n${F} out\n\n${F} code 3\n`
      const answers = answered([['yes', 0, '']])
      const parser = parse(
        `${F} pid 7 setsid\n${encoded(result, encoding)}${encoded(answers, encoding)}`,
        message,
      )
      expect([length, parser.done]).toEqual([length, true])
      expect(parser.exchange.apply).toMatchObject({ code: 3, stdout: Buffer.from(out) })
      expect(parser.exchange.answers.get('a')?.stdout.toString()).toBe('yes')
    }
  })

  it('never hangs or fails in another way than by a known error, whatever comes', () => {
    const frames = ['hello 1', 'q 0 0 0', 'q 7 0 0', 'q 0 9 0', 'q', 'out', 'code 1', 'end', 'what'].map(
      (text) => `\n${F} ${text}\n`,
    )
    const plain = [`${F} pid 1\n`, `${F} od\n`, `${F} x\n`, 'MCAw\n', ' 40\n']
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(...plain),
      fc.array(fc.constantFrom(...frames, 'x')).map((parts) => encoded(hello + parts.join(''))),
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        try {
          expect(parse(pieces.join('')).done).toBe(false)
        } catch (error) {
          expect(error).toMatchObject({ code: 'garbled-reply', exitCode: 4 })
        }
      }),
    )
  })

  it('tells the process of an apply from its announcement until its end, before the answers are in', () => {
    const message: Message = { apply: { script: sh`:` }, questions: [{ id: 'a', script: sh`:` }] }
    const parser = new ReplyParser(message, F)
    const push = (text: string): void => parser.push(Buffer.from(text, 'latin1'))
    push(`motd\n${F} pid 4711 setsid\n`)
    expect(parser.running).toEqual({ pid: 4711, ownGroup: true })
    expect(parser.progress()).toBe('change not finished')
    push(encoded(`${hello}out\n\n${F} out\nerr\n${F} code 130\n`))
    expect(parser.running).toBeUndefined()
    expect(parser.exchange.apply).toEqual({
      code: 130,
      stdout: Buffer.from('out\n'),
      stderr: Buffer.from('err'),
    })
    expect([parser.done, parser.progress()]).toEqual([false, 'change made, 0 of 1 questions answered'])
    push(encoded(answered([['x', 0, '']])))
    expect([parser.done, String(parser.exchange.answers.get('a')?.stdout)]).toEqual([true, 'x'])
  })

  it('drops noise before its begin, also of a megabyte without a newline', () => {
    const parser = new ReplyParser(two, F)
    for (let i = 0; i < 100; i += 1) parser.push(Buffer.from('motd'.repeat(2500)))
    parser.push(Buffer.from(encoded(answered([none, none]))))
    expect(parser.done).toBe(true)
  })

  it.each([
    ['a missing answer', encoded(answered([none])), /no answer to b/],
    ['an answer nobody asked for', encoded(answered([none, none, none])), /question 2, which was not asked/],
    ['text between streams', `${F} pid 1\nnonsense\n`, /unexpected line "nonsense"/],
    ['text that is not base64', `${encoded(hello)}foo bar!\n`, /not base64/],
    ['text that is not hexadecimal', `${F} od\n 40 zz\n`, /not hexadecimal/],
    ['an answer without its status', encoded(`${hello}\n${F} q 0\n`), /without exit status/],
    ['an answer shorter than its error text', encoded(`${hello}x\n${F} q 0 2 0\n`), /without exit status/],
    ['an unknown frame', encoded(`${hello}\n${F} what\n`), /unknown frame "what"/],
    ['an unknown line', `${F} what\n`, /unknown line "what"/],
  ])('with %s is garbled', (_case, text, words) => {
    expect(() => parse(text)).toThrow(words)
  })

  it('has a limit on the output of one program', () => {
    const text = encoded(answered([['x'.repeat(300_000), 0, ''], none]))
    expect(parse(text).done).toBe(true)
    expect(() => parse(text, two, 1024 * 128)).toThrow(/printed more than 0.125 MiB/)
  })
})
