import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import module from '../../src/tasks/unarchive.ts'
import { scratch } from '../world/hosts.ts'
import { EVAL, type Host, hostOf, runTask } from './harness.ts'

const NEW = 1_700_000_000
const OLD = 1_500_000_000

/** a, the directory d with x, y in e, of which the archive says nothing, and for tar the link k to a. */
function pack(program: 'tar' | 'zip'): string {
  const folder = scratch()
  for (const directory of ['d', 'e']) mkdirSync(join(folder, directory))
  for (const file of ['a', 'd/x', 'e/y']) {
    writeFileSync(join(folder, file), file)
    utimesSync(join(folder, file), 1_600_000_000, 1_600_000_000)
  }
  symlinkSync('a', join(folder, 'k'))
  utimesSync(join(folder, 'd'), 1_600_000_000, 1_600_000_000)
  lutimesSync(join(folder, 'k'), 1_600_000_000, 1_600_000_000)
  const python = `import zipfile
with zipfile.ZipFile("things.zip", "w") as z:
    for name in ["a", "d/", "d/x", "e/y"]: z.write(name)`
  const command =
    program === 'tar'
      ? ['tar', '--no-recursion', '-cf', 'things.tar', 'a', 'd', 'd/x', 'e/y', 'k']
      : ['/usr/bin/python3', '-c', python]
  const { status, stderr } = spawnSync(command[0] ?? '', command.slice(1), { cwd: folder })
  if (status !== 0) throw new Error(stderr.toString())
  return join(folder, `things.${program}`)
}

/** busybox's own tar and unzip, whatever else is there. */
function busybox(): Host {
  const bin = scratch()
  for (const applet of ['tar', 'unzip']) symlinkSync('/bin/busybox', join(bin, applet))
  return hostOf('busybox', ['dash', '-c', EVAL], { PATH: `${bin}:${process.env['PATH'] ?? ''}` })
}

const TOOLS = [
  ['GNU tar', () => hostOf('tar', ['dash', '-c', EVAL]), 'tar', {}],
  ['GNU tar with keep_newer', () => hostOf('tar', ['dash', '-c', EVAL]), 'tar', { keep_newer: true }],
  ['busybox tar', busybox, 'tar', {}],
  ['Info-ZIP', () => hostOf('unzip', ['dash', '-c', EVAL]), 'zip', {}],
  ['busybox unzip', busybox, 'zip', {}],
] as const

/** What is in the way, and which of the tools above unpack all the same (y), fail (n), or see nothing to do (=). */
const CASES: readonly [string, string, (at: (name: string) => string) => void][] = [
  ['nothing', 'yyyyy', () => undefined],
  ['an old file', 'yyyyy', (at) => put(at('a'), OLD)],
  ['a link to a file', 'yyyyn', (at) => link('other', at('a'), OLD)],
  ['a directory where a file is to be', 'nnnnn', (at) => mkdirSync(at('a'))],
  ['a directory where a link is to be', 'nnnyy', (at) => mkdirSync(at('k'))],
  ['an old file where a link is to be', 'yyyyy', (at) => put(at('k'), OLD)],
  ['an old file where a directory is to be', 'yynnn', (at) => put(at('d'), OLD)],
  ['a new file where a directory is to be', 'ynnnn', (at) => put(at('d'), NEW)],
  ['an old link to a directory', 'yyyyy', (at) => toDirectory(at('d'), OLD)],
  ['a new link to a directory', 'yyyyy', (at) => toDirectory(at('d'), NEW)],
  ['a link to nothing where a directory is to be', 'ynnnn', (at) => link('nowhere', at('d'), NEW)],
  ['a file above', 'nnnnn', (at) => put(at('e'), OLD)],
  ['a link to a directory above', 'yyyyy', (at) => toDirectory(at('e'), OLD)],
  ['a link to nothing above', 'nnnnn', (at) => link('nowhere', at('e'), OLD)],
]

function put(path: string, time: number): void {
  writeFileSync(path, 'old')
  utimesSync(path, time, time)
}

function link(target: string, path: string, time: number): void {
  symlinkSync(target, path)
  lutimesSync(path, time, time)
}

function toDirectory(path: string, time: number): void {
  mkdirSync(`${path}.real`)
  link(`${path}.real`, path, time)
}

describe.each(TOOLS)('what is in the way of %s', (tool, hostOfTool, kind, more) => {
  test.each(CASES)('%s', async (_what, expected, prepare) => {
    const dest = scratch()
    prepare((name) => join(dest, name))
    const before = listing(dest)
    const done = await runTask(module, { src: pack(kind), dest, remote_src: true, ...more }, hostOfTool())
    const unpacks = expected[TOOLS.findIndex(([name]) => name === tool)] === 'y'
    if (unpacks) {
      expect(done).toMatchObject({ plan: { status: 'change' }, again: { status: 'ok' }, mispredicted: [] })
      expect(existsSync(join(dest, 'd/x')) && existsSync(join(dest, 'e/y'))).toBe(true)
      return
    }
    // Before anything is touched.
    expect(done.plan).toMatchObject({ status: 'fail', message: expect.stringContaining(`${dest}/`) })
    expect(listing(dest)).toEqual(before)
  })
})

test('keep_newer keeps a newer thing, whatever it is, and has nothing to do then', async () => {
  const dest = scratch()
  const args = { src: pack('tar'), dest, remote_src: true, keep_newer: true }
  const host = hostOf('tar', ['dash', '-c', EVAL])
  await runTask(module, args, host)
  spawnSync('rm', [join(dest, 'k'), join(dest, 'a')])
  put(join(dest, 'k'), NEW)
  link('other', join(dest, 'a'), NEW)
  expect((await runTask(module, args, host)).plan).toMatchObject({ status: 'ok' })
  const same = await runTask(module, { ...args, keep_newer: false }, host)
  expect(same).toMatchObject({ plan: { status: 'change' }, again: { status: 'ok' }, mispredicted: [] })
  expect(lstatSync(join(dest, 'k')).isSymbolicLink()).toBe(true)
})

test('keep_newer sets the mode of an empty directory only', async () => {
  const host = hostOf('tar', ['dash', '-c', EVAL])
  const src = pack('tar')
  for (const [name, mode] of [
    ['d', 0o755],
    ['d/other', 0o700],
  ] as const) {
    const dest = scratch()
    mkdirSync(join(dest, name), { recursive: true })
    chmodSync(join(dest, 'd'), 0o700)
    const args = { src, dest, remote_src: true, keep_newer: true }
    const done = await runTask(module, args, host)
    expect(done).toMatchObject({ plan: { status: 'change' }, again: { status: 'ok' }, mispredicted: [] })
    expect(lstatSync(join(dest, 'd')).mode & 0o777).toBe(mode)
  }
})

test('keep_newer is refused where busybox would stop', async () => {
  const dest = scratch()
  put(join(dest, 'a'), NEW)
  const done = await runTask(
    module,
    { src: pack('tar'), dest, remote_src: true, keep_newer: true },
    busybox(),
  )
  expect(done.plan).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('keep_newer needs GNU tar'),
  })
})

function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map(String).sort()
}
