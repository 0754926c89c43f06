import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runLocal, storyOf } from '../support/run-local.ts'
import { scratch } from '../world/hosts.ts'

/** A folder with what the hosts have, and with what an earlier run has fetched of it. */
function folderWith(content: string, fetched?: string): string {
  const folder = scratch()
  writeFileSync(join(folder, 'src'), content)
  writeFileSync(
    join(folder, 'out.j2'),
    '{{ lookup("file", "got.txt") }}, {{ (playbook_dir ~ "/got.txt") is exists }}',
  )
  if (fetched !== undefined) writeFileSync(join(folder, 'got.txt'), fetched)
  return folder
}

const read = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8')

const READERS = `
    - copy: { src: got.txt, dest: '{{ playbook_dir }}/copied' }
    - template: { src: out.j2, dest: '{{ playbook_dir }}/rendered' }
    - copy: { content: "{{ lookup('fileglob', 'got.*') | basename }}", dest: '{{ playbook_dir }}/globbed' }
`
const PLAY = `
- hosts: a
  gather_facts: false
  tasks:
    - fetch: { src: '{{ playbook_dir }}/src', dest: got.txt, flat: true }${READERS}`

test.each([undefined, 'old\n'])('what is fetched is what later tasks read, over %j', async (before) => {
  const folder = folderWith('new\n', before)
  const first = await runLocal(PLAY, { folder })
  expect(first.story).toEqual(['a fetch changed', 'a copy changed', 'a template changed', 'a copy changed'])
  expect([read(folder, 'copied'), read(folder, 'rendered'), read(folder, 'globbed')]).toEqual([
    'new\n',
    'new, True',
    'got.txt',
  ])
  const second = await runLocal(PLAY, { folder })
  expect(second.story).toEqual(['a fetch ok', 'a copy ok', 'a template ok', 'a copy ok'])
})

test('what was read before it came is read anew', async () => {
  const folder = folderWith('new\n', 'old\n')
  const before = `    - copy: { src: got.txt, dest: '{{ playbook_dir }}/before' }`
  const done = await runLocal(PLAY.replace('tasks:', `tasks:\n${before}`), { folder })
  expect(done.story.slice(0, 3)).toEqual(['a copy changed', 'a fetch changed', 'a copy changed'])
  expect([read(folder, 'before'), read(folder, 'copied')]).toEqual(['old\n', 'new\n'])
})

test('in check mode that is unknown, and no refusal; what is there already is known', async () => {
  const folder = folderWith('new\n')
  const check = await runLocal(PLAY, { folder, check: true })
  expect(check.story).toEqual([
    'a fetch would-change',
    'a copy unknown',
    'a template unknown',
    'a copy unknown',
  ])
  expect(check.outcomes[1]?.reason).toBe(`what is in ${folder}/got.txt, which "fetch" would bring`)
  await runLocal(PLAY, { folder })
  const again = await runLocal(PLAY, { folder, check: true })
  expect(again.story).toEqual(['a fetch ok', 'a copy ok', 'a template ok', 'a copy ok'])
})

test('what another host fetches, in this play, once for all, or in the play before', async () => {
  const copy = `copy: { src: got.txt, dest: '{{ playbook_dir }}/copied-{{ inventory_hostname }}' }`
  const fetch = `fetch: { src: '{{ playbook_dir }}/src', dest: got.txt, flat: true }`
  const slow = `command: sleep 0.5`
  const ways = [
    [
      `- hosts: web`,
      `    - { ${slow}, when: inventory_hostname == "c" }`,
      `    - { ${fetch}, when: inventory_hostname == "c" }`,
    ],
    [`- hosts: web`, `    - { ${slow}, run_once: true }`, `    - { ${fetch}, run_once: true }`],
    [`- hosts: c`, `    - ${slow}`, `    - ${fetch}`, `- hosts: a,b`],
  ]
  for (const lines of ways) {
    const folder = folderWith('new\n', 'old\n')
    const play = [...lines, `    - ${copy}`]
      .map((line) => (line.startsWith('-') ? `${line}\n  gather_facts: false\n  tasks:` : line))
      .join('\n')
    const done = await runLocal(play, { folder })
    expect(done.errors).toEqual([])
    for (const host of ['a', 'b']) {
      expect(storyOf(done, host).at(-1)).toBe('copy changed')
      expect(read(folder, `copied-${host}`)).toBe('new\n')
    }
  }
})

test('by handlers, and by the items of a loop, each after the other', async () => {
  const folder = folderWith('new\n')
  writeFileSync(join(folder, 'other'), 'other\n')
  const done = await runLocal(
    `
- hosts: a
  gather_facts: false
  tasks:
    - fetch: { src: '{{ playbook_dir }}/{{ item }}', dest: one, flat: true }
      loop: [src, other, other]
      notify: [get, put]
    - copy: { src: one, dest: '{{ playbook_dir }}/two' }
  handlers:
    - { name: get, fetch: { src: '{{ playbook_dir }}/src', dest: got.txt, flat: true } }
    - { name: put, copy: { src: got.txt, dest: '{{ playbook_dir }}/copied' } }
`,
    { folder },
  )
  expect(done.story).toEqual([
    'a fetch (src) changed',
    'a fetch (other) changed',
    'a fetch (other) ok',
    'a copy changed',
    'a get changed',
    'a put changed',
  ])
  expect([read(folder, 'two'), read(folder, 'copied')]).toEqual(['other\n', 'new\n'])
})

test('by a handler that runs before the end: what was rendered ahead of it is rendered anew', async () => {
  const folder = folderWith('new\n')
  const done = await runLocal(
    `
- hosts: a
  gather_facts: false
  tasks:
    - { shell: 'true', notify: get }
    - meta: flush_handlers${READERS}
  handlers:
    - { name: get, fetch: { src: '{{ playbook_dir }}/src', dest: got.txt, flat: true } }
`,
    { folder },
  )
  expect(done.errors).toEqual([])
  expect([read(folder, 'copied'), read(folder, 'rendered'), read(folder, 'globbed')]).toEqual([
    'new\n',
    'new, True',
    'got.txt',
  ])
})

test('what does not come makes nobody wait, and a run without fetch asks once', async () => {
  const folder = folderWith('new\n', 'old\n')
  const skipped = PLAY.replace('flat: true }', 'flat: true }\n      when: false')
  const first = await runLocal(skipped, { folder })
  expect(first.story).toEqual(['a fetch skipped', 'a copy changed', 'a template changed', 'a copy changed'])
  const second = await runLocal(skipped, { folder })
  expect(second.summary?.recap[0]?.trips).toBe(1)
  const missing = `
- hosts: a
  gather_facts: false
  tasks:
    - fetch: { src: /nowhere, dest: none, flat: true, fail_on_missing: false }
    - copy: { src: none, dest: '{{ playbook_dir }}/copied' }
      ignore_errors: true
`
  expect((await runLocal(missing, { folder })).story).toEqual(['a fetch ok', 'a copy ignored'])
  expect(existsSync(join(folder, 'none'))).toBe(false)
})

test('who only looks takes no lock: fetch, and slurp of what is large', async () => {
  const folder = scratch()
  writeFileSync(join(folder, 'src'), Buffer.alloc(1_200_000, 'ab\n'))
  const play = (tasks: string) => `- hosts: a\n  gather_facts: false\n  tasks:\n${tasks}`
  const slurp = `    - { slurp: { src: '{{ playbook_dir }}/src' }, register: got }\n`
  const fetch = `    - fetch: { src: '{{ playbook_dir }}/src', dest: got, flat: true }\n`
  // The questions, and what is run. For a change: the lock, and behind it all is asked again.
  const trips = async (tasks: string) => (await runLocal(play(tasks), { folder })).summary?.recap[0]?.trips
  expect(await trips(slurp)).toBe(2)
  expect(await trips(fetch)).toBe(2)
  expect(await trips(`    - copy: { content: x, dest: '{{ playbook_dir }}/x' }\n`)).toBe(4)
})
