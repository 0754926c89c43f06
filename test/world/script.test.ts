import { describe, expect, test } from 'vitest'
import { sh } from '../../src/shell/sh.ts'
import { script } from '../../src/world/script.ts'
import type { ScriptAsk } from '../../src/world/replies.ts'
import { shells } from '../tasks/harness.ts'

const asks: ScriptAsk[] = [
  { id: 'both', text: sh`echo out; echo err >&2; echo err2 >&2; exit 3` },
  { id: 'bytes', text: sh`printf '\0\001\n\n'` },
  { id: 'nothing', text: sh`:` },
  { id: 'stdin', text: sh`cat; echo "args $#"` },
  { id: 'syntax', text: sh`if then` },
  { id: 'variables', text: sh`hk_encode=broken; cd /; exec 1>&2` },
  { id: 'last', text: sh`pwd >/dev/null; echo fine` },
]

describe.each(shells)('scripts of modules, run with $name', (host) => {
  const replies = script.parse(host.run(script.probe(asks)), asks)
  const by = new Map(asks.map((ask, index) => [ask.id, replies[index]]))
  const text = (id: string) => {
    const reply = by.get(id)
    if (!reply || !('stdout' in reply)) throw new Error(`no reply to ${id}`)
    return [reply.code, reply.stdout.toString('latin1'), reply.stderr.toString()] as const
  }

  test.each([
    ['both', [3, 'out\n', 'err\nerr2\n']],
    ['bytes', [0, '\0\x01\n\n', '']],
    ['nothing', [0, '', '']],
    ['stdin', [0, 'args 0\n', '']],
    ['variables', [0, '', '']],
    ['last', [0, 'fine\n', '']],
  ])('%s', (id, expected) => {
    expect(text(id)).toEqual(expected)
  })

  test('a syntax error is that script’s alone', () => {
    const [code, stdout, stderr] = text('syntax')
    expect(code).toBeGreaterThan(0)
    expect(stdout).toBe('')
    expect(stderr).not.toBe('')
  })
})

test.each(['', 'base64\nAAAA\n', 'base64\n.\n.\n', 'base64\n.\n.\n.\n'])('%j is refused', (printed) => {
  const stdout = Buffer.from(printed)
  expect(() => script.parse({ code: 0, stdout, stderr: Buffer.alloc(0) }, asks)).toThrow(TypeError)
})
