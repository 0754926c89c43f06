import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  entriesOf,
  fingerprint,
  hashName,
  judge,
  keyType,
  knownHostName,
  matchesHost,
  parseKnownHosts,
  preferKnown,
} from '../../src/connect/known-hosts.ts'
import { addKnownHost, readKnownHosts, removeKnownHost } from '../../src/connect/known-hosts-file.ts'

/** A key in the wire format, of any type and content. */
function key(type: string, content: string): Buffer {
  const field = (text: string): Buffer =>
    Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)])
  return Buffer.concat([field(type), field(content)])
}

const ed = key('ssh-ed25519', 'one')
const ed2 = key('ssh-ed25519', 'two')
const rsa = key('ssh-rsa', 'three')

function line(patterns: string, blob = ed, marker = ''): string {
  return `${marker}${patterns} ${keyType(blob)} ${blob.toString('base64')} a comment\n`
}

function verdict(text: string, host: string, port = 22, blob = ed): string {
  const result = judge(entriesOf(parseKnownHosts(text, 'file').entries, host, port), blob)
  if (result.kind === 'changed') return `changed ${result.entries.map((entry) => entry.line).join(',')}`
  if (result.kind === 'unknown')
    return result.authority ? `unknown, authority ${result.authority.line}` : 'unknown'
  return `${result.kind} ${result.entry.line}`
}

const salt = Buffer.alloc(20, 7)

describe('what known_hosts says about a key', () => {
  it.each<[string, string, string, number, Buffer, string]>([
    ['a plain name', line('m1'), 'm1', 22, ed, 'known 1'],
    ['another name', line('m1'), 'm11', 22, ed, 'unknown'],
    ['names in any case', line('M1'), 'm1', 22, ed, 'known 1'],
    ['a name asked for in capitals', line('m1'), 'M1', 22, ed, 'known 1'],
    ['a list of names', line('a,m1,10.0.0.1'), '10.0.0.1', 22, ed, 'known 1'],
    ['a wildcard', line('*.example.org'), 'm1.example.org', 22, ed, 'known 1'],
    ['a question mark', line('m?'), 'm1', 22, ed, 'known 1'],
    ['a negation, whatever its place', line('*,!m1') + line('!m1,*', ed2), 'm1', 22, ed, 'unknown'],
    ['a negation alone', line('!m2'), 'm1', 22, ed, 'unknown'],
    ['a name and port', line('[m1]:2222'), 'm1', 2222, ed, 'known 1'],
    ['a name and another port', line('[m1]:2222'), 'm1', 22, ed, 'unknown'],
    ['a name whose key is kept without the port', line('m1'), 'm1', 2222, ed, 'known 1'],
    ['another key than the one kept without the port', line('m1', ed2), 'm1', 2222, ed, 'unknown'],
    ['an IPv6 address', line('fd00::1'), 'fd00::1', 22, ed, 'known 1'],
    ['an IPv6 address and port', line('[fd00::1]:2222'), 'FD00::1', 2222, ed, 'known 1'],
    ['a hashed name', line(hashName('m1', salt)), 'm1', 22, ed, 'known 1'],
    ['a hashed name and port', line(hashName('[m1]:2222', salt)), 'm1', 2222, ed, 'known 1'],
    ['the hash of another name', line(hashName('m2', salt)), 'm1', 22, ed, 'unknown'],
    ['one of several keys', line('m1', ed2) + line('m1', rsa) + line('m1'), 'm1', 22, ed, 'known 3'],
    ['a changed key', `# comment\n\n${line('m1', ed2)}`, 'm1', 22, ed, 'changed 3'],
    ['a changed key, the same type first', line('m1', rsa) + line('m1', ed2), 'm1', 22, ed, 'changed 2,1'],
    ['a key of a type that was not known', line('m1', rsa), 'm1', 22, ed, 'changed 1'],
    [
      'a revoked key, though it is known too',
      line('m1') + line('*', ed, '@revoked '),
      'm1',
      22,
      ed,
      'revoked 2',
    ],
    ['another key that is revoked', line('m1') + line('*', ed2, '@revoked '), 'm1', 22, ed, 'known 1'],
    ['an authority', line('*.org', ed2, '@cert-authority '), 'm1.org', 22, ed, 'unknown, authority 1'],
    [
      "an authority, which is not the host's own key",
      line('m1', ed, '@cert-authority '),
      'm1',
      22,
      ed,
      'unknown, authority 1',
    ],
  ])('%s', (_case, text, host, port, blob, expected) => {
    expect(verdict(text, host, port, blob)).toBe(expected)
  })

  it('names the lines that it does not understand', () => {
    const text = `m1\nm1 ssh-ed25519\nm1 ssh-ed25519 AAAA\n@what m1 ssh-rsa AAAA\n${line('m1')}m1 ssh-rsa ${ed.toString('base64')}\n`
    const { entries, badLines } = parseKnownHosts(text, 'file')
    expect(entries).toHaveLength(1)
    expect(badLines.map((bad) => `${bad.line}: ${bad.problem}`)).toEqual([
      '1: fewer than three fields',
      '2: fewer than three fields',
      '3: no key of type ssh-ed25519',
      '4: unknown marker @what',
      '6: no key of type ssh-rsa',
    ])
  })

  it('comes for any text, and in time', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.stringMatching(/^[@|#*?!, \t\na-z0-9=+/[\]:]*$/),
    )
    fc.assert(
      fc.property(text, text, fc.nat(70_000), (file, host, port) => {
        const { entries } = parseKnownHosts(`${file}\n${line(file.replaceAll(/\s/g, '*'))}`, 'file')
        const about = entriesOf(entries, host, port)
        judge(about, ed)
        preferKnown(['ssh-ed25519'], about)
      }),
    )
    const began = performance.now()
    expect(matchesHost('*a'.repeat(5000), 'a'.repeat(250) + 'b')).toBe(false)
    expect(performance.now() - began).toBeLessThan(1000)
  })

  it.each<[string, () => string]>([
    ['junk', () => randomBytes(50_000_000).toString('latin1')],
    ['junk that is no text', () => randomBytes(30_000_000).toString('utf8')],
    ['one line', () => 'm1'.repeat(25_000_000)],
    ['empty lines', () => '\n'.repeat(20_000_000)],
    ['stars', () => line('*a'.repeat(20_000_000))],
    ['commas', () => line(','.repeat(20_000_000))],
    ['hashed names', () => line(hashName('m2', salt)).repeat(50_000)],
  ])('comes in time out of a large file of %s', (_case, text) => {
    const source = text()
    const began = performance.now()
    const { entries } = parseKnownHosts(source, 'file')
    judge(entriesOf(entries, 'm1'.repeat(100), 22), ed)
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  it('is what ssh-keygen finds', () => {
    const dir = mkdtempSync(join(tmpdir(), 'hakube-test-'))
    const lines = [
      'm1',
      'm1,m2',
      '*.org',
      '!a.org,*.org',
      '[m1]:2222',
      'm?',
      hashName('m1', salt),
      hashName('[m1]:2222', salt),
      '*,!m2',
    ]
    const real = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKM1jUvNK7///ns1CT9ACUrUG2X9t/Zc+cl1Wx+eCHQJ'
    const file = join(dir, 'known')
    for (const name of ['m1', 'm2', 'a.org', 'b.org', '[m1]:2222', 'x']) {
      for (const patterns of lines) {
        writeFileSync(file, `${patterns} ${real}\n`)
        let found = true
        try {
          execFileSync('ssh-keygen', ['-F', name, '-f', file], { stdio: 'pipe' })
        } catch {
          found = false
        }
        expect([name, patterns, matchesHost(patterns, name)]).toEqual([name, patterns, found])
      }
    }
    const shown = execFileSync('ssh-keygen', ['-l', '-f', file]).toString()
    expect(shown).toContain(fingerprint(Buffer.from(real.split(' ')[1] ?? '', 'base64')))
    rmSync(dir, { recursive: true })
  })
})

describe('the order of host key algorithms', () => {
  const all = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] as const
  it.each<[string, string, number, string[]]>([
    ['nothing known', '', 22, [...all]],
    [
      'an RSA key',
      line('m1', rsa),
      22,
      ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa', 'ssh-ed25519', 'ecdsa-sha2-nistp256'],
    ],
    [
      'an RSA key without the port',
      line('m1', rsa),
      2222,
      ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa', 'ssh-ed25519', 'ecdsa-sha2-nistp256'],
    ],
    ['a revoked RSA key', line('m1', rsa, '@revoked '), 22, [...all]],
  ])('with %s', (_case, text, port, expected) => {
    expect(preferKnown(all, entriesOf(parseKnownHosts(text, 'file').entries, 'm1', port))).toEqual(expected)
  })
})

describe('keeping a key', () => {
  let dir: string
  let file: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'hakube-test-'))
    file = join(dir, 'ssh', 'known_hosts')
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  it('makes a private file, and a line that is read again', async () => {
    await addKnownHost(file, knownHostName('M1', 2222), ed, false)
    await addKnownHost(file, 'm2', ed, true)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(dir, 'ssh')).mode & 0o777).toBe(0o700)
    const text = readFileSync(file, 'utf8')
    expect(text).toMatch(/^\[m1\]:2222 ssh-ed25519 [\w+/=]+\n\|1\|[\w+/=]+\|[\w+/=]+ ssh-ed25519 [\w+/=]+\n$/)
    expect([verdict(text, 'm1', 2222), verdict(text, 'm2')]).toEqual(['known 1', 'known 2'])
  })

  it('leaves what is there, also a last line without an end', async () => {
    await addKnownHost(file, 'm1', ed, false)
    writeFileSync(file, '# mine')
    await addKnownHost(file, 'm1', ed, false)
    expect(readFileSync(file, 'utf8')).toMatch(/^# mine\nm1 ssh-ed25519 \S+\n$/)
  })

  it('writes each line once, whoever comes at the same time', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `host${index % 10}`)
    await Promise.all(names.map((name) => addKnownHost(file, name, ed, false)))
    const { entries, badLines } = await readKnownHosts([file, join(dir, 'missing')])
    expect(badLines).toEqual([])
    expect(entries.map(({ patterns }) => patterns).sort()).toEqual([...new Set(names)].sort())
    expect(readdirSync(join(dir, 'ssh'))).toEqual(['known_hosts'])
  })

  it('writes each line once, also out of several processes', async () => {
    const module = new URL('../../src/connect/known-hosts-file.ts', import.meta.url).href
    const script = `
      import { addKnownHost } from ${JSON.stringify(module)}
      const key = Buffer.from(process.argv[2], 'base64')
      // All begin together, however long it took them to start.
      while (Date.now() < Number(process.argv[3]));
      for (let i = 0; i < 150; i += 1) await addKnownHost(process.argv[1], 'host' + i, key, false)`
    const args = ['--import', 'tsx', '--input-type=module', '-e', script, file, ed.toString('base64')]
    const start = String(Date.now() + 3000)
    const codes = await Promise.all(
      Array.from({ length: 4 }, () => {
        const child = spawn(process.execPath, [...args, start], { stdio: 'inherit' })
        return new Promise((resolve) => child.on('close', resolve))
      }),
    )
    expect(codes).toEqual([0, 0, 0, 0])
    const { entries, badLines } = await readKnownHosts([file])
    expect(badLines).toEqual([])
    expect(entries).toHaveLength(150)
    for (let i = 0; i < 150; i += 1) expect(entriesOf(entries, `host${i}`, 22).own).toHaveLength(1)
    expect(readdirSync(join(dir, 'ssh'))).toEqual(['known_hosts'])
  })

  it('does not read what is no file', async () => {
    await addKnownHost(file, 'm1', ed, false)
    const pipe = join(dir, 'pipe')
    execFileSync('mkfifo', [pipe])
    for (const [path, words] of [
      [pipe, /no regular file/],
      [dir, /it is a directory/],
      ['/dev/zero', /no regular file/],
    ] as const)
      await expect(readKnownHosts([path])).rejects.toMatchObject({
        code: 'bad-known-hosts',
        exitCode: 1,
        message: expect.stringMatching(words),
      })
    expect(await readKnownHosts(['/dev/null', join(dir, 'missing')])).toEqual({ entries: [], badLines: [] })
  })

  it('removes one host and nothing about any other', async () => {
    await addKnownHost(file, 'm1', ed, false)
    const names = ['m1', 'm2', '[m1]:2222', 'M1', '10.0.0.1', 'fd00::1']
    const name = fc.constantFrom(...names)
    const host = fc.oneof(
      fc.uniqueArray(name, { minLength: 1 }).map((list) => list.join(',')),
      name.map((one) => hashName(one.toLowerCase(), salt)),
    )
    const entry = fc.oneof(
      fc.tuple(host, fc.constantFrom(ed, ed2, rsa)).map(([patterns, blob]) => line(patterns, blob)),
      fc.constantFrom(
        '# comment\n',
        '\n',
        'junk\n',
        line('m1', ed, '@revoked '),
        line('m?', ed2, '@cert-authority '),
      ),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(entry), async (lines) => {
        const text = lines.join('')
        writeFileSync(file, text)
        await removeKnownHost(file, 'm1', [rsa])
        const [before, after] = [text, readFileSync(file, 'utf8')].map((one) => parseKnownHosts(one, file))
        const keys = (found: typeof before, one: string, marked: boolean): string[] =>
          entriesOf(found?.entries ?? [], one, 22)
            .own.filter(({ marker }) => (marker !== undefined) === marked)
            .map(({ key: blob }) => blob.toString('hex'))
        for (const one of ['m2', '10.0.0.1', 'fd00::1'])
          expect(keys(after, one, false)).toEqual(keys(before, one, false))
        expect(keys(after, 'm1', true)).toEqual(keys(before, 'm1', true))
        expect(keys(after, 'm1', false)).toEqual(
          keys(before, 'm1', false).filter((blob) => blob === rsa.toString('hex')),
        )
        expect(after?.badLines.length).toBe(before?.badLines.length)
      }),
      { numRuns: 60 },
    )
  })

  it('replaces a link by nothing but what it links to', async () => {
    await addKnownHost(file, 'm1', ed, false)
    const link = join(dir, 'link')
    symlinkSync(file, link)
    expect(await removeKnownHost(link, 'm1', [ed])).toBe(0)
    expect(await removeKnownHost(link, 'm1', [])).toBe(1)
    expect([readFileSync(file, 'utf8'), lstatSync(link).isSymbolicLink()]).toEqual(['', true])
  })

  it('does not wait for a lock that was left behind', async () => {
    await addKnownHost(file, 'm1', ed, false)
    writeFileSync(`${file}.hakube-lock`, '')
    utimesSync(`${file}.hakube-lock`, 0, 0)
    await addKnownHost(file, 'm2', ed, false)
    expect(readFileSync(file, 'utf8')).toContain('m2 ')
  })
})
