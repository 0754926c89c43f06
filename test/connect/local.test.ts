import { setTimeout as sleep } from 'node:timers/promises'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HostConnection } from '../../src/connect/host-connection.ts'
import { openLocal } from '../../src/connect/local.ts'
import { Script, sh } from '../../src/shell/sh.ts'
import { SHELLS } from '../fakes/shells.ts'

/** A shell that replaces itself at the point where the connection starts /bin/sh. */
function commandShell(shell: readonly string[]): [string, ...string[]] {
  return ['/bin/sh', '-c', `exec ${shell.join(' ')}`, 'sh']
}

describe.each(SHELLS)('a local connection with %s', (_name, shell) => {
  let connection: HostConnection
  let home: string

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'hakube-test-'))
    connection = openLocal({ host: 'here', become: { host: 'here' }, shell: commandShell(shell) })
  })
  afterEach(async () => {
    await connection.close()
    rmSync(home, { recursive: true, force: true })
  })

  async function ask(...scripts: string[]) {
    const questions = scripts.map((text, index) => ({ id: `q${index}`, script: new Script(text) }))
    const { answers } = await (await connection.shell({})).exchange({ questions })
    return scripts.map((_, index) => {
      const answer = answers.get(`q${index}`)
      return { code: answer?.code, stdout: answer?.stdout.toString('latin1'), stderr: String(answer?.stderr) }
    })
  }

  async function apply(text: string, timeout?: number) {
    const { apply } = await (
      await connection.shell({})
    ).exchange({ apply: { script: new Script(text), timeout } })
    return { code: apply?.code, stdout: String(apply?.stdout), stderr: String(apply?.stderr) }
  }

  it.each([
    ['plain text', `echo hello`, { code: 0, stdout: 'hello\n', stderr: '' }],
    ['no output', ':', { code: 0, stdout: '', stderr: '' }],
    ['no newline at the end', 'printf x', { code: 0, stdout: 'x', stderr: '' }],
    ['newlines only', String.raw`printf '\n\n'`, { code: 0, stdout: '\n\n', stderr: '' }],
    [
      'NUL and bytes that are not UTF-8',
      String.raw`printf '\000\377\376\n\000'`,
      { code: 0, stdout: '\0\xff\xfe\n\0', stderr: '' },
    ],
    ['exit status', 'echo a; exit 7', { code: 7, stdout: 'a\n', stderr: '' }],
    ['error text of a failure', 'echo out; echo err >&2; false', { code: 1, stdout: 'out\n', stderr: 'err' }],
    ['no error text of a success', 'echo err >&2', { code: 0, stdout: '', stderr: '' }],
    ['standard input', 'cat; echo rc=$?', { code: 0, stdout: 'rc=0\n', stderr: '' }],
    ['a signal', 'kill -9 $(exec sh -c "echo \\$PPID")', { code: 137, stdout: '', stderr: '' }],
    ['no arguments', 'echo $#', { code: 0, stdout: '0\n', stderr: '' }],
    ['several lines', 'for i in 1 2; do\n  echo $i\ndone', { code: 0, stdout: '1\n2\n', stderr: '' }],
    ['look-alikes of frames', 'echo "@hakube-x end"', { code: 0, stdout: '@hakube-x end\n', stderr: '' }],
    ['set -e', 'set -e; false; echo no', { code: 1, stdout: '', stderr: '' }],
  ])('answers a question with %s', async (_case, script, answer) => {
    expect(await ask(script)).toEqual([answer])
  })

  it('goes on after syntax errors, exits, closed and redirected streams', async () => {
    const answers = await ask('if then (', 'exit 3', 'exec >&- 2>&-', 'cd /; X=1', 'echo "${X-unset}"; pwd')
    expect(answers.map(({ code }) => code)).toEqual([expect.any(Number), 3, 0, 0, 0])
    expect(answers[0]?.code).not.toBe(0)
    expect(answers[0]?.stderr).toMatch(/syntax error/i)
    expect(answers[4]?.stdout).toBe(`unset\n${process.cwd()}\n`)
  })

  it('passes 5 MB through', async () => {
    const [answer] = await ask('head -c 5000000 /dev/zero')
    expect(answer?.stdout?.length).toBe(5_000_000)
  })

  it('needs one trip for an apply and many questions, and keeps the order', async () => {
    const shell = await connection.shell({})
    const file = join(home, 'file')
    const { apply, answers } = await shell.exchange({
      apply: { script: sh`echo changed > ${file}; echo done; echo words >&2; exit 4` },
      questions: Array.from({ length: 50 }, (_, index) => ({
        id: `n${index}`,
        script: sh`cat ${file}; echo ${index}`,
      })),
    })
    expect(shell.trips).toBe(1)
    expect({ ...apply, stdout: String(apply?.stdout), stderr: String(apply?.stderr) }).toEqual({
      code: 4,
      stdout: 'done\n',
      stderr: 'words\n',
    })
    expect([...answers.values()].map(({ stdout }) => String(stdout))).toEqual(
      Array.from({ length: 50 }, (_, index) => `changed\n${index}\n`),
    )
  })

  it('survives an apply with a syntax error, with exit, and one that reads its input', async () => {
    expect((await apply('echo "')).code).not.toBe(0)
    expect((await apply('if then (')).stderr).toMatch(/syntax error/i)
    expect(await apply('exit 9')).toEqual({ code: 9, stdout: '', stderr: '' })
    expect(await apply('cat; echo read')).toEqual({ code: 0, stdout: 'read\n', stderr: '' })
    expect(await ask('echo alive')).toEqual([{ code: 0, stdout: 'alive\n', stderr: '' }])
  })

  it('takes an apply of 1 MB, more than an argument may have', async () => {
    const text = 'x'.repeat(1_000_000)
    expect(await apply(`printf '%s' '${text}' | wc -c`)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/1000000/),
    })
  })

  it('does not wait for a daemon that the apply leaves behind', async () => {
    const began = Date.now()
    const { stdout } = await apply('sleep 20 & echo $!')
    expect(Date.now() - began).toBeLessThan(5000)
    process.kill(Number(stdout))
  })

  it('hands none of its own files and pipes to an apply', async () => {
    const { stdout } = await apply('for fd in /proc/$$/fd/*; do echo "${fd##*/} $(readlink "$fd")"; done')
    const open = stdout
      .trim()
      .split('\n')
      .filter((line) => /hakube\./.test(line))
    expect(open).toEqual([
      expect.stringMatching(/^1 .*\/out \(deleted\)$/),
      expect.stringMatching(/^2 .*\/err \(deleted\)$/),
    ])
  })

  it('keeps the text of an apply out of the process list, and leaves no file', async () => {
    const before = hakubeFiles()
    const { stdout } = await apply(
      `: open-sesame-4711; for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f; echo; done`,
    )
    expect(stdout).toContain('hakube_f')
    expect(stdout).not.toContain('open-sesame-4711')
    // Those of other tests come and go meanwhile; what is left behind would stay.
    const added = hakubeFiles().filter((file) => !before.includes(file))
    await expect
      .poll(() => hakubeFiles().filter((file) => added.includes(file)), { timeout: 15_000 })
      .toEqual([])
  })

  it('gives the umask, the directory and the arguments of a fresh shell to an apply', async () => {
    expect((await apply('umask; pwd; echo $#')).stdout).toBe(
      `${process.umask().toString(8).padStart(4, '0')}\n${process.cwd()}\n0\n`,
    )
  })

  it('ends the process group of a running apply on abort', async () => {
    const pids = join(home, 'pids')
    const running = apply(`echo $$ > ${pids}; sleep 60 & echo $! >> ${pids}; wait`)
    await untilWritten(pids, 2)
    await connection.abort()
    expect((await running).code).toBe(143)
    for (const pid of lines(pids)) expect(isAlive(Number(pid))).toBe(false)
    expect(await ask('echo alive')).toMatchObject([{ stdout: 'alive\n' }])
  })

  it('ends an apply that was only just sent', async () => {
    const running = apply('sleep 30')
    await sleep(0)
    await connection.abort()
    expect((await running).code).toBe(143)
  })

  it('gives up on an apply whose time is over, and ends it', async () => {
    const pids = join(home, 'pids')
    await expect(
      apply(`trap '' TERM; echo $$ > ${pids}; while :; do sleep 60; done`, 1),
    ).rejects.toMatchObject({
      code: 'timed-out',
      host: 'here',
      exitCode: 2,
    })
    await connection.close()
    expect(isAlive(Number(lines(pids)[0]))).toBe(false)
  }, 20_000)

  it('reports a lost shell, and opens a new one', async () => {
    await expect(apply('kill -9 $PPID; sleep 1')).rejects.toMatchObject({
      code: 'connection-lost',
      exitCode: 4,
      message: 'the shell on the host was ended by signal SIGKILL (change not finished)',
    })
    expect(await ask('echo alive')).toMatchObject([{ stdout: 'alive\n' }])
  })
})

describe('a local connection', () => {
  it('gives up on questions whose time is over', async () => {
    const connection = openLocal({ host: 'here', become: { host: 'here' }, questionsTimeout: 0.3 })
    const shell = await connection.shell({})
    const asked = shell.exchange({ questions: [{ id: 'slow', script: sh`sleep 30` }] })
    const queued = shell.exchange({ questions: [{ id: 'next', script: sh`:` }] })
    await expect(asked).rejects.toMatchObject({
      code: 'timed-out',
      message: expect.stringContaining('0 of 1 questions answered'),
    })
    await expect(queued).rejects.toMatchObject({ code: 'timed-out' })
    await connection.close()
  })

  it('puts exchanges that come at once into a queue', async () => {
    const connection = openLocal({ host: 'here', become: { host: 'here' } })
    const shell = await connection.shell({})
    const results = await Promise.all(
      [1, 2, 3].map((n) => shell.exchange({ questions: [{ id: 'n', script: sh`echo ${n}` }] })),
    )
    expect(results.map(({ answers }) => String(answers.get('n')?.stdout))).toEqual(['1\n', '2\n', '3\n'])
    expect(shell.trips).toBe(3)
    expect(await connection.shell({})).toBe(shell)
    await connection.close()
  })

  it('ignores what a profile prints before the first frame', async () => {
    const noisy: [string, ...string[]] = [
      '/bin/sh',
      '-c',
      'echo welcome; printf "no newline @hakube-"; exec /bin/sh',
      'sh',
    ]
    const connection = openLocal({ host: 'here', become: { host: 'here' }, shell: noisy })
    const { answers } = await (
      await connection.shell({})
    ).exchange({ questions: [{ id: 'a', script: sh`echo a` }] })
    expect(String(answers.get('a')?.stdout)).toBe('a\n')
    await connection.close()
  })

  it('reads od where base64 is missing, and works without setsid', async () => {
    const path = mkdtempSync(join(tmpdir(), 'hakube-test-'))
    for (const name of ['od', 'wc', 'cat', 'rm', 'mktemp']) symlinkSync(`/usr/bin/${name}`, join(path, name))
    const bare: [string, ...string[]] = ['/bin/sh', '-c', `PATH=${path}; exec /bin/sh`, 'sh']
    const connection = openLocal({ host: 'here', become: { host: 'here' }, shell: bare })
    const { apply, answers } = await (
      await connection.shell({})
    ).exchange({
      apply: { script: new Script(String.raw`printf '\000\377x\n'; command -v base64 setsid`) },
      questions: [{ id: 'a', script: new Script(String.raw`printf '\001\200y'; echo err >&2; exit 3`) }],
    })
    expect(apply).toMatchObject({ stdout: Buffer.from('\0\xffx\n', 'latin1'), stderr: Buffer.alloc(0) })
    expect(answers.get('a')).toEqual({
      code: 3,
      stdout: Buffer.from('\x01\x80y', 'latin1'),
      stderr: Buffer.from('err'),
    })
    await connection.close()
    rmSync(path, { recursive: true })
  })
})

function hakubeFiles(): string[] {
  return readdirSync('/tmp').filter((name) => name.startsWith('hakube.'))
}

function lines(file: string): string[] {
  return readFileSync(file, 'utf8').trim().split('\n')
}

async function untilWritten(file: string, count: number): Promise<void> {
  for (let i = 0; i < 100; i += 1) {
    await sleep(50)
    try {
      if (lines(file).length >= count) return
    } catch {
      // Not there yet.
    }
  }
  throw new Error(`${file} was not written`)
}

function isAlive(pid: number): boolean {
  try {
    // A zombie still answers signals; its state tells.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}
