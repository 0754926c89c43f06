import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import module from '../../src/tasks/uri.ts'
import { toJson } from '../../src/value.ts'
import { startServer, type TestServer } from '../support/http-server.ts'
import { hostWithOnly } from '../support/tools.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, EVAL, hostOf, runTask, shells } from './harness.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ 'a.txt': 'hello\n', plain: 'plain\n', auth: 'in\n', 'd.json': '{"a": 1.0}' })
})
afterAll(() => server.close())

const able = [...shells, hostWithOnly('python', ['python3']), hostWithOnly('perl', ['perl', 'openssl'])]
const wget = [hostWithOnly('busybox wget', ['busybox wget'])]

describe.each([...able, ...wget])('uri with $name', (host) => {
  const ask = (path: string, more: Record<string, unknown> = {}) =>
    runTask(module, { url: `${server.url}${path}`, follow_redirects: 'all', ...more }, host)

  test('status, headers as keys, content', async () => {
    const { plan, result } = await ask('/plain', { return_content: true })
    expect(plan).toMatchObject({ counts: false, effects: [] })
    expect(result).toMatchObject({
      status: 200,
      content: 'plain\n',
      content_type: 'text/plain; charset=utf-8',
      content_length: '6',
      x_test: 'yes',
      msg: 'OK (6 bytes)',
      url: `${server.url}/plain`,
      redirected: false,
    })
    expect((await ask('/plain')).result).not.toHaveProperty('content')
  })

  test('JSON comes as data', async () => {
    const { result } = await ask('/echo?x=1')
    expect(toJson(result['json'] ?? null)).toMatchObject({ method: 'GET', url: '/echo?x=1' })
  })

  test('a wrong status fails, with what the server said', async () => {
    expect((await ask('/status/503')).failure).toBe(
      'Status code was 503 and not [200]: HTTP Error 503: Service Unavailable',
    )
    expect(await ask('/status/404', { status_code: '200, 404' })).toMatchObject({
      result: { status: 404, msg: 'HTTP Error 404: Not Found' },
    })
    const down = await runTask(module, { url: 'http://127.0.0.1:9/', timeout: 2 }, host)
    expect(down.failure).toMatch(/^Status code was -1 and not \[200\]: Request failed: \S/)
    const hoped = await runTask(module, { url: 'http://127.0.0.1:9/', status_code: [-1], timeout: 2 }, host)
    expect(hoped.result).toMatchObject({ status: -1 })
  })

  test('redirects of GET', async () => {
    const { result } = await ask('/to/to/plain', { return_content: true })
    expect(result).toMatchObject({ content: 'plain\n', url: `${server.url}/plain`, redirected: true })
  })

  test('a body', async () => {
    const sent = async (args: Record<string, unknown>) =>
      toJson((await ask('/echo', { method: 'POST', ...args })).result['json'] ?? null)
    expect(await sent({ body: { a: ['ü', 1] }, body_format: 'json' })).toMatchObject({
      body: String.raw`{"a": ["\u00fc", 1]}`,
      headers: { 'content-type': 'application/json' },
    })
    expect(await sent({ body: { a: ['x y', '&'], b: 1 }, body_format: 'form-urlencoded' })).toMatchObject({
      body: 'a=x+y&a=%26&b=1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(await sent({ body: '@x "y"\\\n%\t€' })).toMatchObject({ method: 'POST', body: '@x "y"\\\n%\t€' })
    expect(
      await sent({
        body: { text: 'x', file: { content: 'c', filename: 'f.txt', mime_type: 'text/plain' } },
        body_format: 'form-multipart',
      }),
    ).toMatchObject({
      body: expect.stringMatching(/name="file"; filename="f.txt"\r\n\r\nc\r\n/),
      headers: { 'content-type': expect.stringMatching(/^multipart\/form-data; boundary=/) },
    })
  })

  test('a file as body, of the controller and of the host', async () => {
    const file = join(scratch(), 'body')
    writeFileSync(file, 'one\ntwo\n')
    for (const remote_src of [true, false]) {
      const { result } = await ask('/echo', { method: 'POST', src: file, remote_src, return_content: true })
      expect(toJson(result['json'] ?? null)).toMatchObject({ body: 'one\ntwo\n' })
    }
  })

  test('the answer into a file, each time, but not when it has not changed', async () => {
    const dest = join(scratch(), 'f')
    const first = await ask('/a.txt', { dest, mode: '0600' })
    expect(first).toMatchObject({
      plan: { status: 'change' },
      mispredicted: [],
      result: { status: 200, path: dest },
    })
    expect(readFileSync(dest, 'utf8')).toBe('hello\n')
    expect((await ask('/a.txt', { dest })).failure).toMatch(/304/)
    const kept = await ask('/a.txt', { dest, status_code: [200, 304] })
    expect(kept.result).toMatchObject({ status: 304, changed: false })
    const plain = await ask('/plain', { dest })
    expect(plain.result).not.toHaveProperty('changed')
    expect(readdirSync(join(dest, '..'))).toEqual(['f'])
    const wrong = await ask('/status/500', { dest })
    expect(wrong.failure).toMatch(/500/)
    expect(readFileSync(dest, 'utf8')).toBe('plain\n')
  })

  test('the file that is the newest gets its attributes; force asks for it all the same', async () => {
    const dest = join(scratch(), 'f')
    const get = (more: Record<string, unknown>) => ask('/a.txt', { dest, status_code: [200, 304], ...more })
    await get({ mode: '0600' })
    const set = await get({ mode: '0640' })
    expect(set).toMatchObject({ plan: { status: 'change' }, mispredicted: [], result: { status: 304 } })
    expect(set.result).not.toHaveProperty('changed')
    expect(statSync(dest).mode & 0o777).toBe(0o640)
    expect((await get({ mode: '0640' })).result).toMatchObject({ status: 304, changed: false })
    expect((await get({ force: true })).result).toMatchObject({ status: 200 })
  })

  test('creates and removes', async () => {
    const folder = scratch()
    await server.log()
    expect((await ask('/plain', { creates: folder })).plan).toMatchObject({ status: 'ok' })
    expect((await ask('/plain', { removes: `${folder}/none` })).plan).toMatchObject({ status: 'ok' })
    expect(await server.log()).toEqual([])
    expect((await ask('/plain', { creates: `${folder}/none`, removes: folder })).result).toMatchObject({
      status: 200,
    })
  })

  test('logging in', async () => {
    const login = { user: 'anna', password: 'secret', force_basic_auth: true }
    expect((await ask('/auth', login)).result).toMatchObject({ status: 200 })
  })
})

describe.each(able)('uri with $name', (host) => {
  const ask = (path: string, more: Record<string, unknown> = {}) =>
    runTask(module, { url: `${server.url}${path}`, ...more }, host)

  test('any method; redirects of others than GET only on request', async () => {
    const { result } = await ask('/echo', { method: 'patch', body: 'x' })
    expect(toJson(result['json'] ?? null)).toMatchObject({ method: 'PATCH', body: 'x' })
    const post = { method: 'POST', body: 'x', status_code: [200, 302] }
    expect((await ask('/to/echo', post)).result).toMatchObject({
      status: 302,
      location: `${server.url}/echo`,
    })
    const all = await ask('/to/echo', { ...post, follow_redirects: 'all' })
    expect(toJson(all.result['json'] ?? null)).toMatchObject({ method: 'GET' })
    expect((await ask('/to/plain', { follow_redirects: 'none', status_code: 302 })).result).toMatchObject({
      status: 302,
    })
  })

  test('user and password after a 401', async () => {
    const login = { user: 'anna', password: 'secret' }
    expect((await ask('/auth', login)).result).toMatchObject({ status: 200 })
  })
})

test.each([
  [{ url: 'http://h/', method: 'GET X' }, /one word/],
  [{ url: 'http://h/', body: 'x', src: '/f' }, /exclude/],
  [{ url: 'ftp://h/' }, /only http/],
  [{ url: 'http://h/', src: 'f', remote_src: true }, /absolute/],
  [{ url: 'http://h/', body: 3, body_format: 'form-multipart' }, /takes a dict/],
])('%j is refused', async (args, says) => {
  await expect(
    Promise.resolve().then(() => module.prepare(module.params.parse(args), controllerWith())),
  ).rejects.toThrow(says)
})

test('nothing that could make the request', async () => {
  const done = await runTask(
    module,
    { url: 'http://127.0.0.1:9/', method: 'POST' },
    hostWithOnly('nothing', []),
  )
  expect(done.failure).toMatch(/install curl, python3, perl or wget \(busybox wget follows/)
  expect(existsSync('/tmp/.hakube')).toBe(false)
})

test('what was to be sent is gone, whatever has become of it', async () => {
  const folder = scratch()
  writeFileSync(join(folder, 'src'), 'a secret')
  writeFileSync(join(folder, 'base64'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  const TMPDIR = join(folder, 'tmp')
  mkdirSync(TMPDIR)
  const env = { TMPDIR, PATH: `${folder}:${process.env['PATH'] ?? ''}` }
  const host = hostOf('a broken host', ['sh', '-c', EVAL], env)
  const args = { url: `${server.url}/echo`, method: 'POST', src: join(folder, 'src') }
  expect((await runTask(module, args, host)).applied?.code).toBe(1)
  expect(readdirSync(TMPDIR)).toEqual([])
})
