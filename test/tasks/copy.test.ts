import { createHash } from 'node:crypto'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import copy from '../../src/tasks/copy.ts'
import { isRoot, scratch } from '../world/hosts.ts'
import { controllerWith, type Host, type Outcome, runTask, shells } from './harness.ts'

const modeOf = (path: string) => (lstatSync(path).mode & 0o7777).toString(8)
const text = (path: string) => readFileSync(path, 'utf8')

/** Runs it; a change has to be clean at the second look and to be what the effects predicted. */
async function run(host: Host, args: Record<string, unknown>): Promise<Outcome> {
  const outcome = await runTask(copy, args, host)
  if (outcome.plan.status === 'change' && outcome.failure === undefined) {
    expect(outcome.mispredicted).toEqual([])
    expect(outcome.again).toMatchObject({ status: 'ok' })
  }
  return outcome
}

function file(path: string, content: string, mode = 0o644): string {
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

describe.each(shells)('copy with $name', (host) => {
  test('a new file, a changed one, and one that needs nothing', async () => {
    const dest = join(scratch(), 'a.conf')
    const args = { content: 'one\n', dest, mode: '0640' }
    const first = await run(host, args)
    expect(first.plan).toMatchObject({
      summary: `create ${dest}`,
      diff: [{ type: 'text', path: dest, before: '', after: 'one\n' }],
    })
    expect(first.result).toMatchObject({
      dest,
      checksum: createHash('sha1').update('one\n').digest('hex'),
      mode: '0640',
      size: 4,
      state: 'file',
    })
    const second = await run(host, { ...args, content: 'two\n' })
    expect(second.plan).toMatchObject({
      summary: `change ${dest}`,
      diff: [{ before: 'one\n', after: 'two\n' }],
    })
    expect(await run(host, { ...args, content: 'two\n' })).toMatchObject({
      plan: { status: 'ok', reason: `${dest} has this content` },
      result: { dest, path: dest, mode: '0640' },
    })
    expect([text(dest), modeOf(dest)]).toEqual(['two\n', '640'])
  })

  test('only the mode differs: the file is not written again', async () => {
    const dest = file(join(scratch(), 'a'), 'x')
    const inode = statSync(dest).ino
    const { plan } = await run(host, { content: 'x', dest, mode: 'go=' })
    expect(plan).toMatchObject({ summary: `set mode of ${dest}` })
    expect([statSync(dest).ino, modeOf(dest)]).toEqual([inode, '600'])
  })

  test('without mode, a file keeps its own', async () => {
    const dest = file(join(scratch(), 'a'), 'x', 0o604)
    const { plan } = await run(host, { content: 'y', dest })
    expect(plan).toMatchObject({ diff: [{ type: 'text' }] })
    expect(modeOf(dest)).toBe('604')
  })

  test('without force, what is there stays', async () => {
    const dest = file(join(scratch(), 'a'), 'x')
    const { plan } = await run(host, { content: 'y', dest, force: 'no', mode: '0600' })
    expect(plan).toMatchObject({ status: 'ok', reason: `${dest} exists, and force is no` })
    const { plan: absent } = await run(host, { content: 'y', dest: `${dest}2`, force: 'no' })
    expect(absent).toMatchObject({ status: 'change' })
  })

  test('data becomes JSON', async () => {
    const dest = join(scratch(), 'a.json')
    await run(host, { content: { a: [1, true, null], é: '😀"' }, dest })
    // As Python's json.dumps writes it.
    expect(text(dest)).toBe(String.raw`{"a": [1, true, null], "\u00e9": "\ud83d\ude00\""}`)
  })

  test('a directory as dest gets the file under its own name', async () => {
    const [from, to] = [scratch(), scratch()]
    const src = file(join(from, 'name'), 'x', 0o751)
    await run(host, { src, dest: to, mode: 'preserve' })
    expect([text(join(to, 'name')), modeOf(join(to, 'name'))]).toEqual(['x', '751'])
    symlinkSync(to, join(from, 'link'))
    const { plan } = await run(host, { src, dest: join(from, 'link'), mode: 'preserve' })
    expect(plan).toMatchObject({ status: 'ok' })
    const { plan: content } = await run(host, { content: 'x', dest: to })
    expect(content).toMatchObject({
      status: 'fail',
      message: `${to} is a directory, but content makes a file`,
    })
  })

  test('dest with a slash is made as a directory', async () => {
    const [from, to] = [scratch(), scratch()]
    const src = file(join(from, 'name'), 'x')
    await run(host, { src, dest: `${to}/a/b/`, mode: '0600', directory_mode: '0710' })
    expect([modeOf(join(to, 'a')), modeOf(join(to, 'a/b')), modeOf(join(to, 'a/b/name'))]).toEqual([
      '710',
      '710',
      '600',
    ])
  })

  test('a missing directory is a failure that says what to do', async () => {
    const root = scratch()
    const { plan } = await run(host, { content: 'x', dest: join(root, 'no/a') })
    expect(plan).toMatchObject({
      status: 'fail',
      message: `the directory ${join(root, 'no')} does not exist`,
      hint: expect.stringMatching(/state=directory/),
    })
    file(join(root, 'f'), '')
    const { plan: below } = await run(host, { content: 'x', dest: join(root, 'f/a') })
    expect(below).toMatchObject({ status: 'fail', message: `${join(root, 'f')} is a file, not a directory` })
  })

  describe('a link at dest', () => {
    test('is replaced, or with follow written through', async () => {
      const root = scratch()
      const [target, link] = [file(join(root, 'target'), 'old', 0o600), join(root, 'link')]
      symlinkSync('target', link)
      await run(host, { content: 'new', dest: link, follow: true })
      expect([readlinkSync(link), text(target), modeOf(target)]).toEqual(['target', 'new', '600'])
      const same = await run(host, { content: 'new', dest: link, follow: true })
      expect(same.plan).toMatchObject({ status: 'ok' })
      const { plan } = await run(host, { content: 'new', dest: link, mode: '0644' })
      expect(plan).toMatchObject({ status: 'change' })
      expect([lstatSync(link).isFile(), text(link), modeOf(target)]).toEqual([true, 'new', '600'])
    })

    test('to nothing is replaced either way', async () => {
      const link = join(scratch(), 'link')
      symlinkSync('nowhere', link)
      await run(host, { content: 'new', dest: link, follow: true })
      expect([lstatSync(link).isFile(), text(link)]).toEqual([true, 'new'])
    })
  })

  test('validate keeps a bad file out, and its words are the failure', async () => {
    const dest = file(join(scratch(), 'a.conf'), 'old')
    const refused = await run(host, { content: 'new', dest, validate: 'grep -c old %s' })
    expect(refused.failure).toBe('validation failed (exit status 1):\n0')
    const named = await run(host, { content: 'new', dest, validate: 'cat %s/x' })
    expect(named.failure).toMatch(/a\.conf\/x.*Not a directory/)
    expect(text(dest)).toBe('old')
    expect(refused.plan).toMatchObject({ notes: [`${dest} is not validated before it is written`] })
    await run(host, { content: 'new', dest, validate: 'grep -q new %s' })
    expect(text(dest)).toBe('new')
  })

  test('backup tells where the old file is', async () => {
    const dest = file(join(scratch(), 'a'), 'old')
    const { result } = await run(host, { content: 'new', dest, backup: true })
    const kept = result['backup_file']
    expect(typeof kept === 'string' && text(kept)).toBe('old')
    const { result: none } = await run(host, { content: 'new', dest: `${dest}2`, backup: true })
    expect(none).not.toHaveProperty('backup_file')
  })

  test('what is no file is not replaced', async () => {
    const { plan } = await run(host, { content: 'x', dest: '/dev/null' })
    expect(plan).toMatchObject({ status: 'fail', message: '/dev/null is a char, not a file' })
  })

  describe('a directory as source', () => {
    function tree(): string {
      const root = scratch()
      mkdirSync(join(root, 'd/sub/empty'), { recursive: true })
      file(join(root, 'd/a'), 'a', 0o640)
      file(join(root, "d/sub/it's\n"), 'b')
      symlinkSync('../a', join(root, 'd/sub/link'))
      symlinkSync('nowhere', join(root, 'd/dangling'))
      symlinkSync('..', join(root, 'd/sub/loop'))
      return join(root, 'd')
    }

    test('is copied with its name, or without where it ends with a slash', async () => {
      const [src, to] = [tree(), scratch()]
      const args = { src, dest: to, mode: 'preserve', directory_mode: '0750' }
      expect((await run(host, args)).plan).toMatchObject({ summary: `put 8 things into ${to}/d` })
      expect(readdirSync(join(to, 'd'))).toEqual(['a', 'dangling', 'sub'])
      expect([modeOf(join(to, 'd')), modeOf(join(to, 'd/sub')), modeOf(join(to, 'd/a'))]).toEqual([
        '750',
        '750',
        '640',
      ])
      expect([text(join(to, 'd/sub/link')), readlinkSync(join(to, 'd/dangling'))]).toEqual(['a', 'nowhere'])
      expect(readlinkSync(join(to, 'd/sub/loop'))).toBe('..')
      await run(host, { ...args, src: `${src}/`, dest: join(to, 'new') })
      expect(readdirSync(join(to, 'new'))).toEqual(['a', 'dangling', 'sub'])
      expect(statSync(join(to, 'new/sub/empty')).isDirectory()).toBe(true)
    })

    test('links stay links without local_follow', async () => {
      const [src, to] = [tree(), scratch()]
      await run(host, { src: `${src}/`, dest: to, local_follow: 'no' })
      expect(readlinkSync(join(to, 'sub/link'))).toBe('../a')
    })

    test('only what differs is touched', async () => {
      const [src, to] = [tree(), scratch()]
      await run(host, { src: `${src}/`, dest: to })
      const inode = statSync(join(to, 'a')).ino
      writeFileSync(join(to, "sub/it's\n"), 'changed by hand')
      file(join(to, 'foreign'), '')
      const { plan } = await run(host, { src: `${src}/`, dest: to })
      expect(plan).toMatchObject({
        summary: `put one thing into ${to}`,
        diff: [{ before: 'changed by hand', after: 'b' }],
      })
      expect([statSync(join(to, 'a')).ino, text(join(to, "sub/it's\n"))]).toEqual([inode, 'b'])
      expect(readdirSync(to)).toContain('foreign')
    })

    test('a file where a directory belongs is a failure', async () => {
      const [src, to] = [tree(), scratch()]
      file(join(to, 'sub'), '')
      const { plan } = await run(host, { src: `${src}/`, dest: to })
      expect(plan).toMatchObject({ status: 'fail', message: `${to}/sub is a file, not a directory` })
      expect(readdirSync(to)).toEqual(['sub'])
    })
  })

  describe('a source on the host', () => {
    test('is copied there', async () => {
      const root = scratch()
      const src = file(join(root, 'a'), 'x', 0o751)
      const dest = join(root, 'b')
      const args = {
        src,
        dest,
        remote_src: true,
        mode: 'preserve',
        checksum: '11f6ad8ec52a2984abaafd7c3b516503785c2072',
      }
      expect(await run(host, args)).toMatchObject({ result: { checksum: args.checksum, size: 1 } })
      expect([text(dest), modeOf(dest)]).toEqual(['x', '751'])
      const wrong = await run(host, { ...args, checksum: 'ffff' })
      expect(wrong.plan).toMatchObject({
        status: 'fail',
        message: expect.stringMatching(/has not the checksum ffff/),
      })
    })

    test('must be there, and no device', async () => {
      const root = scratch()
      const to = (src: string) => run(host, { src, dest: join(root, 'b'), remote_src: true })
      expect((await to('/no/such')).plan).toMatchObject({ message: '/no/such does not exist on the host' })
      expect((await to('/dev/null')).plan).toMatchObject({ message: '/dev/null is a char' })
    })

    /** A directory with one thing of each kind. */
    function tree(): string {
      const src = join(scratch(), 'conf')
      mkdirSync(join(src, 'd/e'), { recursive: true })
      chmodSync(join(src, 'd'), 0o750)
      chmodSync(src, 0o711)
      file(join(src, 'a b'), 'a', 0o640)
      file(join(src, 'd/x'), 'x', 0o755)
      symlinkSync('a b', join(src, 'link'))
      return src
    }
    const contents = (at: string) => {
      const all = readdirSync(at, { recursive: true, encoding: 'utf8' }).toSorted()
      return all.map((name) => `${name} ${modeOf(join(at, name))}`)
    }
    const COPIED = ['a b 640', 'd 750', 'd/e 755', 'd/x 755', 'link 640']

    test.each([
      ['into a directory that is there', '', '', true, 'conf', '711'],
      ['to a place that is made for it', '', '', false, 'conf', '755'],
      ['to a place below what is not there', '', '/', false, 'conf', '711'],
      ['its entries into a directory that is there', '/', '', true, '.', '700'],
      ['its entries to where nothing is', '/', '', false, '.', '711'],
      ['its entries to a directory that is made for them', '/', '/', false, '.', '755'],
    ])('a directory: %s', async (_, slash, destSlash, exists, at, mode) => {
      const src = tree()
      const dest = join(scratch(), destSlash === '/' && slash === '' ? 'n/to' : 'to')
      if (exists) mkdirSync(dest, { mode: 0o700 })
      const args = {
        src: `${src}${slash}`,
        dest: `${dest}${destSlash}`,
        remote_src: true,
        local_follow: true,
      }
      const { plan, failure } = await run(host, args)
      expect([plan.status, failure]).toEqual(['change', undefined])
      expect(contents(join(dest, at))).toEqual(COPIED)
      expect([modeOf(join(dest, at)), lstatSync(join(dest, at, 'link')).isFile()]).toEqual([mode, true])
      expect((await run(host, args)).plan).toMatchObject({ status: 'ok' })
    })

    test('of a directory what differs is copied, what is there keeps its permissions, and the rest stays', async () => {
      const [src, dest] = [tree(), join(scratch(), 'to')]
      const args = { src: `${src}/`, dest, remote_src: true, backup: true }
      await run(host, args)
      expect(readlinkSync(join(dest, 'link'))).toBe('a b')
      file(join(dest, 'a b'), 'other', 0o600)
      file(join(dest, 'own'), 'own')
      chmodSync(join(dest, 'd/x'), 0o644)
      chmodSync(join(dest, 'd'), 0o700)
      const { plan } = await run(host, args)
      expect(plan).toMatchObject({ summary: `put one thing into ${dest}` })
      expect([text(join(dest, 'a b')), modeOf(join(dest, 'a b'))]).toEqual(['a', '640'])
      expect([modeOf(join(dest, 'd/x')), modeOf(join(dest, 'd')), text(join(dest, 'own'))]).toEqual([
        '644',
        '700',
        'own',
      ])
      expect(readdirSync(dest).filter((name) => name.startsWith('a b.'))).toHaveLength(1)
      file(join(dest, 'a b'), 'other', 0o600)
      expect((await run(host, { ...args, force: false })).plan).toMatchObject({ status: 'ok' })
    })

    test.runIf(isRoot)('of a directory all goes to the owner, and only itself gets the mode', async () => {
      const [src, dest] = [tree(), scratch()]
      file(join(dest, 'own'), 'own', 0o604)
      const args = {
        src: `${src}/`,
        dest,
        remote_src: true,
        local_follow: true,
        owner: 'daemon',
        mode: '0701',
      }
      await run(host, args)
      expect(['.', 'own', 'd/x', 'd/e'].map((name) => statSync(join(dest, name)).uid)).toEqual([1, 1, 1, 1])
      expect([modeOf(dest), ...contents(dest)]).toEqual(['701', ...COPIED, 'own 604'])
      expect((await run(host, args)).plan).toMatchObject({ status: 'ok' })
    })

    test('a directory is refused where it cannot be, with nothing done', async () => {
      const [src, root] = [tree(), scratch()]
      const to = async (dest: string, more: object = {}) =>
        (await run(host, { src, dest, remote_src: true, local_follow: true, ...more })).plan
      expect(await to(src)).toMatchObject({ message: `${src} cannot be copied into itself` })
      expect(await to(join(root, 'no/such'))).toMatchObject({
        message: expect.stringMatching(/no does not exist/),
      })
      expect(await to(file(join(root, 'f'), ''))).toMatchObject({
        message: expect.stringMatching(/f is a file, not a directory/),
      })
      expect(await to(root, { checksum: 'ff' })).toMatchObject({
        message: expect.stringMatching(/no checksum/),
      })
      symlinkSync('d', join(src, 'to-d'))
      expect(await to(root)).toMatchObject({
        status: 'fail',
        message: expect.stringMatching(/to-d leads to a directory/),
      })
      expect(readdirSync(root)).toEqual(['f'])
      expect(await to(root, { local_follow: false })).toMatchObject({ status: 'change' })
      expect(readlinkSync(join(root, 'conf/to-d'))).toBe('d')
    })
  })

  test.runIf(isRoot)('owners are given to new files and directories, and kept in changed files', async () => {
    const root = scratch()
    const src = file(join(scratch(), 'name'), 'x')
    await run(host, { src, dest: `${root}/d/`, owner: 'daemon', group: 'daemon' })
    expect([statSync(join(root, 'd')).uid, statSync(join(root, 'd/name')).gid]).toEqual([1, 1])
    await run(host, { content: 'y', dest: join(root, 'd/name') })
    expect(statSync(join(root, 'd/name'))).toMatchObject({ uid: 1, gid: 1 })
    chmodSync(join(root, 'd'), 0o2755)
    await run(host, { content: 'y', dest: join(root, 'd/inherits') })
    expect(statSync(join(root, 'd/inherits'))).toMatchObject({ uid: 0, gid: 1 })
  })
})

test('a source that has not its checksum is refused before any host is asked', async () => {
  const src = file(join(scratch(), 'a'), 'x')
  const params = copy.params.parse({ src, dest: '/a', checksum: 'ffff' })
  await expect(async () => copy.prepare(params, controllerWith())).rejects.toThrow(
    /has not the checksum ffff/,
  )
})

describe('refused arguments', () => {
  test.each<[Record<string, unknown>, RegExp]>([
    [{ dest: '/a' }, /copy needs src or content/],
    [{ dest: '/a', src: 'a', content: 'b' }, /src and content exclude each other/],
    [{ dest: '/a/', content: 'b' }, /content makes a file, not a directory/],
    [{ dest: '/a', src: 'a', remote_src: true }, /with remote_src, src is an absolute path/],
    [{ dest: '/a', content: 'x', validate: 'true' }, /must contain %s/],
    [{ dest: '/a', content: 'x', mode: 644 }, /in quotes/],
    [{ dest: 'a', content: 'x' }, /not an absolute path/],
    [{ dest: '/a', content: 'x', typo: 1 }, /Unrecognized key/],
  ])('%j', (args, message) => {
    const parsed = copy.params.safeParse(args)
    expect(JSON.stringify(parsed.error?.issues)).toMatch(message)
  })
})
