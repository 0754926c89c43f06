import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Script } from '../../src/shell/sh.ts'
import apt from '../../src/tasks/apt.ts'
import { formatStanza } from '../../src/tasks/deb822-stanza.ts'
import module from '../../src/tasks/deb822_repository.ts'
import { readKeys } from '../../src/tasks/openpgp.ts'
import { id } from '../../src/world/world.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, type Host, runTask, shells } from './harness.ts'
import { ONE, TWO } from './keys.ts'
import { debian, el, package_, planWith } from './worlds.ts'

const SOURCE = { uris: 'http://a.example.com/debian', suites: 'bookworm', components: 'main' }
const binary = (key: { text: string }) => readKeys(Buffer.from(key.text))[0]?.bytes ?? Buffer.alloc(0)

/** A host with apt whose /etc is that folder, whatever this machine is. */
function inside(host: Host, folder: string): Host {
  return {
    name: host.name,
    run(script) {
      if (script.text.includes('order=')) return host.run(new Script('echo "apt systemd Debian"'))
      const answer = host.run(new Script(script.text.replaceAll('/etc/apt', `${folder}/etc/apt`)))
      const stdout = answer.stdout.toString('latin1').replaceAll(`${folder}/etc/apt`, '/etc/apt')
      return { ...answer, stdout: Buffer.from(stdout, 'latin1') }
    },
  }
}

function newHost(host: Host): { at: (path: string) => string; host: Host; folder: string } {
  const folder = scratch()
  mkdirSync(join(folder, 'etc/apt/sources.list.d'), { recursive: true })
  return { folder, host: inside(host, folder), at: (path) => join(folder, 'etc/apt', path) }
}

const modeOf = (path: string) => statSync(path).mode & 0o777

describe.each(shells)('deb822_repository with $name', (shell) => {
  test('a source comes, changes, and goes', async () => {
    const { at, host } = newHost(shell)
    const file = at('sources.list.d/ha-2-8.sources')
    const made = await runTask(module, { ...SOURCE, name: 'HA 2_8!' }, host)
    expect(made).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    const text =
      'Components: main\nX-Repolib-Name: HA 2_8!\nSuites: bookworm\nTypes: deb\nURIs: http://a.example.com/debian\n'
    expect(made.result).toEqual({
      repo: text,
      dest: '/etc/apt/sources.list.d/ha-2-8.sources',
      key_filename: null,
    })
    expect(readFileSync(file, 'utf8')).toBe(text)
    expect(modeOf(file)).toBe(0o644)
    expect(existsSync(at('keyrings'))).toBe(false)
    const changed = await runTask(module, { ...SOURCE, name: 'ha 2 8', enabled: false, mode: '0600' }, host)
    expect(changed).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(readFileSync(file, 'utf8')).toContain('Enabled: no\n')
    expect(modeOf(file)).toBe(0o600)
    const gone = await runTask(module, { name: 'ha-2-8', state: 'absent' }, host)
    expect(gone).toMatchObject({
      again: { status: 'ok' },
      mispredicted: [],
      result: { repo: null, key_filename: '/etc/apt/keyrings/ha-2-8.gpg' },
    })
    expect(existsSync(file)).toBe(false)
  })

  test.each([
    ['text', 'asc', Buffer.from(ONE.text)],
    ['bytes', 'gpg', binary(ONE)],
  ])('a key behind a URL, as %s', async (_name, ending, content) => {
    const { at, host, folder } = newHost(shell)
    const served = join(folder, 'key')
    writeFileSync(served, content)
    const args = { ...SOURCE, name: 'k', signed_by: `file://${served}` }
    const key = at(`keyrings/k.${ending}`)
    const made = await runTask(module, args, host)
    expect(made).toMatchObject({
      again: { status: 'ok' },
      mispredicted: [],
      result: { key_filename: `/etc/apt/keyrings/k.${ending}` },
    })
    expect(readFileSync(key)).toEqual(content)
    expect(readFileSync(at('sources.list.d/k.sources'), 'utf8')).toContain(
      `\nSigned-By: /etc/apt/keyrings/k.${ending}\n`,
    )
    expect([modeOf(key), modeOf(at('keyrings'))]).toEqual([0o644, 0o755])

    // Where the key is the same, only its mode is put right: the directory is others', too.
    chmodSync(key, 0o600)
    chmodSync(at('keyrings'), 0o700)
    expect(await runTask(module, args, host)).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect([modeOf(key), modeOf(at('keyrings'))]).toEqual([0o644, 0o700])
    writeFileSync(served, ending === 'asc' ? TWO.text : binary(TWO))
    const replaced = await runTask(module, args, host)
    expect(replaced).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(readFileSync(key)).toEqual(readFileSync(served))
    expect(modeOf(at('keyrings'))).toBe(0o755)

    writeFileSync(at('keyrings/k.asc'), 'x')
    await runTask(module, { name: 'k', state: 'absent' }, host)
    expect(['k.asc', 'k.gpg'].filter((name) => existsSync(at(`keyrings/${name}`)))).toEqual([])
  })

  test('what a URL gives is a key, or nothing is done', async () => {
    const { at, host, folder } = newHost(shell)
    const served = join(folder, 'key')
    const args = { ...SOURCE, name: 'k', signed_by: `file://${served}` }
    const says = async () => (await runTask(module, args, host)).plan
    expect(await says()).toMatchObject({ message: `${served} does not exist on the host` })
    writeFileSync(served, '')
    expect(await says()).toMatchObject({ status: 'fail', message: `there is nothing at file://${served}` })
    writeFileSync(served, '<!DOCTYPE html><html>')
    expect(await says()).toMatchObject({ message: expect.stringMatching(/is no key: it begins with "<!DOC/) })
    expect(existsSync(at('sources.list.d/k.sources'))).toBe(false)
  })

  test('a link to a file that is right stays, any other is replaced', async () => {
    const { at, host, folder } = newHost(shell)
    const file = at('sources.list.d/x.sources')
    writeFileSync(join(folder, 'behind'), 'old')
    symlinkSync(join(folder, 'behind'), file)
    await runTask(module, { ...SOURCE, name: 'x' }, host)
    expect(readFileSync(join(folder, 'behind'), 'utf8')).toBe('old')
    const kept = at('sources.list.d/y.sources')
    writeFileSync(join(folder, 'kept'), readFileSync(file, 'utf8').replace(': x', ': y'))
    symlinkSync(join(folder, 'kept'), kept)
    expect((await runTask(module, { ...SOURCE, name: 'y' }, host)).plan).toMatchObject({ status: 'ok' })
  })
})

test('a keyring on the host is named in the result where it is there', async () => {
  const [shell] = shells
  if (!shell) throw new Error('no shell')
  const { host, folder } = newHost(shell)
  const keyring = join(folder, 'x.gpg')
  const args = { ...SOURCE, name: 'x', signed_by: keyring }
  const before = await runTask(module, args, host)
  expect(before.result).toMatchObject({ key_filename: null, repo: expect.stringContaining(`: ${keyring}\n`) })
  writeFileSync(keyring, binary(ONE))
  expect(await runTask(module, args, host)).toMatchObject({
    plan: { status: 'ok' },
    result: { ...before.result, key_filename: keyring },
  })
})

/** As ansible-core's module and python3-debian write them. */
test.each<[Parameters<typeof formatStanza>[0], string]>([
  [
    { types: ['deb'], uris: ['a', 'b'], inrelease_path: 'x', allow_downgrade_to_insecure: true },
    'Allow-Downgrade-To-Insecure: yes\nInrelease-Path: x\nTypes: deb\nURIs: a b\n',
  ],
  [{ date_max_future: 0, by_hash: false, pdiffs: undefined }, 'By-Hash: no\nDate-Max-Future: 0\n'],
  [{ architectures: [], languages: [''] }, 'Architectures:\nLanguages:\n'],
  [{ signed_by: '-----BEGIN\n\n a\r\n=b\n\n' }, 'Signed-By:\n    -----BEGIN\n    .\n    a\n    =b\n'],
  [{ signed_by: 'ABCD\n' }, 'Signed-By:\n    ABCD\n'],
])('%j', (fields, text) => {
  expect(formatStanza(fields)).toBe(text)
})

test.each([
  ['a, b', ['a', ' b']],
  [
    ['a', 1, true],
    ['a', '1', 'True'],
  ],
  [12, ['12']],
])('a list may be given as %j', (given, wanted) => {
  expect(module.params.parse({ name: 'x', suites: given }).suites).toEqual(wanted)
})

test.each([
  [{ name: '!!' }, /no file can be named after "!!"/],
  [{ suites: 'x' }, /uris is needed/],
  [{ uris: 'x' }, /suites is needed/],
  [{ ...SOURCE, types: [] }, /types is needed/],
  [{ uris: 'x', suites: 'a/ b' }, /the suite b needs components/],
  [{ ...SOURCE, suites: '/' }, /the suite \/ is a path/],
  [{ ...SOURCE, signed_by: 'gopher://x' }, /gopher/],
  [{ ...SOURCE, signed_by: 'x.gpg' }, /"x\.gpg" is no URL, no absolute path, no fingerprint and no key/],
  [{ ...SOURCE, signed_by: ONE.fingerprint.replaceAll(/.{4}/g, '$& ') }, /without blanks/],
])('%j is refused', (args, why) => {
  expect(() => module.prepare(module.params.parse({ name: 'x', ...args }), controllerWith())).toThrow(why)
})

test.each([
  ONE.text,
  '',
  '/usr/share/keyrings/x.gpg',
  `${ONE.fingerprint},${TWO.fingerprint.toLowerCase()}!\n`,
  `${ONE.fingerprint} ${TWO.fingerprint}`,
])('signed_by: %j is as it is', async (signed_by) => {
  const params = module.params.parse({ ...SOURCE, name: 'x', signed_by })
  const prepared = await module.prepare(params, controllerWith())
  expect(prepared).toMatchObject({ source: undefined, fields: { signed_by } })
})

test.each([
  [{ ...SOURCE, include: 'a', exclude: 'b' }],
  [{ ...SOURCE, types: 'rpm' }],
  [{ ...SOURCE, colour: 'red' }],
])('%j is refused at load', (args) => {
  expect(module.params.safeParse({ name: 'x', ...args }).success).toBe(false)
})

test('apt skips what is switched off, whatever else it says, and asks nothing of what is to go', async () => {
  const prepared = (args: object) =>
    module.prepare(module.params.parse({ name: 'x', ...args }), controllerWith())
  expect(() => prepared({ enabled: false })).not.toThrow()
  const asked = module.asks(await prepared({ state: 'absent', signed_by: 'https://x/y' }))
  expect(asked.filter(({ kind }) => kind === 'script')).toEqual([])
})

test('what another machine has is asked for when its turn has come', () => {
  const late = (args: object) => module.late?.(module.params.parse({ name: 'x', ...args }))
  const url = 'https://x/y'
  const cases = [
    { signed_by: url },
    { signed_by: `${url}\n` },
    { signed_by: url, state: 'absent' },
    { signed_by: 'file:///y' },
    { signed_by: ONE.text },
    { signed_by: '/usr/share/keyrings/x.gpg' },
    {},
  ]
  expect(cases.map(late)).toEqual([true, true, false, false, false, false, false])
  const beyond = (value: string) =>
    typeof module.beyond === 'function' &&
    module.beyond(module.params.parse({ ...SOURCE, name: 'x', signed_by: value }))
  expect([url, 'file:///x.gpg', '/x.gpg'].map(beyond)).toEqual([true, false, false])
})

const url = 'https://keys.example.com/key'

/** The answer to the request for the key; whatever else is asked is not there, but for the folders. */
async function fetching(key: Buffer, more: Record<string, unknown> = {}) {
  const args = { ...SOURCE, name: 'x', signed_by: url }
  const prepared = await module.prepare(module.params.parse(args), controllerWith())
  const ask = module.asks(prepared).find((one) => one.kind === 'script' && one.ask.volatile === true)
  if (ask?.kind !== 'script') throw new Error('the key is not asked for')
  const printed = `HTTP/1.1 200 OK\n\nexit 0\nbody\n${key.toString('base64')}\n`
  const root = { uid: 0, gid: 0, owner: 'root', group: 'root' }
  const folder = { exists: true, type: 'directory', mode: 0o755, ...root, digests: {} }
  const folders = ['/', '/etc', '/etc/apt', '/etc/apt/sources.list.d', '/etc/apt/keyrings']
  const said = (stdout: string) => ({ code: 0, stdout: Buffer.from(stdout), stderr: Buffer.alloc(0) })
  return planWith(module, args, {
    ...debian,
    ...Object.fromEntries(
      folders.flatMap((path) => [path, `${path}/.`].map((key) => [id('path', key), folder])),
    ),
    'path //.': folder,
    'path /.': folder,
    [id('user', 'root')]: { exists: true, name: 'root', uid: 0, gid: 0 },
    [id('group', 'root')]: { exists: true, name: 'root', gid: 0 },
    [id('script', 'creator')]: said('0022\nuid=0(root) gid=0(root)'),
    [id('script', ask.ask.id)]: said(printed),
    ...more,
  })
}

test('a key of another machine is fetched once: after the change it is not asked for again', async () => {
  const { plan, world, again } = await fetching(Buffer.from(ONE.text))
  expect(plan).toMatchObject({ status: 'change', once: true })
  if (plan.status !== 'change') return
  expect(plan.diff.map((diff) => ('path' in diff ? diff.path : diff.subject))).toEqual([
    '/etc/apt/keyrings/x.asc',
    '/etc/apt/sources.list.d/x.sources',
  ])
  expect(again(world.after(plan.effects))).toMatchObject({
    status: 'ok',
    result: { key_filename: '/etc/apt/keyrings/x.asc' },
  })
})

test("behind a change nobody knows what apt's lists offer", async () => {
  const { plan, world } = await fetching(binary(ONE))
  const offers = { ...debian, ...package_('haproxy', '2.4', { candidate: '2.6' }) }
  const latest = await planWith(apt, { name: 'haproxy', state: 'latest' }, offers)
  expect(latest.plan.status).toBe('change')
  const effects = plan.status === 'change' ? plan.effects : []
  expect(world.touches('/etc/apt')).toBe(false)
  expect(latest.again(latest.world.after(effects))).toMatchObject({ status: 'unknown' })
})

test('a host without apt is refused', async () => {
  const { plan } = await planWith(module, { name: 'x', state: 'absent' }, el)
  expect(plan).toMatchObject({
    status: 'fail',
    message: 'deb822_repository is not for this host, which has dnf',
  })
})
