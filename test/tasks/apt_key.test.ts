import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import module from '../../src/tasks/apt_key.ts'
import { keyserverUrl } from '../../src/tasks/key-source.ts'
import { armored, OpenPgpError, readKeys } from '../../src/tasks/openpgp.ts'
import { startServer, type TestServer } from '../support/http-server.ts'
import { scratch } from '../world/hosts.ts'
import { Script } from '../../src/shell/sh.ts'
import { controllerWith, type Host, type Outcome, runTask, shells } from './harness.ts'
import { ONE, TWO } from './keys.ts'
import { el, planWith } from './worlds.ts'

const binary = (...keys: readonly { text: string }[]) =>
  Buffer.concat(keys.flatMap(({ text }) => readKeys(Buffer.from(text)).map(({ bytes }) => bytes)))

test('keys are read, as text and as bytes', () => {
  const both = readKeys(Buffer.from(`${ONE.text}words\r\n${TWO.text.replaceAll('\n', '\r\n')}`))
  expect(both.map(({ ids, fingerprint }) => [...ids, fingerprint])).toEqual(
    [ONE, TWO].map(({ id, sub, fingerprint }) => [id, sub, fingerprint]),
  )
  expect(readKeys(binary(ONE, TWO)).map(({ fingerprint }) => fingerprint)).toEqual([
    ONE.fingerprint,
    TWO.fingerprint,
  ])
  const [first] = both
  // With the check sum that gpg has written.
  expect(first && armored(first)).toBe(ONE.text)
  expect(first && readKeys(Buffer.from(armored(first)))).toEqual([first])
})

test.each([
  ['no packets', Buffer.from('hello')],
  ['cut short', binary(ONE).subarray(0, 100)],
  ['no end', Buffer.from(ONE.text.slice(0, 200))],
])('%s are no keys', (_name, bytes) => {
  expect(() => readKeys(bytes)).toThrow(OpenPgpError)
})

/** Has one key, and knows one question. */
const KEYSERVER = `
const [text, id] = process.argv.slice(1)
const server = require('node:http').createServer(({ url }, response) => {
  if (url === '/pks/lookup?op=get&options=mr&search=0x' + id) response.end(text)
  else response.writeHead(404).end()
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))`

/** A host with apt, whatever this machine is: the probe for the platform looks for the program. */
const hosts: readonly Host[] = shells.map((host) => ({
  name: host.name,
  run: (script) => {
    const platform = new Script('echo "apt systemd Debian"')
    return host.run(script.text.includes('order=') ? platform : script)
  },
}))

let server: TestServer
beforeAll(async () => {
  server = await startServer({})
})
afterAll(() => server.close())

const served = (content: string | Buffer) => `base64:${Buffer.from(content).toString('base64')}`

/** What gpg makes of a file of text; it must be one block, of which apt reads the first only. */
function asText(file: Buffer): Buffer {
  expect(file.toString('latin1').match(/^-----BEGIN PGP PUBLIC KEY BLOCK-----$/gm)).toHaveLength(1)
  const ended = spawnSync('gpg', ['--batch', '--dearmor'], { input: file })
  if (ended.error) return Buffer.concat(readKeys(file).map(({ bytes }) => bytes))
  expect(ended.status).toBe(0)
  return ended.stdout
}

/** The listing of keyrings is not predicted: what is predicted of their paths goes over it. */
function mispredicted(outcome: Outcome): string[] {
  return (outcome.mispredicted ?? []).filter((text) => !text.startsWith('{"kind":"script"'))
}

describe.each(hosts)('apt_key with $name', (host) => {
  test('a key is added, known by any of its IDs, and removed', async () => {
    const keyring = join(scratch(), 'k.gpg')
    const made = await runTask(module, { data: ONE.text, keyring }, host)
    expect(made).toMatchObject({
      again: { status: 'ok' },
      result: { id: ONE.id, fp: ONE.id, short_id: ONE.id.slice(-8), before: [], after: [ONE.id, ONE.sub] },
    })
    expect(mispredicted(made)).toEqual([])
    expect(readFileSync(keyring)).toEqual(binary(ONE))
    expect(statSync(keyring).mode & 0o777).toBe(0o644)
    for (const id of [ONE.id, `0x${ONE.fingerprint.toLowerCase()}`, ONE.id.slice(-8), ONE.sub])
      expect((await runTask(module, { data: ONE.text, id, keyring }, host)).plan.status).toBe('ok')
    await runTask(module, { data: TWO.text, keyring }, host)
    expect(readFileSync(keyring)).toEqual(binary(ONE, TWO))
    const removed = await runTask(module, { id: ONE.id, state: 'absent', keyring }, host)
    expect(removed).toMatchObject({ again: { status: 'ok' } })
    expect(mispredicted(removed)).toEqual([])
    expect(readFileSync(keyring)).toEqual(binary(TWO))
    await runTask(module, { data: TWO.text, state: 'absent', keyring }, host)
    expect(existsSync(keyring)).toBe(false)
  })

  test('a file on the host; a keyring of text stays text', async () => {
    const folder = scratch()
    const [file, keyring] = [join(folder, 'key'), join(folder, 'k.asc')]
    writeFileSync(file, binary(ONE, TWO))
    expect(mispredicted(await runTask(module, { file, keyring }, host))).toEqual([])
    expect(asText(readFileSync(keyring))).toEqual(binary(ONE, TWO))
  })

  test.each([
    ['text', ONE.text],
    [
      'text with Windows lines and a header',
      ONE.text.replace('\n\n', '\nVersion: x = y\n\n').replaceAll('\n', '\r\n'),
    ],
    ['two blocks of text', `${ONE.text}words\n${TWO.text}`],
    ['bytes', binary(ONE)],
  ])('%s behind a URL goes as text into .asc, as bytes into others', async (_name, content) => {
    const folder = scratch()
    await server.set({ key: served(content) })
    const args = { url: `${server.url}/key`, id: ONE.id }
    const both = content.includes('words') ? [ONE, TWO] : [ONE]
    for (const name of ['new.gpg', 'new.asc', 'there.gpg', 'there.asc']) {
      const keyring = join(folder, name)
      const had = content.includes('words') || !name.startsWith('there') ? [] : [TWO]
      if (had.length > 0) await runTask(module, { data: TWO.text, keyring }, host)
      const made = await runTask(module, { ...args, keyring }, host)
      expect(made).toMatchObject({ plan: { status: 'change' }, again: { status: 'ok' } })
      expect(mispredicted(made)).toEqual([])
      const found = readFileSync(keyring)
      expect(name.endsWith('.asc') ? asText(found) : found).toEqual(binary(...had, ...both))
      expect(statSync(keyring).mode & 0o777).toBe(0o644)
    }
    expect(readdirSync(folder).toSorted()).toEqual(['new.asc', 'new.gpg', 'there.asc', 'there.gpg'])
  })

  test('what is no key, or another one, is not added', async () => {
    const keyring = join(scratch(), 'k.gpg')
    const fails = async (args: Record<string, unknown>) =>
      (await runTask(module, { keyring, ...args }, host)).plan
    expect(await fails({ data: 'hello' })).toMatchObject({ status: 'fail' })
    expect(await fails({ data: ONE.text, id: TWO.id })).toMatchObject({
      message: expect.stringContaining('the key is not FF7C'),
    })
    expect(await fails({ file: '/no/such' })).toMatchObject({
      message: expect.stringContaining('does not exist'),
    })
    expect(await fails({ data: ONE.text, keyring: '/no/such/k.gpg' })).toMatchObject({
      message: expect.stringContaining('/no/such'),
    })
    expect(await fails({ data: ONE.text, keyring: scratch() })).toMatchObject({
      message: expect.stringContaining('is a directory, not a keyring'),
    })
    writeFileSync(keyring, Buffer.from('0000002001010002KBXf', 'latin1').fill(0, 0, 8).fill('KBXf', 8, 12))
    expect(await fails({ data: ONE.text })).toMatchObject({ message: expect.stringContaining('is a keybox') })
  })
})

describe('from a URL', () => {
  const [host] = hosts

  test('the key is told by what is fetched; with an ID it is fetched when it is missing', async () => {
    if (!host) throw new Error('no shell')
    const folder = scratch()
    const url = (name: string) => `${server.url}/${name}`
    await server.set({
      'one.asc': ONE.text.replaceAll('\n', '\r\n'),
      'two.gpg': served(binary(TWO)),
      'cut.asc': ONE.text.trimEnd(),
    })
    const keyring = join(folder, 'k.gpg')
    const made = await runTask(module, { url: url('one.asc'), id: ONE.fingerprint, keyring }, host)
    expect(made).toMatchObject({ again: { status: 'ok' } })
    expect(readFileSync(keyring)).toEqual(binary(ONE))
    expect((await runTask(module, { url: url('two.gpg'), keyring }, host)).again).toMatchObject({
      status: 'ok',
    })
    expect(readFileSync(keyring)).toEqual(binary(ONE, TWO))
    const other = join(folder, 'o.gpg')
    await runTask(module, { url: url('cut.asc'), id: ONE.fingerprint, keyring: other }, host)
    expect(readFileSync(other)).toEqual(binary(ONE))
    const wrong = await runTask(module, { url: url('one.asc'), id: 'ABCDEFAB', keyring }, host)
    expect(wrong.failure).toMatch(/^the key at .* is not ABCDEFAB$/)
    expect(readFileSync(keyring)).toEqual(binary(ONE, TWO))
    expect((await runTask(module, { url: url('no'), keyring }, host)).plan).toMatchObject({ status: 'fail' })
  })

  test('file:// is a file of the host, which is looked at before anything is said', async () => {
    if (!host) throw new Error('no shell')
    const folder = scratch()
    const keyring = join(folder, 'k.gpg')
    const args = { url: `file://${folder}/one%20key`, id: ONE.id, keyring }
    expect((await runTask(module, args, host)).plan).toMatchObject({
      status: 'fail',
      message: `${folder}/one key does not exist on the host`,
    })
    writeFileSync(join(folder, 'one key'), TWO.text)
    expect((await runTask(module, args, host)).plan).toMatchObject({
      message: expect.stringContaining('is not'),
    })
    writeFileSync(join(folder, 'one key'), ONE.text)
    expect(await runTask(module, args, host)).toMatchObject({ again: { status: 'ok' } })
    expect(readFileSync(keyring)).toEqual(binary(ONE))
  })
})

test.each([
  ['keys.example.org', 'http://keys.example.org:11371'],
  ['hkp://keys.example.org:80', 'http://keys.example.org:80'],
  ['hkp://[fd88::1]', 'http://[fd88::1]:11371'],
  ['hkps://keys.example.org/', 'https://keys.example.org'],
  ['https://keys.example.org', 'https://keys.example.org'],
  ['http://keys.example.org:8080', 'http://keys.example.org:8080'],
])('the keyserver %s is %s', (server, origin) => {
  expect(keyserverUrl(server, 'AB')).toBe(`${origin}/pks/lookup?op=get&options=mr&search=0xAB`)
})

test('a key of a keyserver', async () => {
  const [host] = hosts
  if (!host) throw new Error('no shell')
  // In a process of its own: runTask stops this one while the host fetches.
  const server = spawn(process.execPath, ['-e', KEYSERVER, '--', ONE.text, ONE.id], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [port]: unknown[] = await once(server.stdout, 'data')
    const keyring = join(scratch(), 'k.gpg')
    const keyserver = `hkp://127.0.0.1:${String(port).trim()}`
    const made = await runTask(module, { keyserver, id: `0x${ONE.id}`, keyring }, host)
    expect(made).toMatchObject({ again: { status: 'ok' } })
    expect(readFileSync(keyring)).toEqual(binary(ONE))
    const none = await runTask(module, { keyserver, id: TWO.id, keyring }, host)
    expect(none.failure).toMatch(/404/)
  } finally {
    server.kill()
  }
})

test('what another machine has is asked for when its turn has come', () => {
  const late = (args: object) => module.late?.(module.params.parse(args))
  const url = 'https://x/y'
  expect([{ url }, { url, id: ONE.id }, { url: 'file:///y' }, { data: 'x' }].map(late)).toEqual([
    true,
    false,
    false,
    false,
  ])
})

test('a host without apt is refused', async () => {
  const { plan } = await planWith(module, { id: ONE.id, state: 'absent' }, el)
  expect(plan).toMatchObject({ status: 'fail', message: 'apt_key is not for this host, which has dnf' })
})

test.each([
  [{ id: 'XYZ', state: 'absent' }, /is no ID of a key/],
  [{ id: ONE.id }, /there is no key to add/],
])('%j is refused', (args, why) => {
  expect(() => module.prepare(module.params.parse(args), controllerWith())).toThrow(why)
})

test.each([{}, { data: 'x', url: 'y' }, { keyserver: 'x' }, { keyserver: 'x', url: 'y', id: 'AAAAAAAA' }])(
  '%j is refused at load',
  (args) => {
    expect(module.params.safeParse(args).success).toBe(false)
  },
)
