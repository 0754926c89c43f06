import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import archive from '../../src/tasks/archive.ts'
import { commonRoot } from '../../src/tasks/archive-plan.ts'
import { pathGone } from '../../src/world/path-effects.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, look, planOf, runTask, shells } from './harness.ts'

/** A directory with a bit of everything. */
function tree(): string {
  const root = scratch()
  mkdirSync(join(root, 'src/sub/empty'), { recursive: true })
  writeFileSync(join(root, 'src/a'), 'one\n')
  writeFileSync(join(root, 'src/.hidden'), '')
  writeFileSync(join(root, 'src/sub/b c'), 'two\n', { mode: 0o600 })
  writeFileSync(join(root, 'src/-x'), 'three\n')
  symlinkSync('a', join(root, 'src/link'))
  linkSync(join(root, 'src/a'), join(root, 'src/sub/hard'))
  return root
}

const listed = (file: string): string[] =>
  execFileSync('tar', ['-tf', file], { encoding: 'utf8' }).split('\n').filter(Boolean).toSorted()

describe.each(shells)('archive with $name', (host) => {
  const run = (args: Record<string, unknown>) => runTask(archive, args, host)

  test('packs a directory, and again only where it differs', async () => {
    const root = tree()
    const args = { path: join(root, 'src'), dest: join(root, 'out'), mode: '0600' }
    const first = await run(args)
    expect(first).toMatchObject({
      plan: { status: 'change' },
      again: { status: 'ok' },
      mispredicted: [],
      result: { dest_state: 'archive', arcroot: `${root}/`, missing: [] },
    })
    const all = [
      'src/-x',
      'src/.hidden',
      'src/a',
      'src/link',
      'src/sub/',
      'src/sub/b c',
      'src/sub/empty/',
      'src/sub/hard',
    ]
    expect(listed(join(root, 'out'))).toEqual(all)
    writeFileSync(join(root, 'src/a'), 'longer\n')
    expect(await run(args)).toMatchObject({ plan: { status: 'change' }, again: { status: 'ok' } })
    chmodSync(join(root, 'src/sub/b c'), 0o644)
    expect(await run(args)).toMatchObject({ plan: { status: 'change' }, again: { status: 'ok' } })
    rmSync(join(root, 'src/-x'))
    expect(await run(args)).toMatchObject({ plan: { status: 'change' }, again: { status: 'ok' } })
    expect(listed(join(root, 'out'))).toEqual(all.slice(1))
    expect(readdirSync(root).toSorted()).toEqual(['out', 'src'])
  })

  test('a single file is compressed beside itself; its content decides', async () => {
    const root = scratch()
    const path = join(root, 'one')
    writeFileSync(path, 'one\n')
    expect(await run({ path })).toMatchObject({
      plan: { summary: `create ${path}.gz` },
      again: { status: 'ok' },
      result: { dest: `${path}.gz`, dest_state: 'compress', archived: [path] },
    })
    expect(execFileSync('gzip', ['-dc', `${path}.gz`], { encoding: 'utf8' })).toBe('one\n')
    utimesSync(path, 1, 1)
    expect((await run({ path })).plan.status).toBe('ok')
    writeFileSync(path, 'two\n')
    expect(await run({ path })).toMatchObject({ plan: { status: 'change' }, again: { status: 'ok' } })
    const tarred = await run({ path, dest: join(root, 'one.tgz'), force_archive: true })
    expect(tarred).toMatchObject({ again: { status: 'ok' }, result: { dest_state: 'archive' } })
    expect(listed(join(root, 'one.tgz'))).toEqual(['one'])
  })

  test('a file is not packed into itself, and a pattern leaves the archive out', async () => {
    const root = scratch()
    const path = join(root, 'one.gz')
    writeFileSync(path, 'one\n')
    linkSync(path, join(root, 'other.gz'))
    const itself = { status: 'fail', message: expect.stringContaining('would be packed into itself') }
    expect((await run({ path, dest: path })).plan).toMatchObject(itself)
    expect((await run({ path, dest: join(root, 'other.gz') })).plan).toMatchObject(itself)
    expect((await run({ path, dest: path, force_archive: true })).plan).toMatchObject(itself)
    expect((await run({ path: join(root, '*.gz'), dest: path })).plan).toMatchObject(itself)
    expect(readFileSync(path, 'utf8')).toBe('one\n')
    writeFileSync(join(root, 'two.gz'), 'two\n')
    const all = { path: join(root, '*.gz'), dest: join(root, 'other.gz') }
    rmSync(path)
    expect(await run(all)).toMatchObject({ again: { status: 'ok' } })
    expect(listed(join(root, 'other.gz'))).toEqual(['two.gz'])
  })

  test('patterns in, paths out, names out', async () => {
    const root = tree()
    writeFileSync(join(root, 'src/a.log'), '')
    const dest = join(root, 'out.tgz')
    const some = { path: [join(root, 'src/*'), join(root, 'none')], exclude_path: join(root, 'src/s*'), dest }
    expect(await run({ ...some, exclusion_patterns: '*.log' })).toMatchObject({
      again: { status: 'ok' },
      result: { dest_state: 'incomplete', missing: [join(root, 'none')], arcroot: `${root}/` },
    })
    expect(listed(dest)).toEqual(['src/-x', 'src/a', 'src/link'])
    const none = await run({ path: join(root, 'src/z*'), dest })
    expect(none.plan).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('there is nothing at'),
    })
  })

  test('what was packed goes', async () => {
    const root = tree()
    const dest = join(root, 'out.tgz')
    const inside = await run({ path: join(root, 'src'), dest: join(root, 'src/out.tgz'), remove: true })
    expect(inside.plan).toMatchObject({ status: 'fail' })
    const gone = await run({ path: join(root, 'src'), dest, remove: true })
    expect(gone).toMatchObject({ applied: { code: 0 }, mispredicted: [] })
    expect(readdirSync(root)).toEqual(['out.tgz'])
    expect(gone.again).toMatchObject({ status: 'ok', result: { dest_state: 'archive' } })
    expect(listed(dest)).toHaveLength(8)
  })

  test('the archive is not in itself, and a failure leaves the old one', async () => {
    const root = tree()
    const dest = join(root, 'src/out.tgz')
    expect(await run({ path: join(root, 'src'), dest })).toMatchObject({ again: { status: 'ok' } })
    expect(listed(dest)).not.toContain('src/out.tgz')
    const below = { path: join(root, 'src'), dest: join(root, 'src/sub/below.tgz') }
    expect(await run(below)).toMatchObject({ again: { status: 'ok' } })
    rmSync(below.dest)
    symlinkSync('sub', join(root, 'src/way'))
    expect(await run({ ...below, dest: join(root, 'src/way/below.tgz') })).toMatchObject({
      again: { status: 'ok' },
    })
    rmSync(below.dest)
    rmSync(join(root, 'src/way'))
    const before = readFileSync(dest)
    writeFileSync(join(root, 'src/a'), 'other\n')
    const prepared = await archive.prepare(
      archive.params.parse({ path: join(root, 'src'), dest }),
      controllerWith(),
    )
    const plan = planOf(archive, prepared, look(host, archive.asks(prepared)))
    rmSync(join(root, 'src/-x'))
    if (plan.status !== 'change') throw new Error(plan.status)
    const { code } = host.run(plan.apply)
    expect(code).not.toBe(0)
    expect(readFileSync(dest).equals(before)).toBe(true)
    expect(readdirSync(join(root, 'src')).toSorted()).toEqual(['.hidden', 'a', 'link', 'out.tgz', 'sub'])
  })
})

describe.each(shells.slice(-1))('archive with $name', (host) => {
  test.each(['bz2', 'xz', 'tar'])('as %s', async (format) => {
    const root = tree()
    const made = await runTask(archive, { path: join(root, 'src'), dest: join(root, 'out'), format }, host)
    expect(made).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(listed(join(root, 'out'))).toHaveLength(8)
  })
})

test('in check mode it is packed once, and what changes before is unknown', async () => {
  const root = tree()
  const [host] = shells
  if (!host) throw new TypeError('no shell')
  const args = { path: join(root, 'src'), dest: join(root, 'out') }
  const prepared = await archive.prepare(archive.params.parse(args), controllerWith())
  const world = look(host, archive.asks(prepared))
  const plan = planOf(archive, prepared, world)
  if (plan.status !== 'change') throw new Error(plan.status)
  const then = world.after(plan.effects)
  expect(then.get('path', { path: args.dest, follow: true })).toMatchObject({
    exists: true,
    size: Number.NaN,
  })
  expect(planOf(archive, prepared, then).status).toBe('ok')
  expect(planOf(archive, prepared, then.after([pathGone(join(root, 'src/a'))]))).toMatchObject({
    status: 'unknown',
    why: `what is in ${root}/src: it is going to be written`,
  })
  expect(planOf(archive, prepared, then.after([pathGone(args.dest)])).status).toBe('change')
  const going = await archive.prepare(archive.params.parse({ ...args, remove: true }), controllerWith())
  const removal = planOf(archive, going, world)
  if (removal.status !== 'change') throw new Error(removal.status)
  expect(removal).toMatchObject({ once: true, summary: `create ${args.dest}, remove ${args.path}` })
  expect(planOf(archive, prepared, world.after(removal.effects)).status).toBe('unknown')
})

test.each([
  [['/a/b'], '/a/'],
  [['/a/b/'], '/a/b/'],
  [['/a/b/c', '/a/bc/d'], '/a/'],
  [['/a', '/b/c'], '/'],
  [['/a/b/x', '/a/b/y'], '/a/b/'],
])('what %j have in common is %s', (paths, root) => {
  expect(commonRoot(paths)).toBe(root)
})

test.each([
  [{ path: '/a/*' }, /dest is needed/],
  [{ path: ['/a', '/b'] }, /dest is needed/],
  [{ path: '/a[12]*', dest: '/b' }, /not supported in patterns/],
])('%j is refused', (args, says) => {
  expect(() => archive.prepare(archive.params.parse(args), controllerWith())).toThrow(says)
})

test('zip is refused by name', () => {
  expect(archive.params.safeParse({ path: '/a', format: 'zip' }).error?.message).toContain(
    'command task with zip',
  )
})
