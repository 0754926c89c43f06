import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import module from '../../src/tasks/git.ts'
import { Unknown } from '../../src/world/kind.ts'
import { pathAttributes, pathBecomes, pathGone, treeAttributes } from '../../src/world/path-effects.ts'
import { parentPath } from '../../src/world/path-names.ts'
import { type Effect, effect, effectOnAll } from '../../src/world/world.ts'
import { scratch } from '../world/hosts.ts'
import { hostWithOnly } from '../support/tools.ts'
import { controllerWith, look, planOf, runTask, shells } from './harness.ts'

function git(cwd: string, ...words: string[]): string {
  const own = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'protocol.file.allow=always']
  const { status, stdout, stderr } = spawnSync('git', [...own, ...words], { cwd })
  if (status !== 0) throw new Error(`git ${words.join(' ')}: ${stderr.toString()}`)
  return stdout.toString().trim()
}

function commit(repo: string, text: string): string {
  writeFileSync(join(repo, 'file'), text)
  git(repo, 'add', '.')
  git(repo, 'commit', '-qm', text)
  return git(repo, 'rev-parse', 'HEAD')
}

/** A repository with a tag v1 at its first commit, and a branch `other`. */
function repository(): { repo: string; first: string; second: string } {
  const repo = join(scratch(), 'repo')
  mkdirSync(repo)
  git(repo, 'init', '-q', '-b', 'main')
  const first = commit(repo, 'one')
  git(repo, 'tag', '-am', 'v1', 'v1')
  git(repo, 'branch', 'other')
  return { repo, first, second: commit(repo, 'two') }
}

describe.runIf(spawnSync('git', ['--version']).status === 0).each(shells)('git with $name', (host) => {
  test('clones, is content, and follows the branch', async () => {
    const { repo, second } = repository()
    const dest = join(scratch(), 'above/checkout')
    const first = await runTask(module, { repo, dest }, host)
    expect(first).toMatchObject({
      plan: { status: 'change' },
      result: { before: null, after: second },
      again: { status: 'ok' },
      mispredicted: [],
    })
    expect(readFileSync(join(dest, 'file'), 'utf8')).toBe('two')
    const third = commit(repo, 'three')
    const then = await runTask(module, { repo, dest }, host)
    expect(then).toMatchObject({
      result: { before: second, after: third },
      again: { status: 'ok' },
      mispredicted: [],
    })
    expect(git(dest, 'status', '--porcelain', '-b')).toBe('## main...origin/main')
  })

  test('a tag, a branch, a commit, and back', async () => {
    const { repo, first, second } = repository()
    const dest = join(scratch(), 'checkout')
    for (const [version, commit] of [
      ['v1', first],
      ['main', second],
      ['other', first],
      [second, second],
      ['HEAD', second],
    ]) {
      const { result, again } = await runTask(module, { repo, dest, version }, host)
      expect(again === undefined ? result['after'] : again.status).toBe(again === undefined ? commit : 'ok')
      expect(git(dest, 'rev-parse', 'HEAD')).toBe(commit)
      expect((await runTask(module, { repo, dest, version }, host)).plan).toMatchObject({ status: 'ok' })
    }
    const none = await runTask(module, { repo, dest, version: 'nowhere' }, host)
    expect(none.plan).toMatchObject({ status: 'fail', message: expect.stringContaining('nowhere') })
  })

  test('local changes stay, unless force says otherwise', async () => {
    const { repo, second } = repository()
    const dest = join(scratch(), 'checkout')
    await runTask(module, { repo, dest }, host)
    writeFileSync(join(dest, 'file'), 'mine')
    writeFileSync(join(dest, 'untracked'), 'mine')
    expect((await runTask(module, { repo, dest }, host)).plan).toMatchObject({
      status: 'fail',
      result: { before: second },
    })
    expect((await runTask(module, { repo, dest, update: false }, host)).plan).toMatchObject({ status: 'ok' })
    const forced = await runTask(module, { repo, dest, force: true }, host)
    expect(forced).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(readFileSync(join(dest, 'file'), 'utf8')).toBe('two')
    expect(existsSync(join(dest, 'untracked'))).toBe(true)
  })

  test('what only looks like a repository is none', async () => {
    const { repo } = repository()
    const dest = join(scratch(), 'bare')
    mkdirSync(dest)
    writeFileSync(join(dest, 'config'), 'x')
    const { plan } = await runTask(module, { repo, dest, bare: true, force: true }, host)
    expect(plan).toMatchObject({ status: 'fail', message: expect.stringContaining('not a git repository') })
  })

  test('bare, shallow, another remote, another address', async () => {
    const { repo, first } = repository()
    const folder = scratch()
    const bare = await runTask(module, { repo, dest: `${folder}/bare`, bare: true }, host)
    expect(bare).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    commit(repo, 'three')
    expect(await runTask(module, { repo, dest: `${folder}/bare`, bare: true }, host)).toMatchObject({
      again: { status: 'ok' },
    })
    const shallow = { repo: `file://${repo}`, dest: `${folder}/shallow`, depth: 1, version: 'v1' }
    expect(await runTask(module, shallow, host)).toMatchObject({
      result: { after: first },
      again: { status: 'ok' },
    })
    expect(git(`${folder}/shallow`, 'rev-list', '--count', 'HEAD')).toBe('1')
    const moved = await runTask(module, { ...shallow, depth: undefined, repo, version: 'main' }, host)
    expect(moved).toMatchObject({ result: { remote_url_changed: true }, again: { status: 'ok' } })
    const named = { repo, dest: `${folder}/named`, remote: 'up' }
    expect(await runTask(module, named, host)).toMatchObject({ again: { status: 'ok' } })
    expect(git(`${folder}/named`, 'remote')).toBe('up')
  })

  test('what is secret in an address is not shown', async () => {
    const { repo } = repository()
    const dest = join(scratch(), 'checkout')
    await runTask(module, { repo, dest }, host)
    git(dest, 'remote', 'set-url', 'origin', 'https://anna:old-secret@127.0.0.1:9/x')
    const moved = await runTask(module, { repo, dest }, host)
    expect(moved.plan).toMatchObject({ status: 'change' })
    expect(JSON.stringify([moved.plan.status === 'change' && moved.plan.diff, moved.result])).not.toContain(
      'secret',
    )
    const down = await runTask(module, { repo: 'http://ghp_secret@127.0.0.1:9/x', dest }, host)
    expect(down.plan).toMatchObject({ status: 'unknown', why: expect.stringContaining('********@') })
    expect(JSON.stringify(down.plan)).not.toContain('secret')
  })

  test('the server is asked once a look, and not at all where update is no and a checkout is there', async () => {
    const { repo, second } = repository()
    const folder = scratch()
    const [dest, log] = [join(folder, 'checkout'), join(folder, 'log')]
    const executable = join(folder, 'git')
    writeFileSync(executable, `#!/bin/sh\necho "$1" >>${log}\nexec git "$@"\n`, { mode: 0o755 })
    const asked = async (args: Record<string, unknown>) => {
      writeFileSync(log, '')
      const done = await runTask(module, { repo, dest, executable, ...args }, host)
      const words = readFileSync(log, 'utf8').split('\n')
      return { done, times: words.filter((word) => word === 'ls-remote').length }
    }
    const nowhere = await asked({ update: false, version: 'nowhere' })
    const missing = `${repo} has no branch and no tag nowhere`
    expect(nowhere).toMatchObject({ times: 1, done: { plan: { status: 'fail', message: missing } } })
    const first = await asked({ update: false })
    expect(first).toMatchObject({ times: 1, done: { result: { after: second }, again: { status: 'ok' } } })
    expect(await asked({})).toMatchObject({ times: 1, done: { plan: { status: 'ok' } } })
    expect(await asked({ update: false })).toMatchObject({ times: 0, done: { plan: { status: 'ok' } } })
    const gone = await asked({ repo: `${folder}/none` })
    expect(gone.times).toBe(1)
    expect(gone.done.plan).toMatchObject({
      status: 'fail',
      message: `there is no repository ${folder}/none on the host`,
    })
    const late = (more: Record<string, unknown>) =>
      module.late?.(module.params.parse({ repo, dest, ...more }))
    expect([late({}), late({ update: false })]).toEqual([true, false])
  })

  test('submodules at the newest commit of their branch', async () => {
    const { repo } = repository()
    const { repo: part, second } = repository()
    git(repo, 'submodule', 'add', '-q', part, 'part')
    git(repo, 'commit', '-qm', 'part')
    const folder = scratch()
    const executable = join(folder, 'git')
    writeFileSync(executable, '#!/bin/sh\nexec git -c protocol.file.allow=always "$@"\n', { mode: 0o755 })
    const dest = join(folder, 'checkout')
    const pinned = { repo, dest, executable }
    const args = { ...pinned, track_submodules: true }
    expect(await runTask(module, args, host)).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    const third = commit(part, 'three')
    expect((await runTask(module, pinned, host)).plan).toMatchObject({ status: 'ok' })
    expect(await runTask(module, args, host)).toMatchObject({
      plan: {
        status: 'change',
        diff: [
          {
            fields: expect.arrayContaining([{ name: 'submodules', before: '1 behind', after: 'up to date' }]),
          },
        ],
      },
      again: { status: 'ok' },
    })
    expect(git(join(dest, 'part'), 'rev-parse', 'HEAD')).toBe(third)
    expect((await runTask(module, args, host)).plan).toMatchObject({ status: 'ok' })
    writeFileSync(join(dest, 'part/file'), 'mine')
    expect((await runTask(module, args, host)).plan).toMatchObject({ status: 'fail' })
    const forced = await runTask(module, { ...pinned, force: true }, host)
    expect(forced).toMatchObject({ plan: { status: 'change' }, again: { status: 'ok' } })
    expect(git(join(dest, 'part'), 'rev-parse', 'HEAD')).toBe(second)
  })

  test('what earlier tasks do to the checkout counts in check mode', async () => {
    const { repo } = repository()
    const dest = join(scratch(), 'checkout')
    await runTask(module, { repo, dest }, host)
    const prepared = (version: string) =>
      module.prepare(module.params.parse({ repo, dest, version }), controllerWith())
    const [main, old] = [await prepared('main'), await prepared('v1')]
    const world = look(host, [...module.asks(main), ...module.asks(old)])
    expect(planOf(module, main, world)).toMatchObject({ status: 'ok' })
    expect(planOf(module, main, world.after([pathGone(dest)]))).toMatchObject({
      status: 'change',
      summary: expect.stringContaining('clone'),
    })
    const then = planOf(module, old, world)
    if (then.status !== 'change') throw new Error('no change')
    expect(planOf(module, old, world.after(then.effects))).toMatchObject({ status: 'ok' })
    expect(planOf(module, main, world.after(then.effects))).toMatchObject({ status: 'unknown' })
  })

  test('clone: no, a directory that is something else, a repository that is not there', async () => {
    const { repo } = repository()
    const folder = scratch()
    expect((await runTask(module, { repo, dest: `${folder}/x`, clone: false }, host)).plan).toMatchObject({
      status: 'ok',
    })
    writeFileSync(join(folder, 'f'), '')
    expect((await runTask(module, { repo, dest: folder }, host)).plan).toMatchObject({ status: 'fail' })
    const none = await runTask(module, { repo: `${folder}/none`, dest: `${folder}/x` }, host)
    expect(none.plan).toMatchObject({ status: 'fail', message: expect.stringContaining('none') })
    mkdirSync(join(folder, 'empty'))
    const empty = await runTask(module, { repo: `file://${folder}/empty`, dest: `${folder}/x` }, host)
    expect(empty.plan).toMatchObject({ status: 'fail', message: expect.stringContaining('empty: fatal') })
    symlinkSync(join(folder, 'nothing'), join(folder, 'l'))
    expect((await runTask(module, { repo, dest: `${folder}/l/x` }, host)).plan).toMatchObject({
      status: 'fail',
      message: `${folder}/l is a link to ${folder}/nothing, which does not exist`,
    })
  })

  test('a file that is named as what git knows is no hindrance', async () => {
    const { repo } = repository()
    const args = { repo, dest: join(scratch(), 'checkout'), force: true }
    await runTask(module, args, host)
    for (const name of ['HEAD', 'main', 'v1']) writeFileSync(join(args.dest, name), '')
    writeFileSync(join(args.dest, 'file'), 'mine')
    for (const version of ['v1', 'main'])
      expect(await runTask(module, { ...args, version }, host)).toMatchObject({ again: { status: 'ok' } })
  })

  test('a branch of a bare repository moves, its HEAD stays', async () => {
    const { repo, first, second } = repository()
    const args = { repo, dest: join(scratch(), 'bare'), bare: true }
    await runTask(module, args, host)
    expect((await runTask(module, { ...args, version: 'v1' }, host)).plan).toMatchObject({ status: 'ok' })
    git(repo, 'branch', '-f', 'moves', first)
    const made = await runTask(module, { ...args, version: 'moves' }, host)
    expect(made).toMatchObject({ plan: { status: 'change' }, again: { status: 'ok' } })
    expect(git(args.dest, 'rev-parse', 'moves', 'HEAD')).toBe(`${first}\n${second}`)
  })

  test('what earlier tasks do to files of the checkout, or to the repository, makes it unknown', async () => {
    const { repo } = repository()
    const dest = join(scratch(), 'checkout')
    await runTask(module, { repo, dest }, host)
    const prepared = await module.prepare(module.params.parse({ repo, dest }), controllerWith())
    const world = look(host, module.asks(prepared))
    const plan = (...effects: readonly Effect[]) => planOf(module, prepared, world.after(effects))
    const root = { uid: 0, gid: 0, owner: 'root', group: 'root' }
    const file = { type: 'file', mode: 0o644, ...root } as const
    expect(plan(pathBecomes(`${dest}/file`, file))).toMatchObject({
      status: 'unknown',
      why: `what is in the checkout ${dest}: it is going to be written`,
    })
    expect(plan(pathAttributes(dest, root)).status).toBe('unknown')
    expect(plan(pathGone(`${dest}/.git/config`)).status).toBe('unknown')
    expect(plan(treeAttributes(dest, [{ name: 'file', change: root, link: false }])).status).toBe('unknown')
    expect(plan(treeAttributes(parentPath(dest), [{ name: 'x', change: root, link: false }])).status).toBe(
      'ok',
    )
    // Effects that say themselves what they are about, such as those of another checkout.
    const below = (top: string) =>
      effectOnAll('path', (before, key) =>
        key.startsWith(`${top}/`) && !key.endsWith('/.') ? new Unknown('what is there') : before,
      )
    expect(plan(below(dest)).status).toBe('unknown')
    expect(plan(below(`${dest}-other`)).status).toBe('ok')
    expect(plan(pathBecomes(`${repo}/file`, file))).toMatchObject({
      status: 'unknown',
      why: `which commit ${repo} has for HEAD`,
    })
    expect(plan(pathBecomes(`${dest}-other`, file)).status).toBe('ok')
    expect(plan(pathAttributes(parentPath(dest), root)).status).toBe('ok')
    // An empty directory takes its place: that is one to clone into.
    const made = pathBecomes(dest, { ...file, type: 'directory', mode: 0o755 })
    expect(plan(pathGone(dest), made)).toMatchObject({ summary: expect.stringContaining('clone') })
    // What this task itself predicts counts, and what comes behind it.
    const old = await module.prepare(module.params.parse({ repo, dest, version: 'v1' }), controllerWith())
    const whole = look(host, [...module.asks(prepared), ...module.asks(old)])
    const then = planOf(module, old, whole)
    if (then.status !== 'change') throw new Error('no change')
    expect(planOf(module, old, whole.after(then.effects)).status).toBe('ok')
    const written = [...then.effects, pathBecomes(`${dest}/file`, file)]
    expect(planOf(module, old, whole.after(written)).status).toBe('unknown')
  })
})

test.runIf(process.getuid?.() === 0)('a checkout of somebody else is left alone', async () => {
  const [host] = shells
  if (!host) throw new Error('no shell')
  const { repo } = repository()
  const dest = join(scratch(), 'checkout')
  await runTask(module, { repo, dest }, host)
  chownSync(dest, 65534, 65534)
  expect((await runTask(module, { repo, dest }, host)).plan).toMatchObject({
    status: 'fail',
    message: `${dest} belongs to somebody else, and git does not work there`,
  })
})

test('a host without git', async () => {
  const args = { repo: '/none', dest: '/none/x' }
  const host = hostWithOnly('bare', [])
  expect((await runTask(module, args, host)).plan).toMatchObject({
    status: 'fail',
    message: 'this host has no git',
  })
  const prepared = await module.prepare(module.params.parse(args), controllerWith())
  const comes = effect('package', 'git', () => ({ installed: '1', candidate: undefined }))
  expect(planOf(module, prepared, look(host, module.asks(prepared)).after([comes]))).toMatchObject({
    status: 'unknown',
  })
})

test.each([
  [{ version: '--upload-pack=x' }, /begin with -/],
  [{ repo: '-x' }, /begin with -/],
  [{ umask: '9' }, /octal/],
  [{ depth: 0 }, /at least 1/],
  [{ accept_hostkey: true, accept_newhostkey: true }, /exclude/],
])('%j is refused', (args, says) => {
  expect(() =>
    module.prepare(module.params.parse({ repo: '/r', dest: '/d', ...args }), controllerWith()),
  ).toThrow(says)
})
