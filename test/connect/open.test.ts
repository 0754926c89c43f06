import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/connect/connection.ts'
import { fingerprint } from '../../src/connect/known-hosts.ts'
import { KeyRing } from '../../src/connect/ssh/key-ring.ts'
import { entriesOf } from '../../src/connect/known-hosts.ts'
import { readKnownHosts } from '../../src/connect/known-hosts-file.ts'
import { resolveSettings } from '../../src/connect/ssh-config.ts'
import { prepareLogin } from '../../src/connect/ssh/auth.ts'
import { SshClient } from '../../src/connect/ssh/client.ts'
import { mayPass } from '../../src/connect/ssh/failure.ts'
import { openConnection, type OpenOptions } from '../../src/connect/open.ts'
import type { Target } from '../../src/connect/target.ts'
import { Secret } from '../../src/secret.ts'
import { Script, sh } from '../../src/shell/sh.ts'
import { Relay } from '../fakes/ssh-relay.ts'
import { FakeSshAgent } from '../fakes/ssh-agent.ts'
import { FakeSshServer, type FakeSshOptions, newEncryptedKey, newKey } from '../fakes/ssh-server.ts'

const hostKey = newKey()
const rsaHostKey = newKey('rsa')
const userKey = newKey()
const encrypted = newEncryptedKey('open sesame')

let home: string
let warnings: string[]
let closers: (() => Promise<unknown>)[]

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hakube-test-'))
  warnings = []
  closers = []
  file('config', '')
  file('key', userKey.pem)
  file('encrypted', encrypted.pem)
  file('other', newKey().pem)
})
afterEach(async () => {
  for (const close of closers.reverse()) await close()
  rmSync(home, { recursive: true })
})

function file(name: string, text: string): string {
  writeFileSync(join(home, name), text, { mode: 0o600 })
  return join(home, name)
}

async function server(options: Partial<FakeSshOptions> = {}): Promise<FakeSshServer> {
  const fake = await new FakeSshServer({
    hostKeys: [hostKey.pem],
    authorized: [userKey.wire],
    ...options,
  }).listen()
  closers.push(() => fake.close())
  return fake
}

function known(port: number, key = hostKey, type = 'ssh-ed25519'): void {
  file('known', `[127.0.0.1]:${port} ${type} ${key.wire.toString('base64')}\n`)
}

/** Nothing of the machine's own configuration, keys and agent takes part. */
function target(port: number, more: Partial<Target> = {}, args = ''): Target {
  const sshCommonArgs = `-F ${join(home, 'config')} -o IdentityAgent=none -o IdentityFile=none -o UserKnownHostsFile=${join(home, 'known')} ${args}`
  const name = 'm1'
  const address = '127.0.0.1'
  return {
    name,
    address,
    port,
    user: 'root',
    connection: 'ssh',
    keyFile: join(home, 'key'),
    sshCommonArgs,
    ...more,
  }
}

async function open(target: Target, options: Partial<OpenOptions> = {}): Promise<Connection> {
  const connection = await openConnection(target, {
    warn: (text) => warnings.push(text),
    backOff: 0.05,
    ...options,
  })
  closers.push(() => connection.close())
  return connection
}

async function hello(connection: Connection): Promise<string> {
  const { answers } = await (
    await connection.shell({})
  ).exchange({ questions: [{ id: 'a', script: sh`echo hello` }] })
  return String(answers.get('a')?.stdout)
}

describe('logging in', () => {
  it.each<[string, Partial<Target>, Partial<FakeSshOptions>, string[]]>([
    ['a key', {}, {}, ['root publickey']],
    ['a password', { keyFile: undefined, password: new Secret('pw') }, { password: 'pw' }, ['root password']],
    [
      'a password as an answer to a prompt',
      { keyFile: undefined, password: new Secret('pw') },
      { password: 'pw', offers: ['keyboard-interactive'] },
      ['root password', 'root keyboard-interactive'],
    ],
  ])('works with %s', async (_way, more, options, attempts) => {
    const { port, attempts: made } = await server(options).then((fake) => (known(fake.port), fake))
    expect(await hello(await open(target(port, more)))).toBe('hello\n')
    expect([...new Set(made)]).toEqual(attempts)
    expect(warnings).toEqual([])
  })

  it('names what was tried when the host refuses', async () => {
    const { port } = await server({ password: 'right' })
    known(port)
    const wrong = target(
      port,
      { keyFile: join(home, 'other'), password: new Secret('wrong') },
      `-i ${join(home, 'encrypted')}`,
    )
    await expect(open(wrong)).rejects.toMatchObject({
      code: 'authentication-failed',
      exitCode: 4,
      host: 'm1',
      message: `cannot connect to 127.0.0.1 port ${port}: root was not let in: tried key ${join(home, 'other')}, password; key ${join(home, 'encrypted')} was left out: it is encrypted, and there is no passphrase; the host takes publickey, password`,
    })
  })

  it('tries a password once, also where the host would take it another way', async () => {
    const fake = await server({ password: 'right', offers: ['password', 'keyboard-interactive'] })
    known(fake.port)
    await expect(
      open(target(fake.port, { keyFile: undefined, password: new Secret('wrong') })),
    ).rejects.toThrow(/tried password;/)
    expect(fake.attempts).toEqual(['root password'])
  })

  describe('by an encrypted key', () => {
    function ring(...answers: string[]): { keys: KeyRing; asked: string[] } {
      const asked: string[] = []
      const keys = new KeyRing(async (name, again) => {
        asked.push(`${name}${again ? ' again' : ''}`)
        const answer = answers.shift()
        return answer === undefined ? undefined : new Secret(answer)
      })
      return { keys, asked }
    }
    const path = (): string => join(home, 'encrypted')

    it('fails at once where there is nobody to ask', async () => {
      const fake = await server({ authorized: [encrypted.wire] })
      await expect(open(target(fake.port, { keyFile: path() }))).rejects.toMatchObject({
        code: 'bad-key-file',
        message: expect.stringContaining('it is encrypted, and there is no passphrase'),
        hint: expect.stringContaining(`ssh-add ${path()}`),
      })
      expect(fake.connections).toBe(0)
    })

    it('asks once for all hosts, again after a wrong answer', async () => {
      const fakes = [
        await server({ authorized: [encrypted.wire] }),
        await server({ authorized: [encrypted.wire] }),
      ]
      file('known', `* ssh-ed25519 ${hostKey.wire.toString('base64')}\n`)
      const { keys, asked } = ring('no', 'open sesame')
      const opened = await Promise.all(
        fakes.map(({ port }) => open(target(port, { keyFile: path() }), { keys })),
      )
      expect(await Promise.all(opened.map(hello))).toEqual(['hello\n', 'hello\n'])
      expect(asked).toEqual([path(), `${path()} again`])
      expect(new Set(fakes.flatMap(({ attempts }) => attempts))).toEqual(new Set(['root publickey']))
    })

    it('goes on without it after three wrong answers, and does not ask for it again', async () => {
      const { port } = await server({ authorized: [encrypted.wire], password: 'pw' })
      known(port)
      const { keys, asked } = ring('a', 'b', 'c', 'open sesame')
      const locked = target(port, { keyFile: path() })
      for (let i = 0; i < 2; i += 1)
        await expect(open(locked, { keys })).rejects.toMatchObject({
          code: 'authentication-failed',
          message: expect.stringContaining(`key ${path()} stayed locked`),
          hint: expect.stringContaining('ssh-add'),
        })
      expect(asked).toHaveLength(3)
      expect(await hello(await open({ ...locked, password: new Secret('pw') }, { keys }))).toBe('hello\n')
    })

    it('does not ask for a key that the host would not take, or that the agent holds', async () => {
      const agent = new FakeSshAgent([newKey().pem, userKey.pem])
      await agent.listen(join(home, 'agent'))
      closers.push(() => agent.close())
      const { port, attempts } = await server()
      known(port)
      const { keys, asked } = ring()
      const plain = target(port, { keyFile: path() }, `-i ${join(home, 'key')}`)
      expect(await hello(await open(plain, { keys }))).toBe('hello\n')
      file('locked', newEncryptedKey('x').pem)
      file('locked.pub', `ssh-ed25519 ${userKey.wire.toString('base64')} me`)
      const held = target(port, { keyFile: join(home, 'gone') }, `-o IdentitiesOnly=yes`)
      file('gone.pub', `ssh-ed25519 ${userKey.wire.toString('base64')} me`)
      held.sshCommonArgs = held.sshCommonArgs?.replace(
        'IdentityAgent=none',
        `IdentityAgent=${join(home, 'agent')}`,
      )
      attempts.length = 0
      expect(await hello(await open(held, { keys }))).toBe('hello\n')
      expect([asked, new Set(attempts), agent.signed]).toEqual([[], new Set(['root publickey']), 1])
    })

    it('is asked for at a jump host and not again behind it', async () => {
      const [first, last] = [
        await server({ authorized: [encrypted.wire] }),
        await server({ authorized: [encrypted.wire] }),
      ]
      file('known', `* ssh-ed25519 ${hostKey.wire.toString('base64')}\n`)
      file(
        'config',
        `Host hop1\n HostName 127.0.0.1\n Port ${first.port}\n IdentityFile ${path()}\n IdentityAgent none\n UserKnownHostsFile ${join(home, 'known')}\n`,
      )
      const { keys, asked } = ring('open sesame')
      const jumping = target(last.port, { keyFile: path() }, '-J hop1')
      expect(await hello(await open(jumping, { keys }))).toBe('hello\n')
      expect(asked).toEqual([path()])
    })
  })

  it('goes on with the keys that are left when the host hangs up after some', async () => {
    const agent = new FakeSshAgent([...Array.from({ length: 7 }, () => newKey().pem), userKey.pem])
    await agent.listen(join(home, 'agent'))
    closers.push(() => agent.close())
    const fake = await server({ maxTries: 3 })
    known(fake.port)
    const many = target(fake.port, { keyFile: undefined })
    many.sshCommonArgs = many.sshCommonArgs?.replace(
      'IdentityAgent=none',
      `IdentityAgent=${join(home, 'agent')}`,
    )
    expect(await hello(await open(many))).toBe('hello\n')
    expect(fake.connections).toBe(3)
    const fewer = await server({ maxTries: 2 })
    known(fewer.port)
    await expect(open({ ...many, port: fewer.port })).rejects.toMatchObject({
      code: 'authentication-failed',
      message: expect.stringMatching(/the host hung up during the log-in of root.*tried 6 keys of the agent/),
      hint: expect.stringContaining('IdentitiesOnly'),
    })
    expect(fewer.connections).toBe(3)
    // The key that the configuration names comes first, whatever its place in the agent.
    const named = await server({ maxTries: 2 })
    known(named.port)
    file('mine.pub', `ssh-ed25519 ${userKey.wire.toString('base64')} me`)
    const sshCommonArgs = `${many.sshCommonArgs} -i ${join(home, 'mine')}`
    expect(await hello(await open({ ...many, port: named.port, sshCommonArgs }))).toBe('hello\n')
    expect(named.connections).toBe(1)
  })

  it('works over IPv6, straight and by a jump', async () => {
    const [first, last] = [await server({ address: '::1' }), await server({ address: '::1' })]
    const keys = [first, last].map(
      ({ port }) => `[::1]:${port} ssh-ed25519 ${hostKey.wire.toString('base64')}\n`,
    )
    file('known', keys.join(''))
    file(
      'config',
      `Host *\n IdentityFile ${join(home, 'key')}\n IdentityAgent none\n UserKnownHostsFile ${join(home, 'known')}\n`,
    )
    expect(await hello(await open(target(last.port, { address: '::1' })))).toBe('hello\n')
    const jump = `-J jumper@[::1]:${first.port}`
    expect(await hello(await open(target(last.port, { address: '::1' }, jump)))).toBe('hello\n')
    expect(first.attempts[0]).toBe('jumper publickey')
  })

  it('comes from the address that BindAddress says', async () => {
    const { port, peers } = await server()
    known(port)
    for (const args of ['', '-b 127.0.0.3', '-o BindAddress=127.0.0.4']) await open(target(port, {}, args))
    expect(peers).toEqual(['127.0.0.1', '127.0.0.3', '127.0.0.4'])
  })

  it('gives all that a host wants where one way is not enough', async () => {
    const { port, attempts } = await server({ password: 'pw', both: true })
    known(port)
    expect(await hello(await open(target(port, { password: new Secret('pw') })))).toBe('hello\n')
    expect([...new Set(attempts)]).toEqual(['root publickey', 'root password'])
  })

  it.each([
    ['missing', /no such file/],
    ['public', /Unsupported key format|public key/],
  ])('refuses a key file that is %s', async (name, words) => {
    const { port } = await server()
    known(port)
    file('public', 'ssh-ed25519 AAAA')
    await expect(open(target(port, { keyFile: join(home, name) }))).rejects.toMatchObject({
      code: 'bad-key-file',
      message: expect.stringMatching(words),
    })
  })

  it('asks the agent, but only for the key of IdentitiesOnly', async () => {
    const agent = new FakeSshAgent([newKey().pem, userKey.pem])
    await agent.listen(join(home, 'agent'))
    closers.push(() => agent.close())
    const fake = await server()
    known(fake.port)
    const viaAgent = target(fake.port, { keyFile: undefined })
    viaAgent.sshCommonArgs = viaAgent.sshCommonArgs?.replace(
      'IdentityAgent=none',
      `IdentityAgent=${join(home, 'agent')}`,
    )
    expect(await hello(await open(viaAgent))).toBe('hello\n')
    expect(agent.signed).toBe(1)
    const refused = fake.attempts.length
    file('other.pub', `ssh-ed25519 ${newKey().wire.toString('base64')}`)
    const only = {
      ...viaAgent,
      keyFile: join(home, 'other'),
      sshCommonArgs: `${viaAgent.sshCommonArgs} -o IdentitiesOnly=yes`,
    }
    await expect(open(only)).rejects.toThrow(/tried key .*other; the agent has none of these keys/)
    expect(fake.attempts.length - refused).toBe(1)
  })

  it('goes on without an agent that cannot be reached', async () => {
    const { port } = await server({ password: 'pw' })
    known(port)
    const dead = target(port, { keyFile: undefined, password: new Secret('pw') })
    dead.sshCommonArgs = dead.sshCommonArgs?.replace(
      'IdentityAgent=none',
      `IdentityAgent=${join(home, 'nothing')}`,
    )
    expect(await hello(await open(dead))).toBe('hello\n')
    await expect(open({ ...dead, password: new Secret('no') })).rejects.toThrow(
      /agent \(Failed to connect to agent\)/,
    )
  })

  it('finds its settings in the configuration file, which the inventory beats', async () => {
    const fake = await server()
    known(fake.port)
    file(
      'config',
      `Host web\n  HostName 127.0.0.1\n  Port ${fake.port}\n  User carol\n  IdentityFile ${join(home, 'key')}\n`,
    )
    const args = `-F ${join(home, 'config')} -o UserKnownHostsFile=${join(home, 'known')} -o IdentityAgent=none`
    const plain: Target = { name: 'm1', address: 'web', connection: 'ssh', sshCommonArgs: args }
    await open(plain)
    await open({ ...plain, user: 'dave' })
    expect(new Set(fake.attempts.map((attempt) => attempt.split(' ')[0]))).toEqual(new Set(['carol', 'dave']))
  })
})

describe('the host key', () => {
  it('of an unknown host is refused, or kept once when new ones are accepted', async () => {
    const { port } = await server()
    await expect(open(target(port))).rejects.toMatchObject({
      code: 'host-key-unknown',
      exitCode: 4,
      message: `[127.0.0.1]:${port} is not in known_hosts; it shows the key ssh-ed25519 ${fingerprint(hostKey.wire)}`,
      hint: expect.stringContaining('--host-key-checking=accept-new'),
    })
    for (let i = 0; i < 2; i += 1)
      await open(target(port, { hostKeyChecking: 'accept-new' }, '-o HashKnownHosts=no'))
    expect(readFileSync(join(home, 'known'), 'utf8')).toBe(
      `[127.0.0.1]:${port} ssh-ed25519 ${hostKey.wire.toString('base64')}\n`,
    )
    await open(target(port))
    expect(warnings).toEqual([])
  })

  it.each(['strict', 'accept-new', 'no'] as const)(
    'is refused when it has changed (%s)',
    async (hostKeyChecking) => {
      const { port } = await server()
      const old = newKey()
      known(port, old)
      await expect(open(target(port, { hostKeyChecking }))).rejects.toMatchObject({
        code: 'host-key-changed',
        exitCode: 4,
        message: `the key of [127.0.0.1]:${port} has changed: it shows ssh-ed25519 ${fingerprint(hostKey.wire)}, known is ssh-ed25519 ${fingerprint(old.wire)} (${join(home, 'known')}:1)`,
      })
    },
  )

  it('is of the type that is known, where the host has several', async () => {
    const { port } = await server({ hostKeys: [hostKey.pem, rsaHostKey.pem] })
    known(port, rsaHostKey, 'ssh-rsa')
    expect(await hello(await open(target(port)))).toBe('hello\n')
  })

  it('that is revoked is refused whatever the settings', async () => {
    const { port } = await server()
    file('known', `@revoked * ssh-ed25519 ${hostKey.wire.toString('base64')}\n`)
    await expect(open(target(port, { hostKeyChecking: 'no' }))).rejects.toMatchObject({
      code: 'host-key-revoked',
    })
  })

  it('of an unknown host is accepted with a warning where the user has switched checking off', async () => {
    const { port } = await server()
    file('config', 'Host *\n  StrictHostKeyChecking no\n')
    await open(target(port))
    expect(warnings).toEqual([
      `keys of unknown hosts are accepted unseen, because of StrictHostKeyChecking=no in ${join(home, 'config')}:2`,
    ])
    await open(target(port))
    expect(warnings).toHaveLength(1)
  })

  it('that has changed passes only where nothing is kept', async () => {
    const { port } = await server()
    known(port, newKey())
    const off = target(port, {}, '-o StrictHostKeyChecking=no')
    await expect(open(off)).rejects.toMatchObject({ code: 'host-key-changed' })
    off.sshCommonArgs = off.sshCommonArgs?.replace(/UserKnownHostsFile=\S+/, 'UserKnownHostsFile=/dev/null')
    expect(await hello(await open(off))).toBe('hello\n')
    expect(warnings).toEqual([
      'keys of unknown hosts are accepted unseen, because of StrictHostKeyChecking=no in the SSH arguments of m1',
    ])
  })
})

describe('what goes wrong on the way', () => {
  it('is a refused connection, tried twice more, with more time between', async () => {
    const began = Date.now()
    await expect(open(target(1), { backOff: 0.1 })).rejects.toMatchObject({
      code: 'connection-refused',
      exitCode: 4,
      message: 'cannot connect to 127.0.0.1 port 1: the connection was refused',
    })
    // 0.1 and 0.2 s, a quarter less at most.
    expect(Date.now() - began).toBeGreaterThan(220)
  })

  it('may pass: the third attempt counts', async () => {
    const fake = await server({ resetFirst: 2 })
    known(fake.port)
    expect(await hello(await open(target(fake.port)))).toBe('hello\n')
    expect(fake.connections).toBe(3)
    const twice = await server({ resetFirst: 2 })
    await expect(open(target(twice.port), { retries: 0 })).rejects.toMatchObject({ code: 'connection-reset' })
    expect(twice.connections).toBe(1)
  })

  it('is not tried again when it cannot pass', async () => {
    const fake = await server()
    await expect(open(target(fake.port))).rejects.toMatchObject({ code: 'host-key-unknown' })
    expect(fake.connections).toBe(1)
    known(fake.port)
    await expect(open(target(fake.port, { keyFile: join(home, 'other') }))).rejects.toMatchObject({
      code: 'authentication-failed',
    })
    expect(fake.connections).toBe(2)
  })

  it('is a log-in that never ends', async () => {
    const { port } = await server({ mute: true })
    known(port)
    const settings = { ...(await resolveSettings(target(port))), loginTimeout: 0.3 }
    const login = await prepareLogin(settings, { host: 'm1', password: undefined, keys: new KeyRing() })
    const { entries } = await readKnownHosts(settings.knownHostsFiles)
    const client = new SshClient('m1', settings, login, {
      host: 'm1',
      keptAs: '127.0.0.1',
      port,
      known: entriesOf(entries, '127.0.0.1', port),
      badLines: [],
      checking: 'strict',
      from: '',
      addTo: undefined,
      hashed: false,
      warn: (text) => warnings.push(text),
    })
    closers.push(() => client.end())
    const failure: unknown = await client.connect(undefined).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'login-timed-out',
      message: expect.stringMatching(/the log-in took more than 0.3 s: tried key /),
    })
    expect(mayPass(failure)).toBe(false)
  })

  it('is a host that stops answering', async () => {
    const fake = await server()
    const relay = await new Relay(fake.port).listen()
    closers.push(() => relay.close())
    known(relay.port)
    const alive = '-o ServerAliveInterval=1 -o ServerAliveCountMax=1'
    const shell = await (await open(target(relay.port, {}, alive))).shell({})
    const asked = shell.exchange({ questions: [{ id: 'slow', script: sh`sleep 20` }] })
    relay.freeze()
    const began = Date.now()
    await expect(asked).rejects.toMatchObject({ code: 'connection-lost', exitCode: 4 })
    expect(Date.now() - began).toBeLessThan(6000)
  })

  it('is a port that says nothing', async () => {
    const silent = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
    closers.push(() => new Promise((resolve) => silent.close(resolve)))
    await new Promise((resolve) => silent.once('listening', resolve))
    const address = silent.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await expect(open(target(port, { timeout: 0.3 }), { retries: 0 })).rejects.toMatchObject({
      code: 'connect-timed-out',
      message: expect.stringContaining('no answer within 0.3 s'),
    })
  })

  it('is an unknown name', async () => {
    await expect(open(target(22, { address: 'no-such-host.invalid' }), { retries: 0 })).rejects.toMatchObject(
      {
        code: expect.stringMatching(/^(?:unknown-host-name|dns-failed)$/),
      },
    )
  })

  it('is a host with old algorithms only', async () => {
    const { port } = await server({ algorithms: { kex: ['diffie-hellman-group1-sha1'] } })
    known(port)
    await expect(open(target(port))).rejects.toMatchObject({
      code: 'no-common-algorithm',
      message: expect.stringMatching(
        /have no key exchange algorithm in common; key exchange of the host: diffie-hellman-group1-sha1; of hakube: curve25519-sha256.*, ecdh-sha2-nistp256/,
      ),
    })
  })

  it('is a become method that is not supported', async () => {
    await expect(open(target(22, { becomeMethod: 'pbrun' }))).rejects.toMatchObject({
      code: 'unsupported-become-method',
      exitCode: 1,
    })
  })
})

describe('a connection', () => {
  it('passes bytes, large scripts and exit codes', async () => {
    const { port } = await server()
    known(port)
    const shell = await (await open(target(port))).shell({})
    const text = 'é€😀'.repeat(100_000)
    const { apply, answers } = await shell.exchange({
      apply: { script: sh`printf %s ${text}; exit 3` },
      questions: [
        { id: 'bytes', script: new Script(String.raw`printf '\000\377'; head -c 3000000 /dev/zero`) },
      ],
    })
    expect(apply?.code).toBe(3)
    expect(apply?.stdout.toString() === text).toBe(true)
    expect(answers.get('bytes')?.stdout.length).toBe(3_000_002)
    expect(shell.trips).toBe(1)
  })

  it.each(['reset', 'end'] as const)(
    'that is cut (%s) fails what is under way, and nothing else',
    async (how) => {
      const fake = await server()
      known(fake.port)
      const connection = await open(target(fake.port))
      const shell = await connection.shell({})
      const asked = shell.exchange({ questions: [{ id: 'slow', script: sh`echo $$; sleep 5` }] })
      setTimeout(() => fake.cut(how), 200)
      await expect(asked).rejects.toMatchObject({ code: 'connection-lost', exitCode: 4, host: 'm1' })
      await expect(connection.shell({})).rejects.toMatchObject({ code: 'connection-lost' })
    },
  )

  it('that is reset while idle does not end the program', async () => {
    const fake = await server()
    known(fake.port)
    const connection = await open(target(fake.port))
    await hello(connection)
    fake.cut()
    await sleep(100)
    await expect(hello(connection)).rejects.toMatchObject({ code: 'connection-lost' })
  })

  it('lets a change that runs go on when it is cut', async () => {
    const fake = await server()
    known(fake.port)
    const shell = await (await open(target(fake.port))).shell({})
    const done = join(home, 'done')
    const lost = shell.exchange({ apply: { script: sh`sleep 0.5; echo yes > ${done}` } })
    setTimeout(() => fake.cut(), 200)
    await expect(lost).rejects.toMatchObject({
      code: 'connection-lost',
      message: expect.stringContaining('change not finished'),
    })
    await sleep(800)
    expect(readFileSync(done, 'utf8')).toBe('yes\n')
  })

  it('ends a running change over another channel', async () => {
    const { port } = await server()
    known(port)
    const connection = await open(target(port))
    const running = (await connection.shell({})).exchange({ apply: { script: sh`sleep 30` } })
    await sleep(300)
    await connection.abort()
    expect((await running).apply?.code).toBe(143)
  })
})

describe('a way through other hosts', () => {
  function hops(first: FakeSshServer, second: FakeSshServer, config = ''): void {
    const host = (name: string, { port }: FakeSshServer): string =>
      `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}\n  User ${name}\n  IdentityFile ${join(home, 'key')}\n  IdentityAgent none\n  UserKnownHostsFile ${join(home, 'known')}\n`
    file('config', host('hop1', first) + host('hop2', second) + config)
  }

  it('passes all hops of ProxyJump, each with its own user, and its own host key checked', async () => {
    const [first, second, last] = [await server(), await server(), await server()]
    hops(first, second)
    const keys = [first, second, last].map(
      ({ port }) => `[127.0.0.1]:${port} ssh-ed25519 ${hostKey.wire.toString('base64')}\n`,
    )
    file('known', keys.join(''))
    expect(await hello(await open(target(last.port, {}, '-J hop1,hop2')))).toBe('hello\n')
    expect([first, second, last].map(({ attempts }) => attempts[0])).toEqual([
      'hop1 publickey',
      'hop2 publickey',
      'root publickey',
    ])
    file('known', keys.slice(1).join(''))
    await expect(open(target(last.port, {}, '-J hop1,hop2'))).rejects.toMatchObject({
      code: 'host-key-unknown',
      host: 'm1',
      message: expect.stringMatching(/^jump host hop1: .* is not in known_hosts/),
    })
  })

  it('keeps the password of the target from the jump host', async () => {
    const [first, last] = [await server({ password: 'pw' }), await server({ password: 'pw' })]
    hops(first, first)
    file('known', `* ssh-ed25519 ${hostKey.wire.toString('base64')}\n`)
    file('key', newKey().pem)
    const locked = target(last.port, { password: new Secret('pw') }, '-J hop1')
    await expect(open(locked)).rejects.toMatchObject({
      code: 'authentication-failed',
      host: 'm1',
      message: expect.stringMatching(/^jump host hop1: cannot connect/),
    })
    expect(first.attempts).not.toContain('hop1 password')
  })

  it('says when the jump host cannot reach the target', async () => {
    const first = await server()
    hops(first, first)
    known(first.port)
    await expect(open(target(1, {}, '-J hop1'))).rejects.toMatchObject({ code: 'jump-failed', exitCode: 4 })
  })

  it('ends a jump that goes in a circle', async () => {
    file('config', 'Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n')
    const circle: Target = {
      name: 'm1',
      address: 'a',
      connection: 'ssh',
      sshCommonArgs: `-F ${join(home, 'config')}`,
    }
    await expect(open(circle)).rejects.toThrow(/more than 8 jump hosts/)
  })

  it('runs a ProxyCommand, and repeats what it says when it fails', async () => {
    const { port } = await server()
    known(port)
    const pipe = file(
      'pipe.mjs',
      `import { connect } from 'node:net'
const socket = connect(Number(process.argv[3]), process.argv[2])
process.stdin.pipe(socket).pipe(process.stdout)`,
    )
    const command = (text: string): Target => target(port, {}, `-o ProxyCommand="${text}"`)
    expect(await hello(await open(command(`${process.execPath} ${pipe} %h %p`)))).toBe('hello\n')
    const seen = join(home, 'seen')
    const note = file('note.sh', `echo "$3 $4 $5" >${seen}; exec ${process.execPath} ${pipe} "$1" "$2"`)
    await open(command(`sh ${note} %h %p %r %n %%`))
    expect(readFileSync(seen, 'utf8')).toBe('root 127.0.0.1 %\n')
    const first = await server()
    file('known', `* ssh-ed25519 ${hostKey.wire.toString('base64')}\n`)
    hops(
      first,
      first,
      `Host hop3\n  HostName 127.0.0.1\n  Port ${first.port}\n  User hop3\n  IdentityFile ${join(home, 'key')}\n  IdentityAgent none\n  UserKnownHostsFile ${join(home, 'known')}\n  ProxyCommand sh ${note} %h %p %r\n`,
    )
    expect(await hello(await open(target(port, {}, '-J hop3')))).toBe('hello\n')
    expect([readFileSync(seen, 'utf8'), first.attempts[0]]).toEqual(['hop3  \n', 'hop3 publickey'])
    await expect(open(command('false'))).rejects.toMatchObject({
      code: 'connection-reset',
      exitCode: 4,
    })
    await expect(open(command('echo no way to %h >&2; exit 3'))).rejects.toMatchObject({
      code: 'proxy-failed',
      message: expect.stringContaining('the proxy command said: no way to 127.0.0.1'),
    })
  })
})

it('loses nothing that comes in one packet with the consent to run a command', async () => {
  // The words of sudo when it refuses are all that tells why: they must not go missing.
  const { port } = await server({ eager: 'sudo: first words\n' })
  known(port)
  const connection = await open(target(port))
  const failed = connection.shell({ becomeUser: 'no-such-user-at-all', method: 'sudo' })
  await expect(failed).rejects.toThrow(/first words/)
})
