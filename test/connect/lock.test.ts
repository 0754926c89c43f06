import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Shell } from '../../src/connect/connection.ts'
import type { HostConnection } from '../../src/connect/host-connection.ts'
import { openLocal } from '../../src/connect/local.ts'
import { release, take } from '../../src/connect/lock.ts'
import { Script } from '../../src/shell/sh.ts'
import { SHELLS } from '../fakes/shells.ts'
import { FakeConnection } from '../fakes/shell.ts'

describe.each(SHELLS)('the lock, taken with %s', (_name, shell) => {
  let dir: string
  let open: HostConnection[]

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'hakube-test-'))
    open = []
  })
  afterEach(async () => {
    await Promise.all(open.map((connection) => connection.close()))
    rmSync(dir, { recursive: true })
  })

  /** A shell of its own, for which the test's directory is /run. */
  async function run(): Promise<Shell> {
    const connection = openLocal({
      host: 'm1',
      become: { host: 'm1' },
      shell: ['/bin/sh', '-c', `exec ${shell.join(' ')}`, 'sh'],
    })
    open.push(connection)
    const real = await connection.shell({})
    return {
      identity: real.identity,
      trips: 0,
      exchange: ({ apply }) =>
        real.exchange(
          apply ? { apply: { ...apply, script: new Script(apply.script.text.replaceAll('/run', dir)) } } : {},
        ),
    }
  }

  const lockFile = () => readFileSync(join(dir, 'hakube.lock'), 'utf8')
  const info = {
    owner: 'carol@desk',
    since: '2026-01-02T03:04:05Z',
    why: `apply -i 'x' $(touch y)\nsecond line`,
  }

  it('names its owner to the next one, who gets it after its release', async () => {
    const [first, second] = [await run(), await run()]
    await take(first, info)
    await take(first, info)
    expect(lockFile()).toMatch(
      /^owner=carol@desk\nsince=2026-01-02T03:04:05Z\nwhy=apply -i 'x' \$\(touch y\) second line\nrun=\nshell=\d+ \d+ \S+\n$/,
    )
    await expect(take(second, info)).rejects.toMatchObject({
      code: 'locked',
      exitCode: 2,
      message: `another run is at work on this host: carol@desk, since 2026-01-02T03:04:05Z, for: apply -i 'x' $(touch y) second line`,
    })
    await release(second)
    expect(lockFile()).toContain('carol')
    await release(first)
    await take(second, { why: 'next' })
    expect(lockFile()).toContain('why=next\n')
    await release(second)
    expect(readdirSync(dir)).toEqual([])
  })

  it('is shared by two names of one machine in one run', async () => {
    const [first, second, other] = [await run(), await run(), await run()]
    await take(first, { ...info, run: 'r1' })
    await take(second, { ...info, run: 'r1' })
    await expect(take(other, { ...info, run: 'r2' })).rejects.toMatchObject({ code: 'locked' })
    await release(second)
    expect(lockFile()).toContain('run=r1\n')
    await release(first)
    expect(readdirSync(dir)).toEqual([])
  })

  it('is stale when its shell has gone', async () => {
    await take(await run(), info)
    await open.pop()?.close()
    await take(await run(), { owner: 'dave', why: 'later' })
    expect(lockFile()).toContain('owner=dave')
    expect(readdirSync(dir)).toEqual(['hakube.lock'])
  })

  it('is stale when its process number belongs to somebody else, or comes from before a reboot', async () => {
    const stat = readFileSync(`/proc/${process.pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    for (const shell of [`${process.pid} 1 ${boot}`, `${process.pid} ${stat[19]} other-boot`, '', 'x']) {
      writeFileSync(join(dir, 'hakube.lock'), `owner=old\nsince=s\nwhy=w\nshell=${shell}\n`)
      const mine = await run()
      await take(mine, { owner: 'new', why: 'w' })
      expect(lockFile()).toContain('owner=new')
      await release(mine)
    }
    writeFileSync(
      join(dir, 'hakube.lock'),
      `owner=old\nsince=s\nwhy=w\nshell=${process.pid} ${stat[19]} ${boot}\n`,
    )
    await expect(take(await run(), info)).rejects.toMatchObject({ code: 'locked' })
  })

  it('goes to exactly one of several who come at once, also when there is a stale one', async () => {
    for (const stale of [false, true]) {
      if (stale) writeFileSync(join(dir, 'hakube.lock'), 'owner=old\nsince=s\nwhy=w\nshell=1 2 3\n')
      const shells = await Promise.all([1, 2, 3, 4, 5, 6].map(run))
      const results = await Promise.allSettled(
        shells.map((shell, index) => take(shell, { owner: `run${index}`, why: 'w' })),
      )
      const winners = results.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []))
      expect(winners).toHaveLength(1)
      expect(lockFile()).toContain(`owner=run${winners[0]}\n`)
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'locked' })
      await release(shells[winners[0] ?? 0]!)
      expect(readdirSync(dir)).toEqual([])
    }
  })

  it('says why it cannot be written', async () => {
    const shell = await run()
    rmSync(dir, { recursive: true })
    writeFileSync(dir, 'a file where a directory should be')
    await expect(take(shell, info)).rejects.toMatchObject({
      code: 'lock-failed',
      message: expect.stringMatching(/Not a directory|nonexistent directory|not create/i),
    })
  })
})

describe('the lock', () => {
  it('fails on an answer that it does not know', async () => {
    const host = new FakeConnection([
      { script: /hakube\.lock/, kind: 'apply', code: 1, stderr: 'ln: no space\n' },
    ])
    await expect(take(await host.shell({}), { why: 'x' })).rejects.toMatchObject({
      code: 'lock-failed',
      message: 'the lock of the host cannot be written: ln: no space',
    })
  })
})
