import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Connection, Identity } from '../../src/connect/connection.ts'
import { release, take } from '../../src/connect/lock.ts'
import { openConnection, type OpenOptions } from '../../src/connect/open.ts'
import { KeyRing } from '../../src/connect/ssh/key-ring.ts'
import type { Target } from '../../src/connect/target.ts'
import { Secret } from '../../src/secret.ts'
import { messageText } from '../../src/shell/batch.ts'
import { ReplyParser } from '../../src/shell/reply.ts'
import { Script, sh } from '../../src/shell/sh.ts'
import { newEncryptedKey, newKey } from '../fakes/ssh-server.ts'
import { lab } from '../lab/lab.ts'
import { PATHS } from '../lab/paths.ts'
import { waitFor } from './support/client.ts'

/** One host of each userland. */
const KINDS = ['m1', 'd1', 'b1'] as const
const SUDO_PASSWORD = new Secret('lab-ops-secret')

let open: Connection[] = []
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hakube-test-'))
})
afterEach(async () => {
  await Promise.all(open.map((connection) => connection.close()))
  open = []
})
afterAll(() => rm(dir, { recursive: true }))

/** The way to a lab host by the lab's own keys; nothing of this machine's SSH configuration takes part. */
function target(name: string, more: Partial<Target> = {}): Target {
  const host = lab.hosts.find((one) => one.name === name)
  if (!host) throw new Error(`no test host ${name}`)
  const direct = host.sshPort !== undefined
  return {
    name,
    address: direct ? '127.0.0.1' : host.address,
    port: host.sshPort,
    user: host.user,
    connection: 'ssh',
    keyFile: PATHS.identity,
    sshCommonArgs: direct
      ? `-F /dev/null -o UserKnownHostsFile=${PATHS.knownHosts}`
      : `-F ${PATHS.sshConfig}`,
    ...more,
  }
}

async function connect(
  name: string,
  more: Partial<Target> = {},
  options: Partial<OpenOptions> = {},
): Promise<Connection> {
  const warn = (text: string): never => {
    throw new Error(`unexpected warning: ${text}`)
  }
  const connection = await openConnection(target(name, more), { warn, ...options })
  open.push(connection)
  return connection
}

async function ask(connection: Connection, script: Script, identity: Identity = {}): Promise<string> {
  const shell = await connection.shell(identity)
  const { answers } = await shell.exchange({ questions: [{ id: 'q', script }] })
  return answers.get('q')?.stdout.toString('latin1') ?? ''
}

describe.each(KINDS)('a connection to %s', (name) => {
  it('passes any bytes, exit codes and errors, with a change and its questions in one trip', async () => {
    const shell = await (await connect(name)).shell({})
    const { apply, answers } = await shell.exchange({
      apply: { script: new Script(String.raw`printf 'a\000\377'; echo oops >&2; sleep 60 & exit 5`) },
      questions: [
        { id: 'bytes', script: new Script(String.raw`printf '\000\377\n\n'`) },
        { id: 'syntax', script: new Script('if then (') },
        { id: 'exit', script: sh`echo why >&2; exit 9` },
        { id: 'input', script: sh`cat; echo end` },
        { id: 'large', script: sh`head -c 5000000 /dev/zero` },
      ],
    })
    expect(apply).toEqual({
      code: 5,
      stdout: Buffer.from('a\0\xff', 'latin1'),
      stderr: Buffer.from('oops\n'),
    })
    expect(answers.get('bytes')?.stdout).toEqual(Buffer.from('\0\xff\n\n', 'latin1'))
    expect(answers.get('syntax')?.code).not.toBe(0)
    expect(answers.get('exit')).toMatchObject({ code: 9, stderr: Buffer.from('why') })
    expect(String(answers.get('input')?.stdout)).toBe('end\n')
    expect(answers.get('large')?.stdout.length).toBe(5_000_000)
    expect(shell.trips).toBe(1)
  })

  it('asks without writing: the same on read-only file systems', async () => {
    const message = {
      questions: [
        { id: 'a', script: new Script(String.raw`printf 'x\000'; echo words >&2; exit 3`) },
        { id: 'b', script: sh`touch /tmp/hakube-x || touch /run/hakube-x || touch /hakube-x` },
      ],
    }
    const readOnly = `for m in / /run /tmp; do mount --bind $m $m 2>/dev/null; mount -o remount,bind,ro $m; done; exec /bin/sh`
    const ended = await lab.exec(name, ['unshare', '-m', '/bin/sh', '-c', readOnly], {
      input: messageText(message, '@ff', true),
    })
    const parser = new ReplyParser(message, '@ff')
    parser.push(Buffer.from(ended.stdout))
    expect(parser.done, ended.stderr).toBe(true)
    expect(parser.exchange.answers.get('a')).toEqual({
      code: 3,
      stdout: Buffer.from('x\0'),
      stderr: Buffer.from('words'),
    })
    expect(parser.exchange.answers.get('b')?.code).not.toBe(0)
  })

  it('leaves a change running when it is cut, and reports that', async () => {
    const connection = await connect(name)
    const mark = `/tmp/hakube-cut-${process.pid}`
    const shell = await connection.shell({})
    // The shell's parent is the sshd process of this connection.
    const sshd = (await ask(connection, sh`sed -n 's/^PPid:[^0-9]*//p' "/proc/$$/status"`)).trim()
    const cut = shell.exchange({ apply: { script: sh`sleep 1; echo done > ${mark}` } })
    await sleep(300)
    await lab.exec(name, ['kill', '-9', sshd])
    await expect(cut).rejects.toMatchObject({ code: 'connection-lost', exitCode: 4 })
    await sleep(1500)
    const again = await connect(name)
    expect(await ask(again, sh`cat ${mark}`)).toBe('done\n')
    await (await again.shell({})).exchange({ apply: { script: sh`rm -f ${mark}` } })
  })

  it('ends a running change with all of its processes', async () => {
    const connection = await connect(name)
    const pids = `/tmp/hakube-abort-${process.pid}`
    const shell = await connection.shell({})
    const running = shell.exchange({
      apply: { script: sh`echo $$ > ${pids}; sleep 61 & echo $! >> ${pids}; wait; rm -f ${pids}` },
    })
    await sleep(500)
    await connection.abort()
    expect((await running).apply?.code).toBe(143)
    expect(
      await ask(
        connection,
        sh`for p in $(cat ${pids}); do grep -s '^State:.*[^Z]$' /proc/$p/status | grep -v zombie; done`,
      ),
    ).toBe('')
    await shell.exchange({ apply: { script: sh`rm -f ${pids}` } })
  })

  it('holds the lock until its shell has gone', async () => {
    const [first, second] = [await connect(name), await connect(name)]
    const why = 'test/e2e/connect'
    await take(await first.shell({}), { owner: 'one', why })
    await expect(take(await second.shell({}), { owner: 'two', why })).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringMatching(
        /^another run is at work on this host: one, since 20.*, for: test\/e2e\/connect$/,
      ),
    })
    await first.close()
    await waitFor('the end of the first shell', async () => {
      const taken = take(await second.shell({}), { owner: 'two', why })
      return taken.then(
        () => true,
        () => false,
      )
    })
    await release(await second.shell({}))
    expect(await ask(second, sh`ls /run | grep hakube`)).toBe('')
  })
})

describe('becoming root on a host whose user needs a password', () => {
  const root = { becomeUser: 'root' }

  it('works with it', async () => {
    const connection = await connect('u1', { becomePassword: SUDO_PASSWORD })
    expect(await ask(connection, sh`id -un`)).toBe('ops\n')
    expect(await ask(connection, sh`id -un`, root)).toBe('root\n')
  })

  it.each([
    ['a wrong password', new Secret('wrong'), 'wrong-become-password', /refused the password/],
    ['no password', undefined, 'become-failed', /password is required/],
  ])('fails in time with %s', async (_case, becomePassword, code, message) => {
    const connection = await connect('u1', { becomePassword })
    const began = Date.now()
    await expect(ask(connection, sh`:`, root)).rejects.toMatchObject({
      code,
      exitCode: 4,
      message: expect.stringMatching(message),
    })
    expect(Date.now() - began).toBeLessThan(15_000)
  })

  it('takes the lock of the user where /run is not writable', async () => {
    const connection = await connect('u1')
    await take(await connection.shell({}), { why: 'user lock' })
    expect(await ask(connection, sh`ls /tmp/hakube-$(id -u).lock`)).toMatch(/^\/tmp\/hakube-\d+\.lock\n$/)
    await release(await connection.shell({}))
  })
})

describe('becoming root by other programs', () => {
  const ROOT_PASSWORD = 'lab-root-secret'
  const root = { becomeUser: 'root' }
  beforeAll(async () => {
    await lab.exec('u1', ['chpasswd'], { input: `root:${ROOT_PASSWORD}\n` })
  })
  afterAll(async () => {
    await lab.sh('u1', `usermod -p '*' root; rm -f /etc/sudoers.d/tty`)
  })

  it('su takes the password of root on its standard input', async () => {
    const connection = await connect('u1', { becomeMethod: 'su', becomePassword: new Secret(ROOT_PASSWORD) })
    expect(await ask(connection, sh`id -un; echo "$LC_ALL"`, root)).toBe('root\n\n')
    expect(await ask(connection, sh`id -un`)).toBe('ops\n')
  })

  it.each([
    ['a wrong password', 'wrong', {}, 'wrong-become-password', /^su refused the password for becoming root$/],
    ['no password', undefined, {}, 'become-failed', /Password: a password is required/],
    [
      'an unknown user',
      ROOT_PASSWORD,
      { becomeUser: 'nosuch' },
      'become-failed',
      /user nosuch does not exist/,
    ],
    [
      'another program',
      ROOT_PASSWORD,
      { method: 'doas' },
      'become-failed',
      /doas: (?:not found|a tty|doas is not)/,
    ],
  ] as const)('su fails in words with %s', async (_case, password, identity, code, message) => {
    const becomePassword = password === undefined ? undefined : new Secret(password)
    const connection = await connect('u1', { becomeMethod: 'su', becomePassword })
    await expect(ask(connection, sh`:`, { ...root, ...identity })).rejects.toMatchObject({
      code,
      exitCode: 4,
      message: expect.stringMatching(message),
    })
  })

  it('a change under su goes on when the connection is cut, and is ended by an abort', async () => {
    const su = { becomeMethod: 'su', becomePassword: new Secret(ROOT_PASSWORD) }
    const mark = `/tmp/hakube-su-${process.pid}`
    const connection = await connect('u1', su)
    const sshd = (await ask(connection, sh`sed -n 's/^PPid:[^0-9]*//p' "/proc/$$/status"`)).trim()
    const cut = (await connection.shell(root)).exchange({
      apply: { script: sh`sleep 1; echo done > ${mark}` },
    })
    await sleep(300)
    await lab.exec('u1', ['kill', '-9', sshd])
    await expect(cut).rejects.toMatchObject({ code: 'connection-lost' })
    await sleep(1500)
    const again = await connect('u1', su)
    expect(await ask(again, sh`cat ${mark}`, root)).toBe('done\n')
    const running = (await again.shell(root)).exchange({ apply: { script: sh`rm -f ${mark}; sleep 60` } })
    await sleep(500)
    await again.abort()
    expect((await running).apply?.code).toBe(143)
  })

  it('sudo gets a terminal where it insists on one, and the shell stays fit for any bytes', async () => {
    await lab.sh('u1', `echo 'Defaults:ops requiretty' >/etc/sudoers.d/tty; chmod 440 /etc/sudoers.d/tty`)
    const connection = await connect('u1', { becomePassword: SUDO_PASSWORD })
    const text = '\u0003\u0004\u0011\u0013\u001a\u007fé\r\n'.repeat(40_000)
    const { apply, answers } = await (
      await connection.shell(root)
    ).exchange({
      apply: { script: sh`printf %s ${text} | sha256sum; echo oops >&2` },
      questions: [
        { id: 'a', script: new Script(String.raw`printf '\000\003\377\r\n'; head -c 2000000 /dev/zero`) },
      ],
    })
    expect(apply?.stdout.toString()).toBe(`${createHash('sha256').update(text).digest('hex')}  -\n`)
    expect(apply?.stderr.toString()).toBe('oops\n')
    const bytes = answers.get('a')?.stdout
    expect(bytes?.subarray(0, 5)).toEqual(Buffer.from('\0\x03\xff\r\n', 'latin1'))
    expect(bytes?.length).toBe(2_000_005)
    await expect(
      ask(await connect('u1', { becomePassword: new Secret('wrong') }), sh`:`, root),
    ).rejects.toMatchObject({ code: 'wrong-become-password' })
  })

  it('doas takes the password on a terminal', async () => {
    await lab.sh('u1', 'echo "permit ops" >/etc/doas.conf; chmod 600 /etc/doas.conf')
    const connection = await connect('u1', { becomeMethod: 'doas', becomePassword: SUDO_PASSWORD })
    expect(await ask(connection, sh`id -un`, root)).toBe('root\n')
    const mark = `/tmp/hakube-doas-${process.pid}`
    const sshd = (await ask(connection, sh`sed -n 's/^PPid:[^0-9]*//p' "/proc/$$/status"`)).trim()
    const cut = (await connection.shell(root)).exchange({
      apply: { script: sh`sleep 1; echo done > ${mark}` },
    })
    await sleep(300)
    await lab.exec('u1', ['kill', '-9', sshd])
    await expect(cut).rejects.toMatchObject({ code: 'connection-lost' })
    await sleep(1500)
    expect(await lab.sh('u1', `cat ${mark}; rm -f ${mark}`)).toBe('done\n')
    const wrong = await connect('u1', { becomeMethod: 'doas', becomePassword: new Secret('wrong') })
    await expect(ask(wrong, sh`:`, root)).rejects.toMatchObject({ code: 'wrong-become-password' })
    await lab.sh('u1', 'rm -f /etc/doas.conf')
  })
})

describe('logging in to a host', () => {
  /** Lets a key log in as auto on lb1 while something is done. */
  async function withKey(line: string, work: () => Promise<void>): Promise<void> {
    const folder = '/home/auto/.ssh'
    await lab.sh(
      'lb1',
      `mkdir -p ${folder}; echo '${line}' >${folder}/authorized_keys; chown -R auto: ${folder}`,
    )
    try {
      await work()
    } finally {
      await lab.sh('lb1', `rm -rf ${folder}`)
    }
  }

  it('works by password, and says what was tried with a wrong one', async () => {
    const login = { user: 'pass', keyFile: undefined }
    const more = {
      ...login,
      sshCommonArgs: `${target('lb1').sshCommonArgs} -o IdentityAgent=none -o IdentityFile=none`,
    }
    const connection = await connect('lb1', { ...more, password: new Secret('lab-pass-secret') })
    expect(await ask(connection, sh`id -un`)).toBe('pass\n')
    await expect(connect('lb1', { ...more, password: new Secret('wrong') })).rejects.toMatchObject({
      code: 'authentication-failed',
      message: expect.stringMatching(
        /pass was not let in: tried password; the host takes publickey, password$/,
      ),
    })
  })

  it('works by an encrypted key, asked for once for two connections', async () => {
    const key = newEncryptedKey('open sesame')
    const file = join(dir, 'encrypted')
    await writeFile(file, key.pem, { mode: 0o600 })
    await withKey(`ssh-ed25519 ${key.wire.toString('base64')}`, async () => {
      const asked: string[] = []
      const keys = new KeyRing(async (name) => (asked.push(name), new Secret('open sesame')))
      const both = await Promise.all(
        [1, 2].map(() => connect('lb1', { user: 'auto', keyFile: file }, { keys })),
      )
      expect(await Promise.all(both.map((one) => ask(one, sh`id -un`)))).toEqual(['auto\n', 'auto\n'])
      expect(asked).toEqual([file])
      await expect(connect('lb1', { user: 'auto', keyFile: file })).rejects.toMatchObject({
        code: 'bad-key-file',
      })
    })
  })

  it('works by the ninth key of an agent, though the host hangs up after six', async () => {
    const socket = join(dir, 'agent')
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
    try {
      await waitFor('the agent', async () =>
        access(socket).then(
          () => true,
          () => false,
        ),
      )
      const pairs = Array.from({ length: 9 }, () => newKey())
      for (const { pem } of pairs) {
        const added = spawnSync('ssh-add', ['-q', '-'], {
          input: pem,
          env: { ...process.env, SSH_AUTH_SOCK: socket },
        })
        expect(added.status).toBe(0)
      }
      await withKey(`ssh-ed25519 ${pairs.at(-1)?.wire.toString('base64')}`, async () => {
        const sshCommonArgs = `${target('lb1').sshCommonArgs} -o IdentityAgent=${socket} -o IdentityFile=none`
        const connection = await connect('lb1', { user: 'auto', keyFile: undefined, sshCommonArgs })
        expect(await ask(connection, sh`id -un`)).toBe('auto\n')
      })
    } finally {
      agent.kill()
    }
  })

  /** A second sshd on m2 with these options; the way to it leads through lb2. */
  async function withSshd(options: string, work: (way: Partial<Target>) => Promise<void>): Promise<void> {
    const command = `mkdir -p /run/sshd; /usr/sbin/sshd -D -p 2022 -o PidFile=none ${options}`
    const pid = (await lab.sh('m2', `${command} >/dev/null 2>&1 & echo $!`)).trim()
    try {
      await sleep(500)
      const { address } = lab.hosts.find(({ name }) => name === 'm2') ?? { address: '' }
      await work({ address, port: 2022, sshCommonArgs: `-F ${PATHS.sshConfig} -J lb2` })
    } finally {
      await lab.exec('m2', ['kill', pid])
    }
  }

  it('fails in words where there is no common key exchange', async () => {
    await withSshd('-o KexAlgorithms=diffie-hellman-group1-sha1', async (way) => {
      await expect(connect('m2', { ...way, hostKeyChecking: 'accept-new' })).rejects.toMatchObject({
        code: 'no-common-algorithm',
        exitCode: 4,
        message: expect.stringMatching(
          /key exchange of the host: diffie-hellman-group1-sha1; of hakube: curve25519/,
        ),
      })
    })
  })

  it('works by a password as the answer to a prompt', async () => {
    await withSshd('-o KbdInteractiveAuthentication=yes -o PasswordAuthentication=no', async (way) => {
      const login = { ...way, user: 'ops', keyFile: undefined }
      login.sshCommonArgs += ' -o IdentityAgent=none -o PubkeyAuthentication=no'
      const connection = await connect('m2', { ...login, password: SUDO_PASSWORD })
      expect(await ask(connection, sh`id -un`)).toBe('ops\n')
      await expect(connect('m2', { ...login, password: new Secret('wrong') })).rejects.toMatchObject({
        code: 'authentication-failed',
        message: expect.stringMatching(
          /not let in: tried password, keyboard-interactive; the host takes publickey, keyboard-interactive$/,
        ),
      })
    })
  })
})

describe('on the way to a host', () => {
  it('two others are passed, each as another user', async () => {
    const way = { sshCommonArgs: `-F ${PATHS.sshConfig} -J lb2,ops@10.88.0.62` }
    const connection = await connect('j1', way)
    expect(await ask(connection, sh`hostname; echo "$SSH_CONNECTION" | cut -d' ' -f1`)).toBe(
      'j1\n10.88.0.62\n',
    )
  })

  it('another host is passed', async () => {
    expect(await ask(await connect('j1'), sh`hostname`)).toBe('j1\n')
  })

  it('an unknown key is refused, then kept, then known', async () => {
    const file = join(dir, 'known_hosts')
    const args = { sshCommonArgs: `-F /dev/null -o UserKnownHostsFile=${file} -o HashKnownHosts=yes` }
    await expect(connect('m1', args)).rejects.toMatchObject({ code: 'host-key-unknown', exitCode: 4 })
    await connect('m1', { ...args, hostKeyChecking: 'accept-new' })
    expect(await readFile(file, 'utf8')).toMatch(/^\|1\|\S+ ssh-ed25519 \S+\n$/)
    await connect('m1', args)
  })

  it('the key of another host is refused', async () => {
    const known = await readFile(PATHS.knownHosts, 'utf8')
    const other = known
      .split('\n')
      .find((line) => line.startsWith('d1,') || line.includes('[127.0.0.1]:2221'))
    const file = join(dir, 'swapped')
    await writeFile(file, `[127.0.0.1]:${target('m1').port} ${other?.split(' ').slice(1).join(' ')}\n`)
    const swapped = {
      sshCommonArgs: `-F /dev/null -o UserKnownHostsFile=${file}`,
      hostKeyChecking: 'no' as const,
    }
    await expect(connect('m1', swapped)).rejects.toMatchObject({ code: 'host-key-changed', exitCode: 4 })
  })

  it('a user who may not log in is told what was tried', async () => {
    await expect(connect('m1', { user: 'no-such-user' })).rejects.toMatchObject({
      code: 'authentication-failed',
      message: expect.stringContaining(`no-such-user was not let in: tried key ${PATHS.identity}`),
    })
  })

  it('several connections stand at once, each with several shells', async () => {
    const connections = await Promise.all(Array.from({ length: 8 }, () => connect('m2')))
    const identities = [{}, { becomeUser: 'nobody' }]
    const users = await Promise.all(
      connections.flatMap((connection) => identities.map((who) => ask(connection, sh`id -un`, who))),
    )
    expect(users).toEqual(connections.flatMap(() => ['root\n', 'nobody\n']))
  })
})
