import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '../../src/shell/batch.ts'
import { ReplyParser } from '../../src/shell/reply.ts'
import { sh } from '../../src/shell/sh.ts'

const F = '@hakube-0123'
const two: Message = {
  questions: [
    { id: 'a', script: sh`:` },
    { id: 'b', script: sh`:` },
  ],
}

function encoded(text: string, encoding = 'base64'): string {
  const bytes = Buffer.from(text, 'latin1')
  if (encoding === 'od')
    return bytes
      .toString('hex')
      .replace(/(..)/g, ' $1')
      .replace(/(.{48})/g, '$1\n')
  return bytes.toString('base64').replace(/(.{76})/g, '$1\n')
}

function reply(...answers: [string, number, string?][]): string {
  const frames = answers.map(
    ([out, code, err = ''], index) => `${F} q ${index}\n${encoded(`${out}${err}\n${err.length} ${code}`)}\n`,
  )
  return `\n${F} hello 4711 base64 setsid\n${frames.join('')}${F} end\n`
}

function parse(text: string, message = two, limit?: number): ReplyParser {
  const parser = new ReplyParser(message, F, undefined, limit)
  parser.push(Buffer.from(text, 'latin1'))
  return parser
}

describe('a reply', () => {
  it('is the same however it is cut', () => {
    const bytes = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      maxLength: 300,
    })
    const answer = fc.tuple(bytes, fc.nat(255), bytes)
    fc.assert(
      fc.property(
        answer,
        answer,
        fc.array(fc.nat(1000)),
        fc.string({ maxLength: 20 }),
        (first, second, cuts, noise) => {
          const text = Buffer.from(noise.replaceAll('\n', '') + reply(first, second), 'latin1')
          const parser = new ReplyParser(two, F, undefined)
          const edges = [0, ...cuts.map((cut) => cut % text.length).sort((a, b) => a - b), text.length]
          edges.slice(1).forEach((edge, index) => parser.push(text.subarray(edges[index], edge)))
          expect(parser.done).toBe(true)
          const got = ['a', 'b'].map((id) => parser.exchange.answers.get(id)!)
          expect(
            got.map(({ stdout, code, stderr }) => [
              stdout.toString('latin1'),
              code,
              stderr.toString('latin1'),
            ]),
          ).toEqual([first, second])
        },
      ),
    )
  })

  it('never hangs or fails in another way than by a known error, whatever comes', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        `${F} hello 1 base64\n`,
        `${F} q 0\n`,
        `${F} q 7\n`,
        `${F} out\n`,
        `${F} code 1\n`,
        `${F} end\n`,
        'MCAw\n',
      ),
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

  it('tells the process of an apply from its announcement until its end', () => {
    const parser = new ReplyParser({ apply: { script: sh`:` } }, F, undefined)
    parser.push(Buffer.from(`${F} hello 7 base64 \n${F} pid 4711\n`))
    expect(parser.running).toBe(4711)
    expect(parser.hello).toEqual({ pid: 7, encoding: 'base64', ownGroup: false })
    expect(parser.progress()).toBe('change not finished')
    parser.push(Buffer.from(`${F} out\nb3V0\n${F} err\nZXJy\n${F} code 130\n`))
    expect(parser.running).toBeUndefined()
    expect(parser.done).toBe(false)
    parser.push(Buffer.from(`${F} end\n`))
    expect(parser.done).toBe(true)
    expect(parser.exchange.apply).toEqual({
      code: 130,
      stdout: Buffer.from('out'),
      stderr: Buffer.from('err'),
    })
  })

  it('may come in hexadecimal', () => {
    const only = { questions: [{ id: 'a', script: sh`:` }] }
    const text = `${F} hello 1 od -An -v -tx1 setsid\n${F} q 0\n${encoded('x'.repeat(40) + '\n0 0', 'od')}\n${F} end\n`
    expect(parse(text, only).exchange.answers.get('a')?.stdout.toString()).toBe('x'.repeat(40))
  })

  it('drops noise before the first frame, also of a megabyte without a newline', () => {
    const parser = new ReplyParser(two, F, undefined)
    for (let i = 0; i < 100; i += 1) parser.push(Buffer.from('motd'.repeat(2500)))
    parser.push(Buffer.from(reply(['', 0], ['', 0])))
    expect(parser.done).toBe(true)
  })

  it.each([
    ['a missing answer', reply(['x', 0]), /no answer to b/],
    ['an answer nobody asked for', reply(['', 0], ['', 0], ['', 0]), /question 2, which was not asked/],
    ['text between frames', `${F} hello 1 base64\nnonsense\n`, /unexpected line "nonsense"/],
    ['text that is not base64', `${F} hello 1 base64\n${F} q 0\nfoo bar!\n${F} end\n`, /not base64/],
    ['an answer without its end', `${F} hello 1 base64\n${F} q 0\nAAAA\n${F} end\n`, /without exit status/],
    ['an unknown frame', `${F} hello 1 base64\n${F} what\n`, /unknown frame "what"/],
    ['an unknown encoding', `${F} hello 1 rot13\n`, /encoding rot13/],
  ])('with %s is garbled', (_case, text, words) => {
    expect(() => parse(text)).toThrow(words)
  })

  it('has a limit on the output of one program', () => {
    const text = reply(['x'.repeat(300_000), 0], ['', 0])
    expect(parse(text).done).toBe(true)
    expect(() => parse(text, two, 1024 * 128)).toThrow(/output of question a is larger than 0.125 MiB/)
  })
})
