import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import file from '../../src/tasks/file.ts'
import { isRoot, scratch } from '../world/hosts.ts'
import { type Host, type Outcome, runTask, shells } from './harness.ts'

const modeOf = (path: string) => (lstatSync(path).mode & 0o7777).toString(8)

/** Runs it; a change has to be clean at the second look and to be what the effects predicted. */
async function run(host: Host, args: Record<string, unknown>): Promise<Outcome> {
  const outcome = await runTask(file, args, host)
  if (outcome.plan.status === 'change') {
    expect(outcome.failure).toBeUndefined()
    expect(outcome.mispredicted).toEqual([])
    if (file.kind(file.params.parse(args)) === 'state') expect(outcome.again).toMatchObject({ status: 'ok' })
  }
  return outcome
}

describe.each(shells)('file with $name', (host) => {
  describe('state: directory', () => {
    test('is made with all that is missing above it, all with the wished mode', async () => {
      const root = scratch()
      const path = join(root, 'a/b/c')
      const { plan, result } = await run(host, { path, state: 'directory', mode: '2750' })
      expect(plan).toMatchObject({ summary: `create ${path}` })
      expect(plan.status === 'change' && plan.diff.map((diff) => 'subject' in diff && diff.subject)).toEqual(
        ['a', 'a/b', 'a/b/c'].map((name) => join(root, name)),
      )
      expect(result).toMatchObject({ path, state: 'directory', mode: '02750' })
      for (const name of ['a', 'a/b', 'a/b/c']) expect(modeOf(join(root, name))).toBe('2750')
    })

    test('that is there only gets what differs', async () => {
      const path = scratch()
      chmodSync(path, 0o700)
      const { plan } = await run(host, { path, state: 'directory', mode: 'g+rx' })
      expect(plan).toMatchObject({
        summary: `set mode of ${path}`,
        diff: [{ subject: path, fields: [{ name: 'mode', before: '0700', after: '0750' }] }],
      })
      const { plan: again } = await run(host, { path: `${path}/`, state: 'directory', mode: 'g+rx' })
      expect(again).toMatchObject({ status: 'ok', reason: expect.stringContaining('is such a directory') })
    })

    test('below a setgid directory all inherit it', async () => {
      const root = scratch()
      chmodSync(root, 0o2755)
      const { result } = await run(host, { path: join(root, 'a/b'), state: 'directory' })
      expect([result['mode'], modeOf(join(root, 'a')), modeOf(join(root, 'a/b'))]).toEqual([
        '02755',
        '2755',
        '2755',
      ])
    })

    test('octal and symbolic modes take away the setgid bit too', async () => {
      const path = scratch()
      for (const mode of ['0755', 'u=rwx,g=rx,o=']) {
        chmodSync(path, 0o2777)
        await run(host, { path, state: 'directory', mode })
        expect(modeOf(path)).toBe(mode === '0755' ? '755' : '750')
      }
    })

    test('a link to a directory is one, unless links are not followed', async () => {
      const root = scratch()
      mkdirSync(join(root, 'd'), { mode: 0o755 })
      symlinkSync('d', join(root, 'l'))
      const path = join(root, 'l')
      await run(host, { path, state: 'directory', mode: '0700' })
      expect(modeOf(join(root, 'd'))).toBe('700')
      const { plan } = await run(host, { path, state: 'directory', follow: false })
      expect(plan).toMatchObject({ status: 'fail', message: `${path} is a link, not a directory` })
    })

    test('a file in its place or above it is a failure', async () => {
      const root = scratch()
      writeFileSync(join(root, 'f'), '')
      const { plan } = await run(host, { path: join(root, 'f'), state: 'directory' })
      expect(plan).toMatchObject({ status: 'fail', message: `${join(root, 'f')} is a file, not a directory` })
      const below = join(root, 'f/d')
      for (const args of [
        { state: 'directory' },
        { state: 'touch' },
        { state: 'link', src: '/', force: true },
        { state: 'hard', src: join(root, 'f') },
      ]) {
        const { plan } = await run(host, { path: below, ...args })
        expect(plan).toMatchObject({
          status: 'fail',
          message: `${join(root, 'f')} is a file, not a directory`,
        })
      }
    })

    test('recurse gives everything below what it lacks, and only that', async () => {
      const root = scratch()
      mkdirSync(join(root, 'sub'), { mode: 0o700 })
      writeFileSync(join(root, 'sub/it\'s "\n'), '', { mode: 0o600 })
      writeFileSync(join(root, 'sub/run'), '', { mode: 0o700 })
      writeFileSync(join(root, 'good'), '', { mode: 0o640 })
      symlinkSync('/', join(root, 'link'))
      const args = { path: root, state: 'directory', recurse: true, mode: 'u=rwX,g=rX,o=' }
      const { plan } = await run(host, args)
      expect(plan).toMatchObject({ summary: `set mode of ${root}, and the attributes of 3 below` })
      expect(['sub', 'sub/it\'s "\n', 'sub/run', 'good'].map((name) => modeOf(join(root, name)))).toEqual([
        '750',
        '640',
        '750',
        '640',
      ])
    })
  })

  describe('state: absent', () => {
    test('removes a file, a link but not what it points to, and a directory with all in it', async () => {
      const root = scratch()
      mkdirSync(join(root, 'd/sub'), { recursive: true })
      writeFileSync(join(root, 'd/sub/-f'), '')
      writeFileSync(join(root, 'f'), '')
      symlinkSync('f', join(root, 'l'))
      for (const name of ['l', 'd', 'd']) {
        const path = join(root, name)
        const there = existsSync(path)
        const { plan, result } = await run(host, { path, state: 'absent' })
        expect(plan.status).toBe(there ? 'change' : 'ok')
        expect(result).toEqual({ path, state: 'absent' })
      }
      expect(readdirSync(root)).toEqual(['f'])
    })
  })

  describe('state: touch', () => {
    test('makes an empty file', async () => {
      const path = join(scratch(), 'f')
      const { result } = await run(host, { path, state: 'touch', mode: 'u=rw,go=' })
      expect(result).toMatchObject({ dest: path, state: 'file', mode: '0600', size: 0 })
      expect([readFileSync(path, 'utf8'), modeOf(path)]).toEqual(['', '600'])
    })

    test('sets the times of what is there, but keeps the content', async () => {
      const path = join(scratch(), 'f')
      writeFileSync(path, 'x')
      for (const [kept, args] of [
        [false, {}],
        [true, { modification_time: 'preserve' }],
        [true, { modification_time: 'preserve', access_time: 'preserve' }],
      ] as const) {
        utimesSync(path, 1, 1)
        const { plan } = await run(host, { path, state: 'touch', ...args })
        expect(plan.status).toBe('access_time' in args ? 'ok' : 'change')
        expect(statSync(path).mtimeMs === 1000).toBe(kept)
      }
      expect(readFileSync(path, 'utf8')).toBe('x')
    })

    test('is an action, unless all times are kept', () => {
      const kind = (more: object) => file.kind(file.params.parse({ path: '/a', state: 'touch', ...more }))
      expect(kind({})).toBe('action')
      expect(kind({ access_time: 'preserve' })).toBe('action')
      expect(kind({ access_time: 'preserve', modification_time: 'preserve' })).toBe('state')
    })
  })

  describe('state: file, and none', () => {
    test('changes attributes of what is there', async () => {
      const path = join(scratch(), 'f')
      writeFileSync(path, 'x', { mode: 0o644 })
      await run(host, { path, mode: '0600' })
      expect(modeOf(path)).toBe('600')
      await run(host, { path, mode: 'a+r', state: 'file' })
      expect(modeOf(path)).toBe('644')
      expect(await run(host, { path, mode: '0644', state: 'file' })).toMatchObject({ plan: { status: 'ok' } })
    })

    test('fails where nothing or a directory is', async () => {
      const root = scratch()
      const absent = join(root, 'absent')
      for (const state of [undefined, 'file']) {
        const { plan } = await run(host, { path: absent, state })
        expect(plan).toMatchObject({ status: 'fail', message: `${absent} does not exist` })
      }
      const { plan } = await run(host, { path: root, state: 'file' })
      expect(plan).toMatchObject({ status: 'fail', message: `${root} is a directory, not a file` })
    })
  })

  describe('state: link', () => {
    test('a file is not replaced by a link to itself', async () => {
      const path = join(scratch(), 'f')
      writeFileSync(path, '')
      const { plan } = await run(host, { path, src: path, state: 'link', force: true })
      expect(plan).toMatchObject({
        status: 'fail',
        message: `${path} cannot be replaced by a link to itself`,
      })
    })

    test('makes, keeps and replaces links, also one to a directory', async () => {
      const root = scratch()
      const path = join(root, 'l')
      mkdirSync(join(root, 'd'))
      mkdirSync(join(root, 'e'))
      expect(await run(host, { path, src: 'd', state: 'link' })).toMatchObject({
        plan: { status: 'change', summary: `link ${path} to d` },
        result: { dest: path, src: 'd', state: 'link' },
      })
      expect(await run(host, { path, src: 'd', state: 'link' })).toMatchObject({ plan: { status: 'ok' } })
      await run(host, { path, src: join(root, 'e'), state: 'link' })
      expect(readlinkSync(path)).toBe(join(root, 'e'))
      expect([readdirSync(join(root, 'd')), readdirSync(join(root, 'e'))]).toEqual([[], []])
      expect(readdirSync(root)).toEqual(['d', 'e', 'l'])
    })

    test('gives attributes to what the link points to', async () => {
      const root = scratch()
      writeFileSync(join(root, 'f'), '', { mode: 0o644 })
      await run(host, { path: join(root, 'l'), src: 'f', state: 'link', mode: '0600' })
      expect(modeOf(join(root, 'f'))).toBe('600')
    })

    test('needs force for what is there, and for a link to nothing', async () => {
      const root = scratch()
      const path = join(root, 'f')
      writeFileSync(path, 'x')
      const plain = await run(host, { path, src: '/', state: 'link' })
      expect(plain.plan).toMatchObject({
        status: 'fail',
        message: `${path} is a file; force: yes replaces it by a link`,
      })
      const dangling = await run(host, { path: join(root, 'l'), src: '/no/such', state: 'link' })
      expect(dangling.plan).toMatchObject({
        status: 'fail',
        message: expect.stringMatching(/^\/no\/such does not exist/),
      })
      await run(host, { path, src: '/no/such', state: 'link', force: true })
      expect(readlinkSync(path)).toBe('/no/such')
    })

    test('an empty directory may be replaced, a full one never', async () => {
      const root = scratch()
      mkdirSync(join(root, 'full/sub'), { recursive: true })
      const full = await run(host, { path: join(root, 'full'), src: '/', state: 'link', force: true })
      expect(full.plan).toMatchObject({ status: 'fail', message: expect.stringMatching(/not empty/) })
      await run(host, { path: join(root, 'full/sub'), src: '/', state: 'link', force: true })
      expect(readlinkSync(join(root, 'full/sub'))).toBe('/')
    })

    test('without src, only an existing link will do', async () => {
      const path = join(scratch(), 'l')
      expect((await run(host, { path, state: 'link' })).plan).toMatchObject({ status: 'fail' })
      symlinkSync('/', path)
      expect((await run(host, { path, state: 'link' })).plan).toMatchObject({ status: 'ok' })
    })
  })

  describe('state: hard', () => {
    test('makes another name, and knows it again', async () => {
      const root = scratch()
      const [src, path] = [join(root, 'f'), join(root, 'h')]
      writeFileSync(src, 'x')
      expect(await run(host, { path, src, state: 'hard' })).toMatchObject({
        result: { dest: path, src, state: 'hard' },
      })
      expect(statSync(path).ino).toBe(statSync(src).ino)
      expect((await run(host, { path, src, state: 'hard' })).plan).toMatchObject({ status: 'ok' })
    })

    test('replaces another file only by force', async () => {
      const root = scratch()
      const [src, path] = [join(root, 'f'), join(root, 'h')]
      writeFileSync(src, 'x')
      writeFileSync(path, 'y')
      linkSync(path, `${path}2`)
      const { plan } = await run(host, { path, src, state: 'hard' })
      expect(plan).toMatchObject({ status: 'fail', message: `${path} is another file` })
      await run(host, { path, src, state: 'hard', force: true })
      expect(readFileSync(path, 'utf8') + readFileSync(`${path}2`, 'utf8')).toBe('xy')
    })

    test('needs a source', async () => {
      const { plan } = await run(host, { path: join(scratch(), 'h'), src: '/no/such', state: 'hard' })
      expect(plan).toMatchObject({ status: 'fail', message: '/no/such does not exist' })
    })
  })

  test('no such user or group', async () => {
    const path = scratch()
    const { plan } = await run(host, { path, owner: 'no-such-user' })
    expect(plan).toMatchObject({ status: 'fail', message: 'there is no user no-such-user' })
    const { plan: other } = await run(host, {
      path: join(path, 'x'),
      state: 'directory',
      group: 'no-such-group',
    })
    expect(other).toMatchObject({ status: 'fail', message: 'there is no group no-such-group' })
  })

  test.runIf(isRoot)('owners by name and number, of files, links, and all below', async () => {
    const root = scratch()
    writeFileSync(join(root, 'f'), '', { mode: 0o4755 })
    symlinkSync('f', join(root, 'l'))
    await run(host, { path: join(root, 'f'), owner: 'daemon', group: '2' })
    expect(statSync(join(root, 'f'))).toMatchObject({ uid: 1, gid: 2 })
    expect(modeOf(join(root, 'f'))).toBe('4755')
    await run(host, { path: join(root, 'l'), owner: 'daemon', follow: false })
    expect(lstatSync(join(root, 'l')).uid).toBe(1)
    await run(host, { path: root, state: 'directory', recurse: true, owner: 0, group: 'daemon' })
    expect(lstatSync(join(root, 'l'))).toMatchObject({ uid: 0, gid: 1 })
    expect(lstatSync(join(root, 'f'))).toMatchObject({ uid: 0, gid: 1 })
  })
})

describe('refused arguments', () => {
  test.each<[Record<string, unknown>, RegExp]>([
    [{ path: '/a', src: '/b' }, /src needs state: link or hard/],
    [{ path: '/a', src: '/b', state: 'file' }, /src needs state: link or hard/],
    [{ path: '/a', recurse: true, state: 'file' }, /recurse needs state: directory/],
    [{ path: '/a', src: 'b', state: 'hard' }, /"b" is not an absolute path/],
    [{ path: '/', state: 'absent' }, /the root directory stays/],
    [{ path: '/./', state: 'absent' }, /the root directory stays/],
    [{ path: '/..', state: 'absent' }, /the root directory stays/],
    [{ path: '/a', modification_time: 'now' }, /now needs state: touch/],
    [{ path: '/a', access_time: '202001010000.00', state: 'touch' }, /preserve/],
    [{ path: '/a', state: 'present' }, /file/],
    [{ state: 'file' }, /./],
  ])('%j', (args, message) => {
    const parsed = file.params.safeParse(args)
    expect(parsed.error?.issues[0]?.message).toMatch(message)
  })
})
