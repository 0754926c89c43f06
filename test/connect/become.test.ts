import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BecomeSettings, methodNamed } from '../../src/connect/become/methods.ts'
import type { HostConnection } from '../../src/connect/host-connection.ts'
import { openLocal } from '../../src/connect/local.ts'
import { Secret } from '../../src/secret.ts'
import { sh } from '../../src/shell/sh.ts'

/** What a stand-in for sudo does before or instead of running the command; $prompt is the text of -p. */
const SUDOS = {
  'asks once and takes "right"': `
    printf '%s' "$prompt" >&2; IFS= read -r word; echo "$word" >>"$log"
    [ "$word" = right ] || { echo 'sudo: 1 incorrect password attempt' >&2; exit 1; }`,
  'asks three times, in German': `
    for i in 1 2 3; do
      printf '%s' "$prompt" >&2; IFS= read -r word || exit 1; echo "$word" >>"$log"
      [ "$word" = right ] && break
      echo 'Das hat nicht funktioniert, bitte nochmal probieren.' >&2
    done
    [ "$word" = right ] || exit 1`,
  'needs no password': ':',
  'gives a lecture': `echo 'We trust you have received the usual lecture' >&2; echo 'and on the other stream'`,
  'does not allow it': `
    printf '%s' "$prompt" >&2; IFS= read -r word; echo "$word" >>"$log"
    echo 'carol is not in the sudoers file.' >&2; exit 1`,
  'wants a terminal': `echo 'sudo: sorry, you must have a tty to run sudo' >&2; exit 1`,
  'says that it needs a password': `echo 'sudo: a password is required' >&2; exit 1`,
  'asks for something else': `printf 'One-time code: ' >&2; IFS= read -r word && echo "$word" >>"$log"`,
  'says nothing': 'sleep 30',
} as const

let home: string
let connection: HostConnection | undefined

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hakube-test-'))
})
afterEach(async () => {
  await connection?.close()
  connection = undefined
  rmSync(home, { recursive: true })
})

function sudoCommand(user: string, settings: BecomeSettings, prompt: string, up: string): string {
  return methodNamed('sudo').command({ user, settings, marks: { up, prompt }, terminal: false })
}

function open(sudo: keyof typeof SUDOS, password?: string, flags?: string): HostConnection {
  const script = `#!/bin/sh
log=${home}/read
echo "$@" >${home}/arguments
while [ "$1" != -- ]; do [ "$1" = -p ] && prompt=$2; shift; done; shift
${SUDOS[sudo]}
exec "$@"`
  writeFileSync(join(home, 'sudo'), script)
  chmodSync(join(home, 'sudo'), 0o755)
  const shell: [string, ...string[]] = ['/bin/sh', '-c', `PATH=${home}:$PATH; eval "$2"`, 'sh']
  const become = {
    host: 'm1',
    timeout: 1,
    flags,
    password: password === undefined ? undefined : new Secret(password),
  }
  connection = openLocal({ host: 'm1', become, shell })
  return connection
}

async function ask(connection: HostConnection): Promise<string> {
  const shell = await connection.shell({ becomeUser: 'other' })
  const { answers } = await shell.exchange({ questions: [{ id: 'a', script: sh`echo became` }] })
  return String(answers.get('a')?.stdout)
}

function wordsRead(): string {
  return existsSync(join(home, 'read')) ? readFileSync(join(home, 'read'), 'utf8') : ''
}

describe('becoming another user', () => {
  it.each([
    ['asks once and takes "right"', 'right', 'right\n'],
    ['asks three times, in German', 'right', 'right\n'],
    ['needs no password', undefined, ''],
    ['needs no password', 'unused', ''],
    ['gives a lecture', undefined, ''],
  ] as const)('works where sudo %s (password: %s)', async (sudo, password, read) => {
    expect(await ask(open(sudo, password))).toBe('became\n')
    expect(wordsRead()).toBe(read)
  })

  it.each([
    [
      'asks once and takes "right"',
      'wrong',
      'wrong-become-password',
      /refused the password for becoming other/,
      'wrong\n',
    ],
    ['asks three times, in German', 'wrong', 'wrong-become-password', /refused the password/, 'wrong\n'],
    [
      'does not allow it',
      'right',
      'become-failed',
      /^could not become other: carol is not in the sudoers file\.$/,
      'right\n',
    ],
    ['wants a terminal', undefined, 'become-failed', /you must have a tty/, ''],
    ['says that it needs a password', undefined, 'become-failed', /a password is required/, ''],
    ['asks for something else', 'right', 'become-failed', /One-time code:/, ''],
    ['says nothing', 'right', 'become-failed', /sudo did not go on within 1 s/, ''],
  ] as const)('fails where sudo %s (password: %s)', async (sudo, password, code, message, read) => {
    const failing = open(sudo, password)
    await expect(ask(failing)).rejects.toMatchObject({
      code,
      host: 'm1',
      exitCode: 4,
      message: expect.stringMatching(message),
    })
    expect(wordsRead()).toBe(read)
  })

  it('fails with the words of the shell where there is no sudo', async () => {
    const shell: [string, ...string[]] = ['/bin/sh', '-c', `PATH=${home}; eval "$2"`, 'sh']
    connection = openLocal({ host: 'm1', become: { host: 'm1' }, shell })
    await expect(ask(connection)).rejects.toMatchObject({
      code: 'become-failed',
      message: expect.stringMatching(/sudo: not found/),
    })
  })

  it('does not need sudo for the user who is logged in', async () => {
    connection = openLocal({ host: 'm1', become: { host: 'm1' } })
    const own = await connection.shell({})
    expect(await connection.shell({ becomeUser: (await import('node:os')).userInfo().username })).toBe(own)
  })

  it('uses one shell for an identity, and tries anew after a failure', async () => {
    const failing = open('wants a terminal')
    await expect(ask(failing)).rejects.toMatchObject({ code: 'become-failed' })
    writeFileSync(join(home, 'sudo'), `#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"`)
    const shells = await Promise.all([
      failing.shell({ becomeUser: 'other' }),
      failing.shell({ becomeUser: 'other' }),
    ])
    expect(shells[0]).toBe(shells[1])
  })

  it('never puts the password into the command', () => {
    const settings = { host: 'm1', password: new Secret('top-secret') }
    expect(sudoCommand('root', settings, 'p:', '@m')).toBe(
      `exec sudo -H -S -p p: -u root -- /bin/sh -c 'echo @m; exec /bin/sh'`,
    )
  })

  it.each([
    [undefined, 'sudo -H -n -u'],
    ['-H -S -n', 'sudo -H -n -u'],
    ['-HSn -E', 'sudo -H -E -n -u'],
    ['--preserve-env=A,B', 'sudo --preserve-env=A,B -n -u'],
    ['', 'sudo -n -u'],
  ])('takes the flags %s', (flags, words) => {
    expect(sudoCommand('root', { host: 'm1', flags }, 'p:', '@m')).toContain(words)
  })
})
