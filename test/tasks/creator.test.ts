import { expect, test } from 'vitest'
import { creator, creatorQuestion } from '../../src/tasks/creator.ts'
import { World, id } from '../../src/world/world.ts'
import { look, shells } from './harness.ts'

test.each(shells)('who makes files, asked with $name', (host) => {
  const found = creator(look(host, [creatorQuestion]))
  expect(found).toMatchObject({ uid: process.getuid?.(), gid: process.getgid?.(), umask: process.umask() })
})

test.each([
  [
    '0022\nuid=0(root) gid=0(root) groups=0(root)\n',
    { umask: 0o22, uid: 0, gid: 0, user: 'root', group: 'root' },
  ],
  ['0077\nuid=5 gid=6 groups=6\n', { umask: 0o77, uid: 5, gid: 6, user: '5', group: '6' }],
])('%j', (text, expected) => {
  expect(creator(worldWith(text))).toEqual(expected)
})

test('other output is refused', () => {
  expect(() => creator(worldWith('id: command not found'))).toThrow(TypeError)
})

function worldWith(text: string): World {
  const reply = { code: 0, stdout: Buffer.from(text), stderr: Buffer.alloc(0) }
  return new World(new Map([[id('script', 'creator'), reply]]))
}
