import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lines, sh } from '../../src/shell/sh.ts'
import {
  type FileWrite,
  REFUSED,
  joinWrites,
  withoutTemporaryNames,
  writeFiles,
} from '../../src/shell/write-file.ts'
import { type Host, shells } from '../tasks/harness.ts'
import { isRoot, scratch } from '../world/hosts.ts'

function write(host: Host, some: Partial<FileWrite> & { path: string }, before = sh`:`) {
  const script = writeFiles([{ content: Buffer.from('new\n'), mode: 0o644, ...some }])
  const answer = host.run(lines(before, script))
  return { code: answer.code, out: answer.stdout.toString(), err: answer.stderr.toString().trim() }
}

function fileIn(directory: string, name = 'a.conf', content = 'old\n'): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

const grep = (word: string) => ({ words: ['grep', '-q', word, '%s'] })

describe.each(shells)('files put in place by $name', (host) => {
  test('any bytes, with their mode, and nothing beside', () => {
    const path = join(scratch(), 'a.conf')
    const content = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256))
    expect(write(host, { path, content, mode: 0o750 })).toEqual({ code: 0, out: '', err: '' })
    expect(readFileSync(path).equals(content)).toBe(true)
    expect(statSync(path).mode & 0o7777).toBe(0o750)
    expect(readdirSync(join(path, '..'))).toEqual(['a.conf'])
  })

  test.each(['a b', "it's", 'new\nline', '-n', '$HOME', '%s', 'ä'])('a file called %j', (name) => {
    const path = join(scratch(), name)
    expect(write(host, { path, validate: grep('new'), backup: true })).toEqual({ code: 0, out: '', err: '' })
    expect(readFileSync(path, 'utf8')).toBe('new\n')
  })

  test('an empty file', () => {
    const path = join(scratch(), 'empty')
    expect(write(host, { path, content: Buffer.alloc(0) }).code).toBe(0)
    expect(statSync(path).size).toBe(0)
  })

  test('the old file is replaced, not written to: readers of the old one keep it', () => {
    const path = fileIn(scratch())
    linkSync(path, `${path}.other`)
    expect(write(host, { path }).code).toBe(0)
    expect(readFileSync(`${path}.other`, 'utf8')).toBe('old\n')
    expect(readFileSync(path, 'utf8')).toBe('new\n')
  })

  test('a link at the path is replaced itself', () => {
    const directory = scratch()
    fileIn(directory, 'target')
    symlinkSync('target', join(directory, 'link'))
    expect(write(host, { path: join(directory, 'link') }).code).toBe(0)
    expect(lstatSync(join(directory, 'link')).isFile()).toBe(true)
    expect(readFileSync(join(directory, 'target'), 'utf8')).toBe('old\n')
  })

  test('a validator sees the new content, privately, under a name that no include matches', () => {
    const directory = scratch()
    const path = fileIn(directory)
    const words = ['sh', '-c', 'stat -c "%a" "$1"; echo "$1"; ls "$0"/*; cat "$1"; exit 9', directory, '%s']
    const { code, err } = write(host, { path, mode: 0o755, validate: { words } })
    expect(code).toBe(1)
    const [first, mode, name, listing, content] = err.split('\n')
    expect(first).toBe(`${REFUSED} (exit status 9):`)
    expect(mode).toBe('640')
    expect(name).toMatch(/\/\.hakube\.\w{6}$/)
    expect(withoutTemporaryNames(name ?? '', path)).toBe(path)
    expect(listing).toBe(path)
    expect(content).toBe('new')
    expect(readFileSync(path, 'utf8')).toBe('old\n')
    expect(readdirSync(directory)).toEqual(['a.conf'])
  })

  test('a validator that ends with 0 but says that it did nothing has not validated', () => {
    const path = fileIn(scratch())
    const words = ['echo', 'skipping %s']
    expect(write(host, { path, validate: { words, refuseOutput: 'skipping' } })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/it did not check the file.*\nskipping /),
    })
    expect(readFileSync(path, 'utf8')).toBe('old\n')
    expect(write(host, { path, validate: { words: ['true', '%s'], refuseOutput: 'skipping' } }).code).toBe(0)
  })

  test('a validator that is not there refuses too', () => {
    const path = fileIn(scratch())
    expect(write(host, { path, validate: { words: ['/no/such/validator', '%s'] } }).err).toMatch(
      /not found|No such file/,
    )
    expect(readFileSync(path, 'utf8')).toBe('old\n')
  })

  test('words of a validator are not expanded', () => {
    const directory = scratch()
    const words = [
      'sh',
      '-c',
      'for word do echo "$word"; done; exit 1',
      'sh',
      '$HOME',
      '`id`',
      '*',
      "a'b",
      '%s',
    ]
    const { err } = write(host, { path: join(directory, 'a'), validate: { words } })
    expect(err.split('\n').slice(1, 5)).toEqual(['$HOME', '`id`', '*', "a'b"])
  })

  test('a backup has the old content and mode, and its name is told', () => {
    const path = fileIn(scratch())
    chmodSync(path, 0o600)
    const { out } = write(host, { path, backup: true })
    const kept = /^backup_file=(.*)\n$/.exec(out)?.[1] ?? ''
    expect(kept).toMatch(/\/a\.conf\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~$/)
    expect(readFileSync(kept, 'utf8')).toBe('old\n')
    expect(statSync(kept).mode & 0o777).toBe(0o600)
    expect(readFileSync(path, 'utf8')).toBe('new\n')
  })

  test('several files: the first that fails ends it, and the exit status says so', () => {
    const directory = scratch()
    const writes = ['a', 'no/b', 'c'].map((name) => ({
      path: join(directory, name),
      content: Buffer.from(name),
      mode: 0o600,
    }))
    const answer = host.run(writeFiles(writes))
    expect(answer.code).toBe(1)
    expect(answer.stderr.toString()).toMatch(/No such file or directory/)
    expect(readdirSync(directory)).toEqual(['a'])
  })

  test('a directory at the path is refused, not written into', () => {
    const directory = scratch()
    mkdirSync(join(directory, 'd'))
    expect(write(host, { path: join(directory, 'd') }).err).toMatch(/is a directory$/)
    expect(readdirSync(join(directory, 'd'))).toEqual([])
    expect(readdirSync(directory)).toEqual(['d'])
  })

  test('a copy of a file that is on the host', () => {
    const directory = scratch()
    const from = fileIn(directory, 'from')
    const sha256 = '5c8bec5fdabb5a4d4b9e4a9c41e8b4a4e5f9ea1e5f2d6d2b8c2b2a2a9c2d1f00'
    const path = join(directory, 'to')
    expect(write(host, { path, content: { path: from, sha256 } }).err).toMatch(/did not arrive whole$/)
    expect(existsSync(path)).toBe(false)
  })

  test('when there is no room, the old file stays and the cause is told', () => {
    const directory = scratch()
    const path = fileIn(directory)
    const content = Buffer.alloc(200_000, 'x')
    // A limit on the size of files fails as a full disk does, and needs no mount.
    const { code, err } = write(host, { path, content }, sh`trap '' XFSZ; ulimit -f 100`)
    expect(code).not.toBe(0)
    expect(err.split('\n').at(-1)).toMatch(/too large/i)
    expect(readFileSync(path, 'utf8')).toBe('old\n')
    expect(readdirSync(directory)).toEqual(['a.conf'])
  })
})

test('two scripts in one have the common part once', () => {
  const directory = scratch()
  const scripts = ['a', 'b'].map((name) =>
    writeFiles([{ path: join(directory, name), content: Buffer.from(name), mode: 0o600 }]),
  )
  const joined = joinWrites(scripts)
  expect(joined.text.match(/^hk_put\(\)/gm)).toHaveLength(1)
  expect(shells[0]?.run(joined).code).toBe(0)
  expect(readdirSync(directory)).toEqual(['a', 'b'])
})

test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
  'ended by %s while validating: the old file stays',
  async (signal) => {
    const directory = scratch()
    const path = fileIn(directory)
    const validate = { words: ['sh', '-c', 'echo up >"$0/up"; exec sleep 5', directory, '%s'] }
    const script = writeFiles([{ path, content: Buffer.from('new'), mode: 0o644, validate }])
    const child = spawn('dash', ['-c', script.text], { detached: true, stdio: 'ignore' })
    while (!existsSync(join(directory, 'up'))) await new Promise((wake) => setTimeout(wake, 5))
    const ended = new Promise((done) => child.on('close', done))
    process.kill(-(child.pid ?? 0), signal)
    await ended
    for (let tries = 0; tries < 100 && readdirSync(directory).length > 2; tries++) {
      await new Promise((wake) => setTimeout(wake, 10))
    }
    expect(readFileSync(path, 'utf8')).toBe('old\n')
    expect(readdirSync(directory).sort()).toEqual(['a.conf', 'up'])
  },
)

describe.runIf(isRoot)('owners', () => {
  test('are there before anybody can read the content, and setuid survives', () => {
    const directory = scratch()
    const path = join(directory, 'a')
    const daemon = { name: 'daemon', required: true }
    const validate = { words: ['sh', '-c', 'stat -c "%U:%G %a" "$0" >"$1"', '%s', join(directory, 'seen')] }
    for (const host of shells) {
      expect(write(host, { path, mode: 0o4755, owner: daemon, group: daemon, validate }).code).toBe(0)
      expect(readFileSync(join(directory, 'seen'), 'utf8')).toBe('daemon:daemon 640\n')
      expect(statSync(path)).toMatchObject({ uid: 1, gid: 1, mode: 0o104755 })
    }
  })

  test('that are asked for must exist; those that are only kept need not', () => {
    const path = fileIn(scratch())
    const nobody = (required: boolean) => ({ name: 'no-such-user', required })
    for (const host of shells) {
      expect(write(host, { path, owner: nobody(true) }).err).toMatch(/no-such-user/)
      expect(readFileSync(path, 'utf8')).toBe('old\n')
    }
    expect(write(shells[0] ?? fail(), { path, owner: nobody(false) }).code).toBe(0)
  })
})

function fail(): never {
  throw new Error('there is no shell')
}
