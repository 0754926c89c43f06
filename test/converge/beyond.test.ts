import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import apt from '../../src/tasks/apt.ts'
import aptKey from '../../src/tasks/apt_key.ts'
import dnf from '../../src/tasks/dnf.ts'
import package_ from '../../src/tasks/package.ts'
import rpmKey from '../../src/tasks/rpm_key.ts'
import getUrl from '../../src/tasks/get_url.ts'
import git from '../../src/tasks/git.ts'
import unarchive from '../../src/tasks/unarchive.ts'
import type { TaskModule } from '../../src/task.ts'
import { runLocal, storyOf } from '../support/run-local.ts'
import { scratch } from '../world/hosts.ts'

const dest = '/d'
test.each<[TaskModule, Record<string, unknown>, boolean]>([
  [getUrl, { dest, url: 'https://example.com/x' }, true],
  [getUrl, { dest, url: 'http://user:word@localhost:80/x' }, false],
  [getUrl, { dest, url: 'file:///x' }, false],
  [getUrl, { dest, url: 'file:///x', checksum: 'sha256:http://m1/x' }, true],
  [getUrl, { dest, url: 'file:///x', checksum: 'sha256:file:///sums' }, false],
  [unarchive, { dest, src: 'http://m1/x' }, true],
  [unarchive, { dest, src: '/x.tar' }, false],
  [git, { dest, repo: 'git@m1:x.git' }, true],
  [git, { dest, repo: 'file:///srv/x' }, false],
  [git, { dest, repo: '/srv/x' }, false],
  [aptKey, { url: 'https://m1/key' }, true],
  [aptKey, { url: 'https://m1/key', id: '0123456789ABCDEF' }, true],
  [aptKey, { file: '/key' }, false],
  [rpmKey, { key: 'http://m1/key' }, true],
  [rpmKey, { key: '/key' }, false],
  [apt, { deb: 'http://m1/x.deb' }, true],
  [apt, { deb: '/x.deb' }, false],
  [dnf, { name: ['x', 'https://m1/x.rpm'] }, true],
  [package_, { name: 'x' }, false],
])('%#: whether the parameters reach other hosts', ({ beyond, params }, args, expected) => {
  expect(typeof beyond === 'function' && beyond(params.parse(args))).toBe(expected)
})

const TASKS = {
  get_url: (base: string) =>
    `get_url: { url: '${base}{{ playbook_dir }}/src', dest: '{{ playbook_dir }}/{{ inventory_hostname }}' }`,
  apt: (base: string) => `apt: { deb: '${base}{{ playbook_dir }}/src' }`,
}

test.each([
  ['get_url', 'file://', true],
  ['get_url', 'http://m1.test', false],
  ['apt', 'file://', true],
  ['apt', 'http://m1.test', false],
] as const)('%s of %s: who waits for the others', async (module, base, alone) => {
  const folder = scratch()
  mkdirSync(join(folder, 'slow'))
  writeFileSync(join(folder, 'slow/Makefile'), 'all:\n\tsleep 1\n')
  writeFileSync(join(folder, 'src'), 'x')
  const done = await runLocal(
    `
- hosts: a,c
  gather_facts: false
  tasks:
    - make: { chdir: '{{ playbook_dir }}/slow' }
      when: inventory_hostname == "c"
    - ${TASKS[module](base)}
      ignore_errors: true
`,
    { folder },
  )
  const last = done.story.findIndex((line) => line === 'c make changed')
  const first = done.story.findIndex((line) => line.startsWith(`a ${module}`))
  expect(storyOf(done, 'a')[1]).toMatch(module === 'get_url' && alone ? /changed/ : /ignored/)
  expect(first < last).toBe(alone)
})

test('a package by its name costs the plays behind it no round trip', async () => {
  const play = (task: string) => `- hosts: a\n  gather_facts: false\n  tasks:\n    - ${task}\n`
  const playbook =
    play('package: {name: dash}') + play('stat: {path: /}') + play('file: {path: /, state: directory}')
  const done = await runLocal(playbook)
  expect(storyOf(done, 'a').map((line) => line.split(' ').at(-1))).toEqual(['ok', 'ok', 'ok'])
  expect(done.summary?.recap[0]?.trips).toBe(1)
})
