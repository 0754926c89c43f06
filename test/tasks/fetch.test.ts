import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import module from '../../src/tasks/fetch.ts'
import { runLocal } from '../support/run-local.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, runTask, shells } from './harness.ts'

function controller(folder: string) {
  const known: Record<string, string> = { playbook_dir: folder, inventory_hostname: 'web1' }
  return controllerWith({ variable: (name) => known[name] })
}

describe.each(shells)('fetch with $name', (host) => {
  test('what is there on the host and here, compared', async () => {
    const folder = scratch()
    const src = join(folder, 'src')
    writeFileSync(src, 'content\n')
    const first = await runTask(module, { src, dest: 'got' }, host, controller(folder))
    expect(first).toMatchObject({
      plan: { status: 'change' },
      result: { dest: join(folder, 'got/web1', src) },
    })
    mkdirSync(join(folder, 'flat'))
    writeFileSync(join(folder, 'flat/src'), 'content\n')
    const same = await runTask(module, { src, dest: 'flat/', flat: true }, host, controller(folder))
    expect(same).toMatchObject({
      plan: { status: 'ok' },
      result: { file: src, dest: join(folder, 'flat/src') },
    })
    const refused = async () => runTask(module, { src, dest: 'flat', flat: true }, host, controller(folder))
    await expect(refused()).rejects.toThrow(/is a directory/)
  })

  test('what is missing or a directory', async () => {
    const folder = scratch()
    const go = async (src: string, fail_on_missing: boolean) =>
      (await runTask(module, { src, dest: 'd', fail_on_missing }, host, controller(folder))).plan
    expect(await go(`${folder}/none`, true)).toMatchObject({ status: 'fail' })
    expect(await go(`${folder}/none`, false)).toMatchObject({
      status: 'ok',
      result: { file: `${folder}/none` },
    })
    expect(await go(folder, true)).toMatchObject({ status: 'fail' })
    expect(await go(folder, false)).toMatchObject({ status: 'ok' })
  })
})

const PLAY = `
- hosts: a
  gather_facts: false
  tasks:
    - fetch: { src: '{{ playbook_dir }}/src', dest: got }
      register: got
    - fetch: { src: '{{ playbook_dir }}/src', dest: flat/, flat: true }
    - assert: { that: got.checksum == got.remote_checksum }
`

test('in a run: written once, and not in check mode', async () => {
  const content = Buffer.alloc(200_000, 'é\0\n')
  const folder = scratch()
  writeFileSync(join(folder, 'src'), content)
  const check = await runLocal(PLAY, { folder, check: true })
  expect(check.story.slice(0, 2)).toEqual(['a fetch would-change', 'a fetch would-change'])
  expect(readdirSync(folder)).not.toContain('flat')
  const first = await runLocal(PLAY, { folder })
  expect(first.story).toEqual(['a fetch changed', 'a fetch changed', 'a assert ok'])
  expect(readFileSync(join(folder, 'flat/src')).equals(content)).toBe(true)
  expect(readFileSync(join(folder, 'got/a', folder, 'src')).equals(content)).toBe(true)
  expect(readdirSync(join(folder, 'flat'))).toEqual(['src'])
  const second = await runLocal(PLAY, { folder })
  expect(second.story.slice(0, 2)).toEqual(['a fetch ok', 'a fetch ok'])
})

test('the file takes its place at once, and leaves nothing beside it', async () => {
  const folder = scratch()
  writeFileSync(join(folder, 'src'), 'one\n')
  writeFileSync(join(folder, 'elsewhere'), 'old\n', { mode: 0o640 })
  mkdirSync(join(folder, 'flat'))
  symlinkSync('../elsewhere', join(folder, 'flat/src'))
  // Names that could be guessed are taken.
  mkdirSync(join(folder, `flat/src.hakube-${process.pid}`))
  mkdirSync(join(folder, `elsewhere.hakube-${process.pid}`))
  const play = `
- hosts: a
  gather_facts: false
  tasks:
    - fetch: { src: '{{ playbook_dir }}/src', dest: flat/, flat: true }
`
  expect((await runLocal(play, { folder })).story).toEqual(['a fetch changed'])
  expect(readFileSync(join(folder, 'elsewhere'), 'utf8')).toBe('one\n')
  expect(statSync(join(folder, 'elsewhere')).mode & 0o777).toBe(0o640)
  expect(lstatSync(join(folder, 'flat/src')).isSymbolicLink()).toBe(true)

  rmSync(join(folder, 'flat/src'))
  mkdirSync(join(folder, 'flat/src'))
  expect((await runLocal(play, { folder })).story).toEqual(['a fetch failed'])
  expect(readdirSync(join(folder, 'flat'))).toEqual(['src', `src.hakube-${process.pid}`])
})
