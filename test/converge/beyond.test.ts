import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import aptKey from '../../src/tasks/apt_key.ts'
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
])('%#: whether the parameters reach other hosts', ({ beyond, params }, args, expected) => {
  expect(typeof beyond === 'function' && beyond(params.parse(args))).toBe(expected)
})

test.each(['file://', 'http://m1.test'])('%s: who waits for the others', async (base) => {
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
    - get_url: { url: '${base}{{ playbook_dir }}/src', dest: '{{ playbook_dir }}/{{ inventory_hostname }}' }
      ignore_errors: true
`,
    { folder },
  )
  const last = done.story.findIndex((line) => line === 'c make changed')
  const first = done.story.findIndex((line) => line.startsWith('a get_url'))
  expect(storyOf(done, 'a')[1]).toMatch(base === 'file://' ? /changed/ : /ignored/)
  expect(first < last).toBe(base === 'file://')
})
