import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { str } from '../../src/jinja/index.ts'
import module from '../../src/tasks/get_url.ts'
import { digestIn } from '../../src/tasks/checksum.ts'
import { pathBecomes } from '../../src/world/path-effects.ts'
import { startServer, type TestServer } from '../support/http-server.ts'
import { hostWithOnly } from '../support/tools.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, look, planOf, runTask, shells } from './harness.ts'

const sum = (text: string, algorithm = 'sha256') => createHash(algorithm).update(text).digest('hex')
const FILES = {
  'a.txt': 'hello\n',
  plain: 'plain\n',
  auth: 'inside\n',
  nohead: 'got\n',
  SHA256SUMS: `${sum('other')}  other\n${sum('hello\n')} *a.txt\n${sum('plain\n')}  ./plain\n`,
}

let server: TestServer
beforeAll(async () => {
  server = await startServer(FILES)
})
afterAll(() => server.close())
beforeEach(() => server.set(FILES))

const hosts = [
  ...shells,
  hostWithOnly('python', ['python3']),
  hostWithOnly('perl', ['perl', 'openssl']),
  hostWithOnly('busybox wget', ['busybox wget']),
]

describe.each(hosts)('get_url with $name', (host) => {
  test('downloads, and asks the server only whether there is a newer file afterwards', async () => {
    const dest = join(scratch(), 'file')
    const args = { url: `${server.url}/a.txt`, dest, mode: '0640' }
    const first = await runTask(module, args, host)
    expect(first).toMatchObject({
      plan: { status: 'change', summary: `create ${dest}` },
      again: { status: 'ok' },
      mispredicted: [],
      result: {
        checksum_src: sum('hello\n', 'sha1'),
        md5sum: sum('hello\n', 'md5'),
        checksum_dest: null,
        size: 6,
        status_code: 200,
        msg: 'OK (6 bytes)',
        dest,
      },
    })
    expect(readFileSync(dest, 'utf8')).toBe('hello\n')
    expect(lstatSync(dest).mode & 0o777).toBe(0o640)
    await server.log()
    expect((await runTask(module, args, host)).plan).toMatchObject({
      status: 'ok',
      result: { status_code: 304 },
    })
    // Nothing is sent to look; busybox's wget hangs up behind the head.
    expect(await server.log()).toEqual([`${host.name === 'busybox wget' ? 'GET' : 'HEAD'} /a.txt`])
    const forced = await runTask(module, { ...args, force: true }, host)
    expect(forced).toMatchObject({ plan: { maybe: true }, result: { status_code: 200, changed: false } })
    expect(readdirSync(join(dest, '..'))).toEqual(['file'])
  })

  test('a server that does not know: what it sends is compared', async () => {
    const dest = join(scratch(), 'file')
    const args = { url: `${server.url}/plain`, dest, backup: true }
    writeFileSync(dest, 'plain\n')
    const maybe = { status: 'change', maybe: true, diff: [] }
    for (const force of [false, true]) {
      const same = await runTask(module, { ...args, force }, host)
      const result = { changed: false, status_code: 200, checksum_src: sum('plain\n', 'sha1') }
      expect(same).toMatchObject({ plan: maybe, mispredicted: [], result })
    }
    expect(readdirSync(join(dest, '..'))).toEqual(['file'])
  })

  test('a server that does not know: what differs is replaced, and what is the same gets its attributes', async () => {
    const dest = join(scratch(), 'file')
    const args = { url: `${server.url}/plain`, dest, backup: true }
    writeFileSync(dest, 'plain\n')
    const maybe = { status: 'change', maybe: true, diff: [] }
    for (const [plan, text, before] of [
      [maybe, 'other\n', 'plain\n'],
      [{ summary: `change ${dest}` }, 'new\n', 'other\n'],
    ] as const) {
      await server.set({ plain: text })
      const changed = await runTask(module, args, host)
      expect(changed).toMatchObject({ plan, mispredicted: [] })
      expect(changed.result).not.toHaveProperty('changed')
      expect(readFileSync(dest, 'utf8')).toBe(text)
      expect(readFileSync(str(changed.result['backup_file'] ?? null), 'utf8')).toBe(before)
    }
    // Its attributes change for certain.
    const mode = await runTask(module, { ...args, mode: '0600' }, host)
    expect(mode).toMatchObject({ plan: { status: 'change' }, mispredicted: [], result: { status_code: 200 } })
    expect([mode.plan, mode.result]).not.toContainEqual(expect.objectContaining({ maybe: true }))
    expect(mode.result).not.toHaveProperty('changed')
    expect(lstatSync(dest).mode & 0o777).toBe(0o600)
  })

  test('the checksum decides without a request, and a wrong one leaves the old file', async () => {
    const dest = join(scratch(), 'file')
    const args = { url: `${server.url}/a.txt`, dest, checksum: `sha1:${sum('hello\n', 'sha1')}` }
    expect(await runTask(module, args, host)).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    await server.log()
    expect((await runTask(module, args, host)).plan).toMatchObject({ status: 'ok' })
    expect(await server.log()).toEqual([])
    const wrong = await runTask(module, { ...args, checksum: `sha256:${sum('x')}` }, host)
    expect(wrong.failure).toMatch(/did not match .*; it was/)
    expect(readFileSync(dest, 'utf8')).toBe('hello\n')
    expect(readdirSync(join(dest, '..'))).toEqual(['file'])
  })

  test('the checksum from a file of checksums', async () => {
    const dest = join(scratch(), 'file')
    const args = { url: `${server.url}/plain`, dest, checksum: `sha256:${server.url}/SHA256SUMS` }
    expect(await runTask(module, args, host)).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(readFileSync(dest, 'utf8')).toBe('plain\n')
    const none = await runTask(module, { ...args, url: `${server.url}/auth` }, host)
    expect(none.plan).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/Unable to find a checksum/),
    })
  })

  test('a long file of checksums', async () => {
    const lines = Array.from({ length: 4000 }, (_, at) => `${sum(String(at))}  file-${at}\n`)
    const all = join(scratch(), 'SHA256SUMS')
    writeFileSync(all, `${lines.join('')}${sum('plain\n')}  plain\n`)
    for (const list of [`file://${all}`, `${server.url}/LONG`]) {
      await server.set({ ...FILES, LONG: readFileSync(all, 'utf8') })
      const dest = join(scratch(), 'file')
      const args = { url: `${server.url}/plain`, dest, checksum: `sha256:${list}` }
      expect(await runTask(module, args, host)).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
      expect(readFileSync(dest, 'utf8')).toBe('plain\n')
    }
  })

  test('a directory, a link, and a file on the host', async () => {
    const folder = scratch()
    mkdirSync(join(folder, 'd'))
    const into = await runTask(module, { url: `${server.url}/a.txt?x=1`, dest: join(folder, 'd') }, host)
    expect(into).toMatchObject({
      again: { maybe: true },
      mispredicted: [],
      result: { dest: join(folder, 'd/a.txt') },
    })
    symlinkSync('d/a.txt', join(folder, 'l'))
    const same = await runTask(module, { url: `${server.url}/a.txt`, dest: join(folder, 'l') }, host)
    expect(same.plan).toMatchObject({ status: 'ok' })
    writeFileSync(join(folder, 'src'), 'mine\n')
    const own = await runTask(module, { url: `file://${folder}/src`, dest: join(folder, 'l') }, host)
    expect(own).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(lstatSync(join(folder, 'l')).isSymbolicLink()).toBe(false)
    expect(readFileSync(join(folder, 'd/a.txt'), 'utf8')).toBe('hello\n')
  })

  test('redirects, logging in, headers', async () => {
    const folder = scratch()
    const get = (path: string, more: Record<string, unknown> = {}) =>
      runTask(module, { url: `${server.url}${path}`, dest: join(folder, 'f'), ...more }, host)
    expect(await get('/to/to/plain')).toMatchObject({ again: { maybe: true } })
    expect((await get('/auth')).plan).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('401'),
    })
    const login = { url_username: 'anna', url_password: 'secret' }
    expect(await get('/auth', login)).toMatchObject({ plan: { status: 'change' }, again: { maybe: true } })
    expect(await get('/auth', { ...login, force_basic_auth: true })).toMatchObject({
      result: { changed: false },
    })
    await get('/echo', { headers: { 'X-Colour': 'blue "1"' }, force: true, http_agent: 'me' })
    expect(JSON.parse(readFileSync(join(folder, 'f'), 'utf8'))).toMatchObject({
      headers: { 'x-colour': 'blue "1"', 'user-agent': 'me', 'cache-control': 'no-cache' },
    })
  })

  test('what is not there, a server that is not there, a directory that is not there', async () => {
    const folder = scratch()
    const dest = join(folder, 'f')
    const missing = await runTask(module, { url: `${server.url}/none`, dest }, host)
    expect(missing.plan).toMatchObject({ status: 'fail', message: expect.stringContaining('404') })
    const down = await runTask(module, { url: 'http://127.0.0.1:9/x', dest, timeout: 2 }, host)
    expect(down.plan).toMatchObject({ status: 'unknown', why: expect.stringContaining('cannot be fetched') })
    const nohead = await runTask(module, { url: `${server.url}/nohead`, dest }, host)
    expect(nohead).toMatchObject({ result: { status_code: 200 }, again: { maybe: true } })
    const nowhere = await runTask(module, { url: `${server.url}/a.txt`, dest: `${folder}/none/f` }, host)
    expect(nowhere.plan).toMatchObject({ status: 'fail', message: expect.stringContaining('does not exist') })
    const temporary = { url: `${server.url}/a.txt`, dest, tmp_dest: `${folder}/none`, force: true }
    expect((await runTask(module, temporary, host)).failure ?? '').toMatch(/none is not a directory/)
    expect(existsSync(dest) && readFileSync(dest, 'utf8')).toBe('got\n')
  })
})

test('a password is on no command line', async () => {
  const folder = scratch()
  const args = {
    url: `http://anna:secret@127.0.0.1:9/x`,
    dest: join(folder, 'f'),
    url_password: 'other secret',
  }
  const prepared = await module.prepare(module.params.parse(args), controllerWith())
  expect(prepared.shown).not.toContain('secret')
  expect(prepared.request).toMatchObject({
    url: 'http://127.0.0.1:9/x',
    user: 'anna',
    password: 'other secret',
  })
  const text = prepared.look.text
  // wget has no other way; the others read it.
  for (const tool of ['curl -q', '" -c ', 'perl -e']) {
    const line = text.split('\n').find((one) => one.includes(tool)) ?? ''
    expect(line).not.toBe('')
    expect(line).not.toContain('secret')
  }
})

test.each([
  [{ url: 'gopher://x/y', dest: '/f' }, /not supported/],
  [{ url: 'not a url', dest: '/f' }, /is not a URL/],
  [{ url: 'http://h/x', dest: '/f', checksum: 'abc' }, /algorithm:digest/],
  [{ url: 'http://h/x', dest: '/f', checksum: 'crc32:abc' }, /algorithm:digest/],
  [{ url: 'http://h/x', dest: '/f', checksum: 'sha1:xyz' }, /hexadecimal/],
  [{ url: 'http://h/x', dest: '/f', headers: { 'a b': 'c' } }, /one line/],
  [{ url: 'http://h/x', dest: '/f', timeout: 0 }, /timeout/],
])('%j is refused', (args, says) => {
  expect(() => module.prepare(module.params.parse(args), controllerWith())).toThrow(says)
})

test.each([
  ['abc123\n', 'any', 'abc123'],
  ['abc  f\ndef  g\n', 'g', 'def'],
  ['abc *./f\r\n', 'f', 'abc'],
  ['abc  f\n', 'g', undefined],
  ['', 'g', undefined],
])('digests in %j', (text, name, digest) => {
  expect(digestIn(text, name)).toBe(digest)
})

test.each(shells)('file:// with $name: what check mode expects of the source', async (host) => {
  const folder = scratch()
  const args = { url: `file://${folder}/src`, dest: join(folder, 'dest') }
  const prepared = await module.prepare(module.params.parse(args), controllerWith())
  writeFileSync(join(folder, 'dest'), 'same\n')
  const world = look(host, module.asks(prepared))
  expect(planOf(module, prepared, world)).toMatchObject({
    status: 'fail',
    message: expect.stringMatching(/does not exist/),
  })
  const made = { type: 'file' as const, mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root' }
  const expected = (content: string) =>
    planOf(
      module,
      prepared,
      world.after([pathBecomes(`${folder}/src`, { ...made, content: Buffer.from(content) })]),
    )
  expect(expected('same\n')).toMatchObject({ status: 'ok' })
  expect(expected('other\n')).toMatchObject({ status: 'change' })
  expect(planOf(module, prepared, world.after([pathBecomes(`${folder}/src`, made)]))).toMatchObject({
    status: 'unknown',
  })
})
