import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BecomeMethod, methodNamed } from '../../src/connect/become/methods.ts'
import type { Connection } from '../../src/connect/connection.ts'
import { openLocal } from '../../src/connect/local.ts'
import { openConnection } from '../../src/connect/open.ts'
import { Secret } from '../../src/secret.ts'
import { Script, sh } from '../../src/shell/sh.ts'
import { FakeSshServer, newKey } from '../fakes/ssh-server.ts'

/** What a stand-in for su says and does before it runs the command. */
const SU = {
  'asks on standard error (PAM)': `
    printf 'Password: ' >&2; IFS= read -r word || exit 1; echo "$word" >>"$log"; echo >&2
    [ "$word" = right ] || { echo 'su: Authentication failure' >&2; exit 1; }`,
  'asks on standard output (busybox)': `
    printf 'Password: '; IFS= read -r word || exit 1; echo "$word" >>"$log"; echo
    [ "$word" = right ] || { echo 'su: incorrect password' >&2; exit 1; }`,
  'asks in pieces and in Japanese': `
    printf 'パスワ' >&2; sleep 0.2; printf 'ード: ' >&2; IFS= read -r word || exit 1; echo "$word" >>"$log"`,
  'needs no password': ':',
  'asks twice': `
    for i in 1 2; do printf 'Password: ' >&2; IFS= read -r word || exit 1; echo "$word" >>"$log"; done`,
  'lets only the group wheel do it': `
    printf 'Password: ' >&2; IFS= read -r word || exit 1; echo "$word" >>"$log"; echo 'su: Permission denied' >&2; exit 1`,
  'knows no such user': `echo 'su: user other does not exist' >&2; exit 1`,
  'complains in pieces': `printf 'su: ' >&2; sleep 0.05; echo 'config error' >&2; exit 1`,
  'finds no shell': `echo 'This account is currently not available.'; exit 1`,
} as const

let home: string
let closers: (() => Promise<unknown>)[]
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hakube-test-'))
  closers = []
})
afterEach(async () => {
  for (const close of closers.reverse()) await close()
  rmSync(home, { recursive: true })
})

function program(name: string, text: string): string {
  const path = join(home, name)
  writeFileSync(path, `#!/bin/sh\nlog=${home}/read\necho "$LC_ALL $*" >${home}/arguments\n${text}`)
  chmodSync(path, 0o755)
  return path
}

function secret(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text)
}

function local(
  method: BecomeMethod,
  password?: string,
  more: { flags?: string; exe?: string } = {},
): Connection {
  const shell: [string, ...string[]] = ['/bin/sh', '-c', `PATH=${home}:$PATH; eval "$2"`, 'sh']
  const become = { host: 'm1', method, timeout: 5, password: secret(password), ...more }
  const connection = openLocal({ host: 'm1', become, shell })
  closers.push(() => connection.close())
  return connection
}

async function ask(connection: Connection, script: Script = sh`echo became`): Promise<string> {
  const shell = await connection.shell({ becomeUser: 'other' })
  const { answers } = await shell.exchange({ questions: [{ id: 'a', script }] })
  return String(answers.get('a')?.stdout)
}

function read(name: string): string {
  return existsSync(join(home, name)) ? readFileSync(join(home, name), 'utf8') : ''
}

describe('becoming another user by su', () => {
  const run = `shift $(($# - 2)); [ "$1" = -c ] || exit 9; exec sh -c "$2"`

  it.each([
    ['asks on standard error (PAM)', 'right', 'right\n'],
    ['asks on standard output (busybox)', 'right', 'right\n'],
    ['asks in pieces and in Japanese', 'right', 'right\n'],
    ['needs no password', undefined, ''],
    ['needs no password', 'unused', ''],
  ] as const)('works where it %s (password: %s)', async (su, password, words) => {
    program('su', SU[su] + '\n' + run)
    expect(await ask(local('su', password), sh`echo "became $LC_ALL"`)).toBe('became \n')
    expect(read('read')).toBe(words)
    expect(read('arguments')).not.toContain('right')
  })

  it.each([
    ['asks on standard error (PAM)', 'wrong', 'wrong-become-password', /^su refused the password/, 'wrong\n'],
    ['asks on standard output (busybox)', 'wrong', 'wrong-become-password', /^su refused/, 'wrong\n'],
    [
      'asks twice',
      'wrong',
      'wrong-become-password',
      /^su refused the password for becoming other/,
      'wrong\n',
    ],
    [
      'asks on standard error (PAM)',
      undefined,
      'become-failed',
      /^could not become other: Password: a password is required$/,
      '',
    ],
    ['lets only the group wheel do it', 'right', 'become-failed', /su: Permission denied$/, 'right\n'],
    ['knows no such user', 'right', 'become-failed', /user other does not exist/, ''],
    ['complains in pieces', 'right', 'become-failed', /become other: su: config error$/, ''],
    ['finds no shell', 'right', 'become-failed', /currently not available/, ''],
  ] as const)('fails in words where it %s (password: %s)', async (su, password, code, message, words) => {
    program('su', SU[su] + '\n' + run)
    const error: unknown = await ask(local('su', password)).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code,
      host: 'm1',
      exitCode: 4,
      message: expect.stringMatching(message),
    })
    expect(read('read')).toBe(words)
  })

  it('takes its own program and flags', async () => {
    const exe = program('our-su', run)
    expect(await ask(local('su', undefined, { exe: `${exe} --pty-less`, flags: '- -s /bin/sh' }))).toBe(
      'became\n',
    )
    expect(read('arguments')).toMatch(/^C --pty-less - -s \/bin\/sh other -c exec \/bin\/sh -c /)
  })

  it.each(['su', 'doas', 'sudo'] as const)('says so where there is no %s', async (method) => {
    const shell: [string, ...string[]] = ['/bin/sh', '-c', `PATH=${home}; eval "$2"`, 'sh']
    const connection = openLocal({ host: 'm1', become: { host: 'm1', method }, shell })
    closers.push(() => connection.close())
    await expect(ask(connection)).rejects.toMatchObject({
      code: 'become-failed',
      message: expect.stringMatching(/not found|No such file/),
      hint: expect.stringContaining(`install ${method} on the host`),
    })
  })
})

describe('becoming another user by doas', () => {
  const run = `while [ "$1" != /bin/sh ]; do shift; done; exec "$@"`
  const onTerminal = `
    if [ -t 0 ]; then exec 3<>/dev/tty; else echo 'doas: a tty is required' >&2; exit 1; fi
    printf '\\rdoas (ops@m1) password: ' >&3; IFS= read -r word <&3 || exit 1; echo "$word" >>"$log"; echo >&3
    [ "$word" = right ] || { echo 'doas: Authentication failed' >&2; exit 1; }`

  /** A host with a terminal, by the real protocol. */
  async function remote(
    method: BecomeMethod,
    password: string | undefined,
    script: string,
  ): Promise<Connection> {
    program(method, `${script}\n${run}`)
    const [host, user] = [newKey(), newKey()]
    const fake = await new FakeSshServer({
      hostKeys: [host.pem],
      authorized: [user.wire],
      path: home,
    }).listen()
    closers.push(() => fake.close())
    writeFileSync(join(home, 'key'), user.pem, { mode: 0o600 })
    writeFileSync(join(home, 'known'), `* ssh-ed25519 ${host.wire.toString('base64')}\n`)
    const connection = await openConnection(
      {
        name: 'm1',
        address: '127.0.0.1',
        port: fake.port,
        user: 'ops',
        connection: 'ssh',
        keyFile: join(home, 'key'),
        sshCommonArgs: `-F /dev/null -o IdentityAgent=none -o UserKnownHostsFile=${join(home, 'known')}`,
        becomeMethod: method,
        becomePassword: secret(password),
      },
      { warn: () => undefined },
    )
    closers.push(() => connection.close())
    return connection
  }

  it('gives the password on a terminal, and then passes any bytes', async () => {
    const connection = await remote('doas', 'right', onTerminal)
    const shell = await connection.shell({ becomeUser: 'other' })
    const text = '\u0003\u0004\u0011\u0013\u001a\u007fé\r\n'.repeat(50)
    const { apply, answers } = await shell.exchange({
      apply: { script: sh`printf %s ${text}; echo oops >&2; exit 3` },
      questions: [
        { id: 'bytes', script: new Script(String.raw`printf '\000\003\004\021\023\377\r\n\n'`) },
        { id: 'tty', script: sh`: </dev/tty` },
        { id: 'large', script: sh`head -c 200000 /dev/zero` },
      ],
    })
    expect(apply).toEqual({ code: 3, stdout: Buffer.from(text), stderr: Buffer.from('oops\n') })
    expect(answers.get('bytes')?.stdout).toEqual(Buffer.from('\0\x03\x04\x11\x13\xff\r\n\n', 'latin1'))
    // What is started has no terminal: nothing can ask there, and its end ends nothing.
    expect(answers.get('tty')?.code).not.toBe(0)
    expect(answers.get('large')?.stdout.length).toBe(200_000)
    expect(read('read')).toBe('right\n')
    expect(read('arguments')).not.toContain('right')
  })

  it.each([
    ['a wrong password', 'wrong', onTerminal, 'wrong-become-password', /^doas refused the password/],
    [
      'no rule',
      'right',
      `echo 'doas: Operation not permitted' >&2; exit 1`,
      'become-failed',
      /not permitted/,
    ],
    [
      'no password',
      undefined,
      `echo 'doas: Authentication required' >&2; exit 1`,
      'become-failed',
      /required/,
    ],
  ] as const)('fails in words with %s', async (_case, password, script, code, message) => {
    const connection = await remote('doas', password, script)
    await expect(ask(connection)).rejects.toMatchObject({
      code,
      exitCode: 4,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/./),
    })
  })

  it('does without a terminal where no password is needed', async () => {
    const connection = await remote('doas', undefined, '[ ! -t 0 ] || exit 9')
    expect(await ask(connection)).toBe('became\n')
    expect(read('arguments')).toMatch(/^ -n -u other \/bin\/sh -c /)
  })

  it('gives sudo a terminal where it insists on one', async () => {
    const insists = `
      [ -t 0 ] || { echo 'sudo: sorry, you must have a tty to run sudo' >&2; exit 1; }
      while [ "$1" != -- ]; do [ "$1" = -p ] && prompt=$2; shift; done; shift
      printf '%s' "$prompt"; IFS= read -r word || exit 1; echo "$word" >>"$log"`
    const connection = await remote('sudo', 'right', insists)
    expect(await ask(connection)).toBe('became\n')
    expect(read('read')).toBe('right\n')
  })

  it('cannot be given a password on the machine itself', async () => {
    await expect(ask(local('doas', 'right'))).rejects.toMatchObject({
      code: 'become-failed',
      message: expect.stringContaining('a local connection has none'),
    })
  })

  it.each([
    [undefined, 'pw', 'doas -u'],
    ['-n -L', undefined, 'doas -L -n -u'],
    ['-C /etc/other.conf', undefined, 'doas -C /etc/other.conf -n -u'],
  ])('takes the flags %s', (flags, password, words) => {
    const settings = { host: 'm1', flags, password: secret(password) }
    const marks = { up: '@up', prompt: 'p:' }
    const command = methodNamed('doas').command({ user: 'root', settings, marks, terminal: false })
    expect(command).toContain(words)
  })
})
