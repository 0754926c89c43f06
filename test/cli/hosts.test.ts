import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { fingerprint, parseKnownHosts } from '../../src/connect/known-hosts.ts'
import { FakeSshServer, type FakeSshOptions, type KeyPair, newKey } from '../fakes/ssh-server.ts'

const [ed, rsa, other, user] = [newKey(), newKey('rsa'), newKey(), newKey()]

let home: string
let servers: FakeSshServer[]
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hakube-test-'))
  servers = []
  file('key', user.pem)
  file('known', '')
})
afterEach(async () => {
  for (const fake of servers) await fake.close()
  rmSync(home, { recursive: true })
})

function file(name: string, text: string): string {
  writeFileSync(join(home, name), text, { mode: 0o600 })
  return join(home, name)
}

async function server(...hostKeys: KeyPair[]): Promise<FakeSshServer> {
  const options: FakeSshOptions = { hostKeys: hostKeys.map(({ pem }) => pem), authorized: [user.wire] }
  const fake = await new FakeSshServer(options).listen()
  servers.push(fake)
  return fake
}

function line(name: string, key: KeyPair, type = 'ssh-ed25519'): string {
  return `${name} ${type} ${key.wire.toString('base64')}\n`
}

function inventory(hosts: Record<string, number>, config = '', args = ''): void {
  file('config', `${config}\nHost *\n  UserKnownHostsFile ${join(home, 'known')}\n  HashKnownHosts no\n`)
  const lines = Object.entries(hosts).map(([name, port]) => `${name} ansible_port=${port}`)
  const common = `-F ${join(home, 'config')} -o IdentityAgent=none -o GlobalKnownHostsFile=none ${args}`
  const vars = `[all:vars]\nansible_host=127.0.0.1\nansible_user=root\nansible_ssh_common_args='${common}'\n`
  file('inventory.ini', `${lines.join('\n')}\n${vars}`)
}

/** The command, with this typed at a terminal; without an answer there is no terminal. */
async function trust(args: readonly string[] = [], answer?: string) {
  const stdin: PassThrough & { isTTY?: boolean } = new PassThrough()
  if (answer !== undefined) {
    stdin.isTTY = true
    stdin.write(`${answer}\n`)
  }
  const [out, err]: string[][] = [[], []]
  const code = await main(['hosts', 'trust', '-i', join(home, 'inventory.ini'), ...args], {
    stdin,
    stdout: { write: (text) => out?.push(String(text)) },
    stderr: { write: (text) => err?.push(text) },
    env: { PATH: process.env['PATH'] },
    cwd: home,
    interrupt: new AbortController().signal,
    abort: new AbortController().signal,
  })
  return { code, out: out?.join('') ?? '', err: err?.join('') ?? '' }
}

function kept(): string {
  return readFileSync(join(home, 'known'), 'utf8')
}

describe('hosts trust', () => {
  it('shows all keys of new hosts and keeps them once they are confirmed', async () => {
    const [one, two] = [await server(ed, rsa), await server(other)]
    inventory({ m1: one.port, m2: two.port })
    const no = await trust([], 'n')
    expect(no.code).toBe(3)
    expect(no.err).toContain('Compare the fingerprints. Add 3 keys of 2 hosts? [y/N]')
    expect(kept()).toBe('')
    const yes = await trust([], 'y')
    expect(yes.code).toBe(0)
    const gap = ' '.repeat(`[127.0.0.1]:${one.port}`.length - 'address'.length)
    expect(yes.out).toBe(
      [
        `host  address${gap}  type     fingerprint                                         known_hosts`,
        `m1    [127.0.0.1]:${one.port}  ed25519  ${fingerprint(ed.wire)}  new`,
        `m1    [127.0.0.1]:${one.port}  rsa      ${fingerprint(rsa.wire)}  new`,
        `m2    [127.0.0.1]:${two.port}  ed25519  ${fingerprint(other.wire)}  new`,
        '',
        '2 hosts, 3 keys: 3 new',
        '',
      ].join('\n'),
    )
    expect(kept()).toBe(
      line(`[127.0.0.1]:${one.port}`, ed) +
        line(`[127.0.0.1]:${one.port}`, rsa, 'ssh-rsa') +
        line(`[127.0.0.1]:${two.port}`, other),
    )
    const again = await trust()
    expect(again.code).toBe(0)
    expect(again.out).toContain('3 keys: 3 known')
    expect([...one.attempts, ...two.attempts]).toEqual([])
  })

  it('adds nothing without a terminal, but with --yes', async () => {
    const { port } = await server(ed)
    inventory({ m1: port })
    const mute = await trust()
    expect([mute.code, kept()]).toEqual([1, ''])
    expect(mute.out).toContain(fingerprint(ed.wire))
    expect(mute.err).toContain('run again with --yes')
    expect((await trust(['--yes'])).code).toBe(0)
    expect(kept()).toBe(line(`[127.0.0.1]:${port}`, ed))
  })

  it('never replaces a changed key without --replace', async () => {
    const { port } = await server(ed, rsa)
    const name = `[127.0.0.1]:${port}`
    inventory({ m1: port })
    const old = `# mine\n${line('a.org', other)}${line(`a.org,${name}`, other)}`
    file('known', old)
    const left = await trust(['--yes'])
    expect(left.code).toBe(2)
    expect(left.out).toContain(
      `CHANGED, was ssh-ed25519 ${fingerprint(other.wire)} (${join(home, 'known')}:3)`,
    )
    expect(left.err).toContain('run again with --replace')
    expect(kept()).toBe(old)
    const asked = await trust(['--replace'], 'yes')
    expect(asked.err).toContain('Add 2 keys of 1 host, REPLACING those known for 1 host?')
    expect(asked.code).toBe(0)
    expect(kept()).toBe(
      `# mine\n${line('a.org', other)}${line('a.org', other)}${line(name, ed)}${line(name, rsa, 'ssh-rsa')}`,
    )
    expect(readFileSync(join(home, 'known.old'), 'utf8')).toBe(old)
  })

  it('takes a key of another type for new where a known one is shown, else for changed', async () => {
    const [same, gone] = [await server(ed, rsa), await server(rsa)]
    inventory({ m1: same.port, m2: gone.port })
    file('known', line(`[127.0.0.1]:${same.port}`, ed) + line(`[127.0.0.1]:${gone.port}`, other))
    const { out, code } = await trust(['--yes'])
    expect(
      out
        .match(/(?:rsa|ed25519) +SHA256:\S+ +(?:known|new|CHANGED)/g)
        ?.map((text) => text.replaceAll(/ +\S+ +/g, ' ')),
    ).toEqual(['ed25519 known', 'rsa new', 'rsa CHANGED'])
    expect(code).toBe(2)
    expect(parseKnownHosts(kept(), 'known').entries).toHaveLength(3)
  })

  it.each([
    [
      'a line that is about other hosts, too',
      () => line('*,!a.org', other),
      /a line about other hosts, too: \*,!a\.org/,
    ],
    [
      'a file that is not written to',
      (port: number) => line(`[127.0.0.1]:${port}`, other),
      /is not in .*known, but in .*second:1/,
    ],
  ])('says where it cannot replace a key: %s', async (_case, text, words) => {
    const { port } = await server(ed)
    file('second', text(port))
    const elsewhere = words.source.includes('second')
    inventory(
      { m1: port },
      elsewhere ? `Host *\n  UserKnownHostsFile ${join(home, 'known')} ${join(home, 'second')}` : '',
    )
    if (!elsewhere) file('known', text(port))
    const before = kept()
    const { code, err } = await trust(['--yes', '--replace'])
    expect(code).toBe(2)
    expect(err).toMatch(words)
    expect(kept()).toBe(before)
  })

  it('does not keep a revoked key', async () => {
    const { port } = await server(ed)
    inventory({ m1: port })
    file('known', `@revoked ${line('*', ed)}`)
    const { code, out } = await trust(['--yes', '--replace'])
    expect(code).toBe(2)
    expect(out).toContain(`REVOKED by ${join(home, 'known')}:1`)
    expect(kept()).toBe(`@revoked ${line('*', ed)}`)
  })

  it('knows a jump host first, then what is behind it', async () => {
    const [jump, behind] = [await server(ed), await server(other)]
    const config = `Host bastion\n  HostName 127.0.0.1\n  Port ${jump.port}\n  User jumper\n  IdentityFile ${join(home, 'key')}\n  IdentityAgent none`
    inventory({ m1: behind.port, m2: behind.port }, config, '-J bastion')
    const { code, out } = await trust(['--yes'])
    expect(code).toBe(0)
    expect(out).toContain(`jump host of m1,m2  [127.0.0.1]:${jump.port}`)
    expect(out).toContain(`m1,m2  [127.0.0.1]:${behind.port}`)
    expect(new Set(jump.attempts)).toEqual(new Set(['jumper publickey']))
    file('known', '')
    const no = await trust([], 'n')
    expect([no.code, no.out.includes(fingerprint(other.wire))]).toEqual([4, false])
    expect(no.err).toMatch(/unreachable: m1: jump host bastion: .* is not in known_hosts/)
  })

  it('goes on with the other hosts when one is unreachable', async () => {
    const { port } = await server(ed)
    inventory({ dead: 1, m1: port })
    const { code, err } = await trust(['--yes'])
    expect(code).toBe(4)
    expect(err).toContain('unreachable: dead: cannot connect to 127.0.0.1 port 1: the connection was refused')
    expect(kept()).toBe(line(`[127.0.0.1]:${port}`, ed))
  })

  it('has nothing to do for local hosts', async () => {
    file('inventory.ini', 'here ansible_connection=local\n')
    expect(await trust()).toMatchObject({ code: 0, out: '', err: 'none of these hosts is reached by SSH\n' })
  })
})
