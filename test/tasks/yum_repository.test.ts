import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatRepoFile, parseRepoFile } from '../../src/tasks/repo-file.ts'
import module from '../../src/tasks/yum_repository.ts'
import { Unknown } from '../../src/world/kind.ts'
import { World, id } from '../../src/world/world.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, runTask, shells } from './harness.ts'

const ARGS = {
  name: 'ha',
  description: 'Packages for the endpoint',
  baseurl: ['https://a.example.com/el9', 'https://b.example.com/el9'],
  gpgcheck: true,
  gpgkey: 'https://a.example.com/key',
  enabled: 'no',
  exclude: ['kernel*', 'glibc'],
  cost: 500,
}
/** As ansible-core writes it. */
const TEXT = `[ha]
baseurl = https://a.example.com/el9
\thttps://b.example.com/el9
cost = 500
enabled = 0
exclude = kernel* glibc
gpgcheck = 1
gpgkey = https://a.example.com/key
name = Packages for the endpoint

`

describe.each(shells)('yum_repository with $name', (host) => {
  test('a file of its own comes and goes', async () => {
    const reposdir = scratch()
    const file = join(reposdir, 'ha.repo')
    const made = await runTask(module, { ...ARGS, reposdir }, host)
    expect(made).toMatchObject({ again: { status: 'ok' }, mispredicted: [], result: { repo: 'ha' } })
    expect(readFileSync(file, 'utf8')).toBe(TEXT)
    const gone = await runTask(module, { name: 'ha', reposdir, state: 'absent' }, host)
    expect(gone).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(existsSync(file)).toBe(false)
  })

  test('one of several sections is written anew at the end, and removed', async () => {
    const reposdir = scratch()
    const file = join(reposdir, 'all.repo')
    writeFileSync(file, '# by hand\n[ha]\nname=old\ntimeout=3\n[other]\nname=Other\nbaseurl: file:///x\n')
    await runTask(module, { ...ARGS, reposdir, file: 'all', mode: '0600' }, host)
    const other = '[other]\nname = Other\nbaseurl = file:///x\n\n'
    expect(readFileSync(file, 'utf8')).toBe(`${other}${TEXT}`)
    await runTask(module, { name: 'ha', reposdir, file: 'all', state: 'absent' }, host)
    expect(readFileSync(file, 'utf8')).toBe(other)
  })

  test('order, blanks and comments are no difference', async () => {
    const reposdir = scratch()
    writeFileSync(join(reposdir, 'a.repo'), '# c\n[a]\nname=A\n\nbaseurl:   file:///x\n[b]\nname=B\n')
    const args = { name: 'a', description: 'A', baseurl: 'file:///x', reposdir }
    expect((await runTask(module, args, host)).plan).toMatchObject({ status: 'ok' })
    expect((await runTask(module, { ...args, mode: '0600' }, host)).plan).toMatchObject({
      status: 'change',
      diff: [{ fields: [{ name: 'mode' }] }],
    })
  })

  test('passwords are not shown', async () => {
    const reposdir = scratch()
    const args = { name: 'a', description: 'A', baseurl: 'file:///x', reposdir, password: 'hush' }
    const { plan } = await runTask(module, { ...args, proxy_password: 'silence' }, host)
    expect(JSON.stringify(plan.status === 'change' && plan.diff)).not.toMatch(/hush|silence/)
    expect(readFileSync(join(reposdir, 'a.repo'), 'utf8')).toContain('password = hush')
  })

  test('what cannot be read is not overwritten', async () => {
    const reposdir = scratch()
    writeFileSync(join(reposdir, 'ha.repo'), 'name=x\n')
    const { plan } = await runTask(module, { ...ARGS, reposdir }, host)
    expect(plan).toMatchObject({ status: 'fail', message: expect.stringContaining('line 1: a section') })
    mkdirSync(join(reposdir, 'd'))
    const elsewhere = { ...ARGS, reposdir: join(reposdir, 'no') }
    expect((await runTask(module, elsewhere, host)).plan).toMatchObject({ status: 'fail' })
  })
})

test('behind it, updates are unknown', async () => {
  const reposdir = scratch()
  const [host] = shells
  if (!host) throw new Error('no shell')
  const { plan } = await runTask(module, { ...ARGS, reposdir }, host)
  if (plan.status !== 'change') throw new Error(plan.status)
  const key = id('script', 'dnf updates ["haproxy"]')
  const ask = { id: 'dnf updates ["haproxy"]', text: plan.apply }
  const world = new World(new Map([[key, { code: 0 }]])).after(plan.effects)
  expect(world.peek('script', ask)).toBeInstanceOf(Unknown)
})

test.each([
  [{ name: 'a', description: 'A' }, /one of baseurl, metalink and mirrorlist/],
  [{ name: 'a', baseurl: 'x' }, /description is needed/],
  [{ name: 'DEFAULT', baseurl: 'x', description: 'A' }, /cannot be the name of a section/],
])('%j is refused', (args, why) => {
  expect(() => module.prepare(module.params.parse(args), controllerWith())).toThrow(why)
})

/** Answers of Python's configparser. */
test.each([
  ['[a]\nX : 2\n  http://b\n\n\tc\ny =\n', '[a]\nx = 2\n\thttp://b\n\t\n\tc\ny = \n\n'],
  ['[a]x\nk=v ; c\n; c\n[DEFAULT]\nz==1\n', '[DEFAULT]\nz = =1\n\n[a]\nk = v ; c\n\n'],
])('%j', (text, written) => {
  expect(formatRepoFile(parseRepoFile(text))).toBe(written)
})

test.each(['[a]\n[a]\n', '[a]\nx=1\nX=2\n', '[a]\nno value\n', 'x=1\n'])('%j cannot be read', (text) => {
  expect(() => parseRepoFile(text)).toThrow(/^line \d/)
})
