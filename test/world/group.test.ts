import { describe, expect, test } from 'vitest'
import { group } from '../../src/world/group.ts'
import { shells } from '../tasks/harness.ts'

describe.each(shells)('groups, asked with $name', (host) => {
  test('those that are there, by name or number, and those that are not', () => {
    const asks = ['root', 'no-group-of-that-name', 'daemon', '0', '-x'].map((name) => ({ name }))
    const replies = group.parse(host.run(group.probe(asks)), asks)
    expect(replies[0]).toMatchObject({ exists: true, name: 'root', gid: 0 })
    expect(replies.map((reply) => 'exists' in reply && reply.exists)).toEqual([
      true,
      false,
      true,
      true,
      false,
    ])
  })
})

test('members', () => {
  const stdout = Buffer.from('adm:x:4:ann,bob\nempty:x:5:\n.\n')
  const asks = [{ name: 'adm' }, { name: 'empty' }]
  expect(group.parse({ code: 0, stdout, stderr: Buffer.alloc(0) }, asks)).toEqual([
    { exists: true, name: 'adm', gid: 4, members: ['ann', 'bob'] },
    { exists: true, name: 'empty', gid: 5, members: [] },
  ])
})

test.each(['', 'root:x:zero:\n.\n', 'root\n.\n', '.\nrest'])('%j is refused', (text) => {
  const stdout = Buffer.from(text)
  expect(() => group.parse({ code: 0, stdout, stderr: Buffer.alloc(0) }, [{ name: 'root' }])).toThrow(
    TypeError,
  )
})
