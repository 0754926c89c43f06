import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lines, Script } from '../../src/shell/sh.ts'
import { user } from '../../src/world/user.ts'
import { shells } from '../tasks/harness.ts'

describe.each(shells)('users, asked with $name', (host) => {
  test('those that are there, by name or number, and those that are not', () => {
    const asks = ['root', 'nobody-of-that-name', 'daemon', '0', "o'neil", '-x'].map((name) => ({ name }))
    const replies = user.parse(host.run(user.probe(asks)), asks)
    expect(replies[0]).toMatchObject({ exists: true, name: 'root', uid: 0, gid: 0, home: '/root' })
    expect(replies[0]).toMatchObject({ groups: expect.arrayContaining(['root']) })
    expect(replies.slice(1).map((reply) => 'exists' in reply && reply.exists)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ])
  })

  test('one whose own group has no name, which is an error to id', () => {
    const id = new Script('id() { echo "4803 daemon"; return 1; }')
    const asks = [{ name: 'root' }]
    const replies = user.parse(host.run(lines(id, user.probe(asks))), asks)
    expect(replies).toMatchObject([{ groups: ['4803', 'daemon'] }])
  })
})

test.each([
  ['', 'no end'],
  ['root:x:0\n.\n\0', 'too few fields'],
  ['root:x:zero:0:root:/root:/bin/sh\n.\n\0', 'no number'],
  ['.\n\0rest', 'rest'],
])('%j is refused', (text) => {
  const stdout = Buffer.from(text)
  expect(() => user.parse({ code: 0, stdout, stderr: Buffer.alloc(0) }, [{ name: 'root' }])).toThrow(
    TypeError,
  )
})

test('any account that passwd can hold is read', () => {
  const field = fc.string({ unit: 'grapheme-ascii' }).map((text) => text.replaceAll(/[:\0\n]/g, ''))
  fc.assert(
    fc.property(fc.nat(), fc.nat(), field, field, field, (uid, gid, comment, home, shell) => {
      const stdout = Buffer.from(`u:x:${uid}:${gid}:${comment}:${home}:${shell}\n.\nu\0one two\0\0`)
      const replies = user.parse({ code: 0, stdout, stderr: Buffer.alloc(0) }, [{ name: 'u' }])
      expect(replies).toEqual([
        { exists: true, name: 'u', uid, gid, comment, home, shell, groups: ['one', 'two'] },
      ])
    }),
  )
})
