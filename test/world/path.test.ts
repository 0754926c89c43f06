import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Unknown } from '../../src/world/kind.ts'
import { path } from '../../src/world/path.ts'
import type { PathAsk, PathReply } from '../../src/world/replies.ts'
import { EVAL, type Host, hostOf, shells } from '../tasks/harness.ts'
import { isRoot, scratch } from './hosts.ts'

function ask(host: Host, asks: readonly PathAsk[]): (PathReply | Unknown)[] {
  return path.parse(host.run(path.probe(asks)), asks)
}

function one(host: Host, question: PathAsk): Extract<PathReply, { exists: true }> {
  const [reply] = ask(host, [question])
  if (!reply || reply instanceof Unknown || !reply.exists) throw new Error(`nothing at ${question.path}`)
  return reply
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

describe.each(shells)('paths, asked with $name', (host) => {
  test('a file: what stat says, all digests and its bytes', () => {
    const file = join(scratch(), 'a')
    const bytes = Buffer.from([0, 10, 13, 255, 92, 39])
    writeFileSync(file, bytes)
    chmodSync(file, 0o4750)
    const reply = one(host, {
      path: file,
      digests: ['md5', 'sha1', 'sha256', 'sha512'],
      contentUnless: '',
    })
    const real = statSync(file)
    expect(reply).toMatchObject({
      type: 'file',
      mode: 0o4750,
      uid: real.uid,
      gid: real.gid,
      size: 6,
      mtime: Math.floor(real.mtimeMs / 1000),
      inode: real.ino,
      links: 1,
      content: bytes,
      access: { read: true, write: true, execute: true },
    })
    for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512'] as const) {
      expect(reply.digests[algorithm]).toBe(createHash(algorithm).update(bytes).digest('hex'))
    }
  })

  test('content is left out when it is what was expected, and when it is too large', () => {
    const directory = scratch()
    writeFileSync(join(directory, 'same'), 'same')
    writeFileSync(join(directory, 'large'), Buffer.alloc(1024 * 1024 + 1))
    const replies = ask(host, [
      { path: join(directory, 'same'), contentUnless: sha256('same') },
      { path: join(directory, 'same'), follow: true, contentUnless: sha256('other') },
      { path: join(directory, 'large'), contentUnless: '' },
    ])
    const contents = replies.map((reply) => ('content' in reply ? reply.content?.toString() : undefined))
    expect(contents).toEqual([undefined, 'same', undefined])
  })

  test('a link is itself, or what it points to', () => {
    const directory = scratch()
    writeFileSync(join(directory, 'a'), 'content')
    symlinkSync('a', join(directory, 'link'))
    symlinkSync('link', join(directory, 'link2'))
    const self = one(host, { path: join(directory, 'link2'), digests: ['sha1'], contentUnless: '' })
    expect(self).toMatchObject({ type: 'link', target: 'link', real: join(directory, 'a'), digests: {} })
    expect(self.content).toBeUndefined()
    const behind = one(host, { path: join(directory, 'link2'), follow: true, contentUnless: '' })
    expect(behind).toMatchObject({
      type: 'file',
      real: join(directory, 'a'),
      content: Buffer.from('content'),
    })
    expect(behind.target).toBeUndefined()
  })

  test('a link to nothing is there, and nothing is behind it, but where it leads is known', () => {
    const directory = scratch()
    const [link, second] = [join(directory, 'link'), join(directory, 'second')]
    symlinkSync('nowhere', link)
    symlinkSync(link, second)
    symlinkSync('loop', join(directory, 'loop'))
    symlinkSync('not/there', join(directory, 'far'))
    const real = join(directory, 'nowhere')
    expect(one(host, { path: link })).toMatchObject({ type: 'link', target: 'nowhere', real })
    expect(one(host, { path: second })).toMatchObject({ type: 'link', target: link, real })
    expect(ask(host, [{ path: link, follow: true, contentUnless: '' }])).toEqual([{ exists: false, real }])
    // Nobody can say where a file would be that is put there: it cannot be.
    for (const nowhere of ['loop', 'far'])
      expect(one(host, { path: join(directory, nowhere) })).not.toHaveProperty('real')
  })

  test('a path below a link has a place', () => {
    const directory = scratch()
    mkdirSync(join(directory, 'd/sub'), { recursive: true })
    writeFileSync(join(directory, 'd/a'), '')
    symlinkSync('d', join(directory, 'l'))
    symlinkSync('a', join(directory, 'd/k'))
    const place = (name: string, follow = false): (string | undefined)[] =>
      ask(host, [{ path: `${directory}/${name}`, follow }]).map((reply) =>
        'place' in reply ? reply.place?.replace(`${directory}/`, '') : undefined,
      )
    const names = ['d/a', 'l', 'l/a', 'l/not/there', 'l/../d/a', 'd/sub/../a', 'not/../d/a', 'l/sub/..']
    expect(names.flatMap((name) => place(name))).toEqual([
      undefined,
      undefined,
      'd/a',
      'd/not/there',
      'd/a',
      'd/a',
      undefined,
      undefined,
    ])
    expect(place('l/a', true)).toEqual(['d/a'])
    expect(one(host, { path: join(directory, 'l/k') })).toMatchObject({
      place: join(directory, 'd/k'),
      real: join(directory, 'd/a'),
    })
  })

  test('many at once, with names that a shell would stumble over', () => {
    const directory = scratch()
    const names = ['-n', 'a b', "it's", 'new\nline', 'back\\slash', '*', '$HOME', '.hidden', 'ä']
    for (const name of names) writeFileSync(join(directory, name), name)
    const paths = [...names, 'absent'].map((name) => join(directory, name))
    const replies = ask(
      host,
      paths.map((path) => ({ path, contentUnless: '', digests: ['sha1'] })),
    )
    const contents = replies.map((reply) => ('content' in reply ? reply.content?.toString() : undefined))
    expect(contents).toEqual([...names, undefined])
    const sums = replies.map((reply) => ('digests' in reply ? reply.digests.sha1 : undefined))
    expect(sums).toEqual([...names.map((name) => createHash('sha1').update(name).digest('hex')), undefined])
  })

  test('a directory: its entries, and everything below it', () => {
    const directory = scratch()
    mkdirSync(join(directory, 'sub/deep'), { recursive: true })
    writeFileSync(join(directory, '.hidden'), '')
    writeFileSync(join(directory, 'sub/new\nline'), '')
    symlinkSync('/', join(directory, 'sub/root'))
    chmodSync(join(directory, 'sub/deep'), 0o2711)
    const reply = one(host, { path: `${directory}/`, entries: true, tree: true })
    expect(reply.entries).toEqual(['.hidden', 'sub'])
    expect(reply.tree?.map(({ path, type }) => [path, type])).toEqual([
      ['.hidden', 'file'],
      ['sub', 'directory'],
      ['sub/deep', 'directory'],
      ['sub/new\nline', 'file'],
      ['sub/root', 'link'],
    ])
    expect(reply.tree?.[2]).toMatchObject({ mode: 0o2711, uid: process.getuid?.() })
    const empty = one(host, { path: join(directory, 'sub/deep'), entries: true, tree: true })
    expect([empty.entries, empty.tree]).toEqual([[], []])
  })

  test('other things have their type', () => {
    expect(one(host, { path: '/dev/null', contentUnless: '', digests: ['sha1'] })).toMatchObject({
      type: 'char',
      digests: {},
    })
    expect(one(host, { path: '/' })).toMatchObject({ type: 'directory' })
    expect(ask(host, [{ path: '/dev/null/below' }])).toEqual([{ exists: false }])
  })

  test('looking changes nothing', () => {
    const directory = scratch()
    writeFileSync(join(directory, 'a'), 'x')
    const before = statSync(directory).mtimeMs
    ask(host, [
      { path: join(directory, 'a'), contentUnless: '', digests: ['sha1'] },
      { path: directory, tree: true },
    ])
    expect(readdirSync(directory)).toEqual(['a'])
    expect(statSync(directory).mtimeMs).toBe(before)
  })
})

describe.runIf(isRoot)('without permission', () => {
  const nobody = hostOf('nobody', [
    'setpriv',
    '--reuid',
    '65534',
    '--regid',
    '65534',
    '--clear-groups',
    'sh',
    '-c',
    EVAL,
  ])

  test('what cannot be seen is unknown, not absent', () => {
    const directory = scratch()
    mkdirSync(join(directory, 'closed'), { mode: 0o700 })
    writeFileSync(join(directory, 'closed/a'), '')
    chmodSync(directory, 0o755)
    const [hidden, absent] = ask(nobody, [
      { path: join(directory, 'closed/a/b') },
      { path: join(directory, 'absent/b') },
    ])
    expect(hidden).toBeInstanceOf(Unknown)
    expect(absent).toEqual({ exists: false })
  })

  test('content that cannot be read is unknown; the rest of the file is not', () => {
    const directory = scratch()
    chmodSync(directory, 0o755)
    writeFileSync(join(directory, 'secret'), 'x', { mode: 0o600 })
    const [content, rest] = ask(nobody, [
      { path: join(directory, 'secret'), contentUnless: '' },
      { path: join(directory, 'secret'), follow: true },
    ])
    expect(content).toBeInstanceOf(Unknown)
    expect(rest).toMatchObject({ type: 'file', access: { read: false, write: false, execute: false } })
  })
})

describe('keys and merging', () => {
  test.each([
    [{ path: '/a//b/' }, '/a/b'],
    [{ path: '/a/./b/.' }, '/a/b'],
    [{ path: '/' }, '/'],
    [{ path: '/a', follow: true }, '/a/.'],
    [{ path: '/', follow: true }, '/.'],
    [{ path: '/a/../b' }, '/a/../b'],
  ])('%j is known as %s', (question, key) => {
    expect(path.key(question)).toBe(key)
  })

  test('two questions about one path become one that answers both', () => {
    expect(
      path.merge({ path: '/a/', digests: ['sha1'] }, { path: '/a', digests: ['md5', 'sha1'], tree: true }),
    ).toEqual({
      path: '/a',
      digests: ['sha1', 'md5'],
      tree: true,
    })
    const two = path.merge({ path: '/a', contentUnless: 'x' }, { path: '/a', contentUnless: 'y' })
    expect(two.contentUnless).toBe('')
    const same = path.merge({ path: '/a', contentUnless: 'x' }, { path: '/a', contentUnless: 'x' })
    expect(same.contentUnless).toBe('x')
  })
})

describe('parsing', () => {
  const [dash] = shells
  const asks: PathAsk[] = [
    { path: '/dev/null' },
    { path: '/', entries: true },
    { path: '/etc/passwd', follow: true, digests: ['sha1'], contentUnless: '' },
  ]

  test('any cut of the output is refused, never half believed', () => {
    const whole = dash!.run(path.probe(asks))
    fc.assert(
      fc.property(fc.nat(whole.stdout.length - 1), (length) => {
        expect(() => path.parse({ ...whole, stdout: whole.stdout.subarray(0, length) }, asks)).toThrow(
          TypeError,
        )
      }),
    )
  })

  test('rubbish is refused with a TypeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const stdout = Buffer.concat([Buffer.from('base64\n'), bytes])
        expect(() => path.parse({ code: 0, stdout, stderr: Buffer.alloc(0) }, asks)).toThrow(TypeError)
      }),
    )
  })
})
