import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { modeOf, readTarList } from '../../src/archive/tar-list.ts'
import { readZipList } from '../../src/archive/zip-list.ts'
import module from '../../src/tasks/unarchive.ts'
import { startServer, type TestServer } from '../support/http-server.ts'
import { isRoot, scratch } from '../world/hosts.ts'
import { runLocal } from '../support/run-local.ts'
import { controllerWith, look, planOf, runTask, shells } from './harness.ts'

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

/** A folder `app` with a file, a program, a link, and a directory that is empty. */
function tree(): string {
  const folder = scratch()
  mkdirSync(join(folder, 'app/empty'), { recursive: true })
  writeFileSync(join(folder, 'app/a b'), 'one\n')
  writeFileSync(join(folder, 'app/run'), '#!/bin/sh\n')
  chmodSync(join(folder, 'app/run'), 0o755)
  chmodSync(join(folder, 'app/a b'), 0o640)
  symlinkSync('run', join(folder, 'app/link'))
  for (const name of ['app/a b', 'app/run']) utimesSync(join(folder, name), 1_600_000_000, 1_600_000_000)
  return folder
}

function pack(name: string, options: readonly string[]): string {
  const folder = tree()
  const { status, stderr } = spawnSync('tar', [...options, '-cf', name, 'app'], { cwd: folder })
  if (status !== 0) throw new Error(stderr.toString())
  return join(folder, name)
}

/** As zip would make it; with a program and a directory. */
function zip(): string {
  const folder = tree()
  const python = `
import zipfile
with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.write("app"); z.write("app/run"); z.write("app/a b"); z.write("app/empty")
`
  const { status, stderr } = spawnSync('/usr/bin/python3', ['-c', python], { cwd: folder })
  if (status !== 0) throw new Error(stderr.toString())
  return join(folder, 'a.zip')
}

const FORMATS = [
  ['tar', [], 'tar', 'TarArchive'],
  ['tgz', ['-z'], 'gzip', 'TgzArchive'],
  ['tar.bz2', ['-j'], 'bzip2', 'TarArchive'],
  ['tar.xz', ['-J'], 'xz', 'TarArchive'],
  ['tar.zst', ['--zstd'], 'zstd', 'TarArchive'],
] as const

describe.each(shells)('unarchive with $name', (host) => {
  test.each(FORMATS)('%s, from the host and from the controller', async (name, options, program, handler) => {
    if (!has(program)) return
    const src = pack(`a.${name}`, options)
    for (const remote_src of [true, false]) {
      const dest = scratch()
      const args = { src, dest, remote_src, list_files: true }
      const done = await runTask(module, args, host)
      expect(done).toMatchObject({ plan: { status: 'change' }, again: { status: 'ok' }, mispredicted: [] })
      expect(done.result).toMatchObject({ handler, dest, src })
      expect(done.result['files']).toEqual(
        expect.arrayContaining(['app/', 'app/a b', 'app/run', 'app/link', 'app/empty/']),
      )
      expect(readFileSync(join(dest, 'app/a b'), 'utf8')).toBe('one\n')
      expect(lstatSync(join(dest, 'app/run')).mode & 0o777).toBe(0o755)
      expect(readlinkSync(join(dest, 'app/link'))).toBe('run')
    }
  })

  test('what differs as Ansible sees it: time, mode, what is missing; not content alone', async () => {
    const src = pack('a.tgz', ['-z'])
    const dest = scratch()
    const args = { src, dest, remote_src: true }
    await runTask(module, args, host)
    const file = join(dest, 'app/a b')
    writeFileSync(file, 'two\n')
    utimesSync(file, 1_600_000_000, 1_600_000_000)
    expect((await runTask(module, args, host)).plan).toMatchObject({ status: 'ok' })
    utimesSync(file, 1_700_000_000, 1_700_000_000)
    expect((await runTask(module, { ...args, keep_newer: true }, host)).plan).toMatchObject({ status: 'ok' })
    expect(await runTask(module, args, host)).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(readFileSync(file, 'utf8')).toBe('one\n')
    chmodSync(file, 0o600)
    expect(await runTask(module, args, host)).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
  })

  test('what else is in a directory of the archive stays there, in check mode as well', async () => {
    const src = pack('a.tar', [])
    const dest = scratch()
    mkdirSync(join(dest, 'app'), { mode: 0o700 })
    writeFileSync(join(dest, 'app/mine'), 'mine\n')
    const prepared = await module.prepare(
      module.params.parse({ src, dest, remote_src: true }),
      controllerWith(),
    )
    const fragments = { path: join(dest, 'app'), follow: true, entries: true } as const
    const world = look(host, [...module.asks(prepared), { kind: 'path', ask: fragments }])
    const plan = planOf(module, prepared, world)
    if (plan.status !== 'change') throw new Error(plan.status)
    const then = world.after(plan.effects).get('path', fragments)
    expect(then).toMatchObject({ entries: ['a b', 'empty', 'link', 'mine', 'run'] })
    expect(then.exists && then.mode).toBe(0o755)
  })

  test('exclude, include, extra_opts, creates', async () => {
    const src = pack('a.tgz', ['-z'])
    const unpack = async (more: Record<string, unknown>) => {
      const dest = scratch()
      const done = await runTask(module, { src, dest, remote_src: true, ...more }, host)
      return { dest, done }
    }
    const without = await unpack({ exclude: ['app/a*', 'app/empty/'] })
    expect(without.done).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(existsSync(join(without.dest, 'app/run'))).toBe(true)
    expect(existsSync(join(without.dest, 'app/a b')) || existsSync(join(without.dest, 'app/empty'))).toBe(
      false,
    )
    // The directory itself is none of what is in it.
    const inside = await unpack({ exclude: ['app/empty/*', 'app/run'] })
    expect(inside.done).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(existsSync(join(inside.dest, 'app/empty'))).toBe(true)
    const only = await unpack({ include: ['app/run'], mode: '0700' })
    expect(only.done).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(lstatSync(join(only.dest, 'app/run')).mode & 0o777).toBe(0o700)
    expect(existsSync(join(only.dest, 'app/a b'))).toBe(false)
    const strip = await unpack({ extra_opts: ['--strip-components=1'] })
    expect(strip.done).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(existsSync(join(strip.dest, 'run'))).toBe(true)
    expect((await unpack({ creates: src })).done.plan).toMatchObject({ status: 'ok' })
    const fresh = await unpack({ creates: `${src}.no` })
    expect(fresh.done).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
  })

  test.runIf(isRoot)('owner and group of all of it', async () => {
    const src = pack('a.tar', [])
    const dest = scratch()
    const done = await runTask(
      module,
      { src, dest, remote_src: true, owner: 'nobody', mode: 'u=rwX,go=' },
      host,
    )
    expect(done).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(lstatSync(join(dest, 'app/a b'))).toMatchObject({ uid: 65534 })
    expect(lstatSync(join(dest, 'app/a b')).mode & 0o777).toBe(0o600)
    expect(lstatSync(join(dest, 'app/empty')).mode & 0o777).toBe(0o700)
  })

  test.runIf(has('unzip'))('zip, from the host and from the controller', async () => {
    const src = zip()
    for (const remote_src of [true, false]) {
      const dest = scratch()
      const args = { src, dest, remote_src }
      const done = await runTask(module, args, host)
      expect(done).toMatchObject({ plan: { status: 'change' }, again: { status: 'ok' }, mispredicted: [] })
      expect(lstatSync(join(dest, 'app/run')).mode & 0o777).toBe(0o755)
      const file = join(dest, 'app/a b')
      const { mtime } = lstatSync(file)
      writeFileSync(file, 'two\n')
      utimesSync(file, mtime, mtime)
      expect(await runTask(module, args, host)).toMatchObject({
        plan: { status: 'change' },
        again: { status: 'ok' },
      })
      const part = await runTask(module, { ...args, dest: scratch(), exclude: ['app/a*'] }, host)
      expect(part).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    }
  })

  test('an odd archive is the failure of the task, and no more', async () => {
    const folder = tree()
    writeFileSync(join(folder, 'app/new\nline'), '')
    spawnSync('tar', ['-cf', 'odd.tar', 'app'], { cwd: folder })
    spawnSync('tar', ['--owner=A B:1234', '--group=Domain Users:1235', '-cf', 'blank.tar', 'app/a b'], {
      cwd: folder,
    })
    const script = `
import zipfile
with zipfile.ZipFile("odd.zip", "w") as z: z.writestr("new\\nline", "x")
with zipfile.ZipFile("many.zip", "w") as z:
    for i in range(65536): z.writestr("f%d" % i, "")
data = bytearray(open("odd.zip", "rb").read())
data[data.index(b"PK\\1\\2") + 28] = 255
open("broken.zip", "wb").write(data)
`
    expect(spawnSync('/usr/bin/python3', ['-c', script], { cwd: folder }).stderr.toString()).toBe('')
    const zips = has('unzip') ? ['odd.zip', 'many.zip', 'broken.zip'] : []
    for (const name of ['odd.tar', ...zips]) {
      for (const remote_src of [true, false]) {
        const args = { src: join(folder, name), dest: scratch(), remote_src }
        expect((await runTask(module, args, host)).plan).toMatchObject({
          status: 'fail',
          message: expect.stringMatching(/cannot be unpacked: /),
          hint: expect.stringMatching(/command task/),
        })
      }
    }
    const blank = { src: join(folder, 'blank.tar'), dest: scratch(), remote_src: true }
    expect(await runTask(module, blank, host)).toMatchObject({ mispredicted: [] })
    expect((await runTask(module, blank, host)).again ?? { status: 'ok' }).toMatchObject({ status: 'ok' })
  })

  test('what is no archive, is not there, is empty; a destination that is none', async () => {
    const folder = scratch()
    writeFileSync(join(folder, 'empty'), '')
    writeFileSync(join(folder, 'text'), 'text\n')
    const go = async (args: Record<string, unknown>) =>
      (await runTask(module, { dest: folder, remote_src: true, ...args }, host)).plan
    expect(await go({ src: `${folder}/none` })).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/does not exist/),
    })
    expect(await go({ src: `${folder}/empty` })).toMatchObject({
      status: 'unknown',
      why: expect.stringMatching(/empty/),
    })
    expect(await go({ src: `${folder}/text` })).toMatchObject({
      status: 'unknown',
      why: expect.stringMatching(/cannot be unpacked/),
    })
    expect(await go({ src: `${folder}/text`, dest: `${folder}/no` })).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/is not a directory/),
    })
  })
})

test('lists of GNU and busybox tar', () => {
  const gnu =
    'drwxr-sr-t root/0         0 2026-11-28 22:28:16 ./d/\nlrwxrwxrwx a/b 0 2026-11-28 22:28:16 d/l -> f g\n'
  expect(readTarList(gnu)).toEqual([
    { name: 'd', type: 'directory', mode: 0o3755, owner: 'root', group: '0', size: 0, mtime: 1795904896 },
    {
      name: 'd/l',
      type: 'link',
      mode: 0o777,
      owner: 'a',
      group: 'b',
      size: 0,
      mtime: 1795904896,
      target: 'f g',
    },
  ])
  expect(() => readTarList('rubbish')).toThrow(/not a line of tar/)
  expect(modeOf('rwSr-xr-T')).toBe(0o5654)
})

test('a list of a zip', () => {
  const list = readZipList(readFileSync(zip()))
  expect(list.map(({ name, type, mode }) => [name, type, mode])).toEqual([
    ['app', 'directory', 0o755],
    ['app/run', 'file', 0o755],
    ['app/a b', 'file', 0o640],
    ['app/empty', 'directory', 0o755],
  ])
  expect(() => readZipList(Buffer.from('no zip, no zip, no zip at all'))).toThrow(/no zip/)
})

test('include and exclude exclude each other', async () => {
  const args = { src: '/a', dest: '/d', remote_src: true, include: ['a'], exclude: ['b'] }
  const prepare = async () => module.prepare(module.params.parse(args), controllerWith())
  await expect(prepare()).rejects.toThrow(/exclude each other/)
})

describe.each(shells)('an archive of a server, with $name', (host) => {
  let server: TestServer
  let tar = ''
  beforeAll(async () => {
    tar = readFileSync(pack('a.tar', []), 'latin1')
    server = await startServer({ tar, text: 'no archive\n' })
  })
  afterAll(() => server.close())
  const unpack = (more: Record<string, unknown> = {}) => {
    const args = { src: `${server.url}/tar`, dest: scratch(), remote_src: true, ...more }
    return module.prepare(module.params.parse(args), controllerWith())
  }

  test('is fetched once to look and once to unpack, and must be the same', async () => {
    const task = await unpack()
    await server.log()
    const plan = planOf(module, task, look(host, module.asks(task)))
    // The first one is for the first bytes.
    expect(await server.log()).toEqual(['GET /tar', 'GET /tar'])
    if (plan.status !== 'change') throw new Error(JSON.stringify(plan))
    expect(plan.once).toBe(true)
    await server.set({ tar: tar.replace('one', 'two') })
    const refused = host.run(plan.apply)
    expect(refused.stderr.toString()).toMatch(/\/tar is another archive than when it was looked at/)
    expect(readdirSync(task.dest)).toEqual([])
    await server.set({ tar })
    await server.log()
    expect(host.run(plan.apply).code).toBe(0)
    expect(await server.log()).toEqual(['GET /tar'])
    expect(readdirSync(task.dest)).toEqual(['app'])
    expect(planOf(module, task, look(host, module.asks(task)))).toMatchObject({ status: 'ok' })
  })

  test('what is no archive', async () => {
    const task = await unpack({ src: `${server.url}/text` })
    expect(planOf(module, task, look(host, module.asks(task)))).toMatchObject({
      status: 'unknown',
      why: expect.stringMatching(/cannot be unpacked: \S/),
    })
  })

  test('with creates nothing else is asked first', async () => {
    const there = await unpack({ creates: '/' })
    const none = await unpack({ creates: '/none' })
    await server.log()
    for (const [task, more] of [
      [there, 0],
      [none, 3],
    ] as const) {
      const first = module.asks(task)
      expect(first.map(({ kind }) => kind)).toEqual(['path'])
      const world = look(host, first)
      expect(await server.log()).toEqual([])
      expect(module.asksThen?.(task, world).length).toBe(more)
    }
  })
})

test('in a run: the archive goes to the host only where creates is not there', async () => {
  const folder = scratch()
  const src = pack('a.tar', [])
  const tasks = `
- hosts: a
  gather_facts: false
  tasks:
    - unarchive: { src: ${src}, dest: '{{ playbook_dir }}', creates: '{{ playbook_dir }}/app' }
    - stat: { path: '{{ playbook_dir }}/app/run' }
      register: found
    - assert: { that: found.stat.exists }
`
  const check = await runLocal(tasks, { folder, check: true })
  expect(check.story.slice(0, 2)).toEqual(['a unarchive would-change', 'a stat ok'])
  const first = await runLocal(tasks, { folder })
  expect(first.story).toEqual(['a unarchive changed', 'a stat ok', 'a assert ok'])
  const second = await runLocal(tasks, { folder })
  expect(second.story).toEqual(['a unarchive ok', 'a stat ok', 'a assert ok'])
  expect(second.summary?.recap[0]?.trips).toBe(1)
})

test('what is not known to be unpacked is unknown to the tasks behind it', async () => {
  const src = pack('a.tar', [])
  const tasks = (condition: string) => `
- hosts: a
  gather_facts: false
  tasks:
    - copy: { src: ${src}, dest: '{{ playbook_dir }}/a.tar' }
      register: copied
    - command: date
      register: now
    - unarchive: { src: '{{ playbook_dir }}/a.tar', dest: '{{ playbook_dir }}/into', remote_src: true, creates: '{{ playbook_dir }}/app' }
      when: ${condition}
    - file: { path: '{{ playbook_dir }}/into/x', state: absent }
`
  for (const condition of ['true', 'now.stdout != ""']) {
    const check = await runLocal(tasks(condition), { check: true, files: { 'into/x': '' } })
    expect(check.story).toEqual([
      'a copy would-change',
      'a command would-run',
      'a unarchive unknown',
      'a file unknown',
    ])
  }
})

test('in check mode nobody knows what an archive leaves that cannot be looked at, nor what it creates', async () => {
  const folder = scratch()
  const playbook = `- hosts: web
  gather_facts: false
  tasks:
    - unarchive: {src: http://127.0.0.1:9/a.tgz, dest: ${folder}, remote_src: true, creates: ${folder}/bin/app}
    - file: {src: ${folder}/bin/app, dest: ${folder}-one, state: link}
    - file: {src: ${folder}/share/app, dest: ${folder}-two, state: link}
    - file: {src: ${folder}-other, dest: ${folder}-three, state: link}
`
  const { story } = await runLocal(playbook, {
    inventory: '[web]\na ansible_connection=local\n',
    check: true,
  })
  expect(story).toEqual(['a unarchive unknown', 'a file unknown', 'a file unknown', 'a file failed'])
})
