import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runLocal } from '../support/run-local.ts'
import { scratch } from '../world/hosts.ts'

/** A folder in which `made` is to be made, over what an earlier run has left of it. */
function folderWith(before: string | undefined): string {
  const folder = scratch()
  writeFileSync(join(folder, 'out.j2'), '{{ lookup("file", "made") }}')
  if (before !== undefined) writeFileSync(join(folder, 'made'), before)
  return folder
}

const read = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8')

const READERS = `
    - copy: { src: made, dest: '{{ playbook_dir }}/copied' }
    - template: { src: out.j2, dest: '{{ playbook_dir }}/rendered' }
    - copy: { content: "{{ lookup('fileglob', 'mad*') | basename }}", dest: '{{ playbook_dir }}/globbed' }
`
const READ = `- hosts: a\n  gather_facts: false\n  tasks:${READERS}`
const head = (hosts: string): string => `- hosts: ${hosts}\n  gather_facts: false\n`
const MAKES = 'shell: "echo new > {{ playbook_dir }}/made"'

const makers: { name: string; plays: string }[] = [
  { name: 'a play on this machine', plays: `${head('localhost')}  tasks: [{${MAKES}}]\n${READ}` },
  {
    name: 'a task that is delegated here',
    plays: `${head('a')}  tasks:\n    - ${MAKES}\n      delegate_to: localhost${READERS}`,
  },
  {
    name: 'one for all hosts, of which another one reads it',
    plays: `${head('all')}  tasks:\n    - ${MAKES}\n      delegate_to: localhost\n      run_once: true\n${READ}`,
  },
  {
    name: 'a module that says where it writes',
    plays: `${head('a')}  tasks:\n    - copy: {content: "new\\n", dest: "{{ playbook_dir }}/made"}\n      delegate_to: localhost${READERS}`,
  },
  {
    name: 'a handler',
    plays: `${head('a')}  handlers:\n    - name: make\n      ${MAKES}\n      delegate_to: localhost\n  tasks:\n    - shell: "true"\n      notify: make\n    - meta: flush_handlers${READERS}`,
  },
]

test.each(
  makers.flatMap(({ name, plays }) =>
    [undefined, 'old\n'].map((before) => ({ name, plays, before, over: String(before).trim() })),
  ),
)('what $name makes here is what later tasks read, over $over', async ({ plays, before }) => {
  const folder = folderWith(before)
  const done = await runLocal(plays, { folder })
  expect(done.errors).toEqual([])
  expect([read(folder, 'copied'), read(folder, 'rendered'), read(folder, 'globbed')]).toEqual([
    'new\n',
    'new',
    'made',
  ])
})

test('an archive that is packed here is there for later tasks', async () => {
  const folder = folderWith(undefined)
  const play = `${head('a')}  tasks:
    - archive: { path: '{{ playbook_dir }}/out.j2', dest: '{{ playbook_dir }}/made.gz' }
      delegate_to: localhost
    - copy: { src: made.gz, dest: '{{ playbook_dir }}/copied.gz' }
`
  const done = await runLocal(play, { folder })
  expect(done.errors).toEqual([])
  expect(readFileSync(join(folder, 'copied.gz'))).toEqual(readFileSync(join(folder, 'made.gz')))
})

test('what was rendered ahead runs once, and keeps what was registered before', async () => {
  const folder = folderWith('old\n')
  writeFileSync(
    join(folder, 'more.yml'),
    "- shell: \"echo {{ lookup('file', 'made') }} >> {{ playbook_dir }}/log\"\n",
  )
  const plays = `${head('a')}  tasks:
    - shell: echo early
      register: early
    - ${MAKES}
      delegate_to: localhost
    - include_tasks: more.yml
    - copy: { content: "{{ early.stdout }} {{ lookup('file', 'made') }}", dest: '{{ playbook_dir }}/copied' }
`
  const { story } = await runLocal(plays, { folder })
  expect(story).toEqual([
    'a shell changed',
    'a shell changed',
    expect.stringMatching(/^a include_tasks/),
    'a shell changed',
    'a copy changed',
  ])
  expect([read(folder, 'log'), read(folder, 'copied')]).toEqual(['new\n', 'early new'])
})

test.each([undefined, 'old\n'])('in check mode what is read of it is unknown, over %j', async (before) => {
  const folder = folderWith(before)
  const made = `copy: {content: "new\\n", dest: "{{ playbook_dir }}/made"}\n      delegate_to: localhost`
  const { story, errors } = await runLocal(`${head('a')}  tasks:\n    - ${made}${READERS}`, {
    folder,
    check: true,
  })
  expect(errors).toEqual([])
  expect(story.slice(0, 3)).toEqual(['a copy would-change', 'a copy unknown', 'a template unknown'])
})

test('in check mode it is known where it stays as it is', async () => {
  const folder = folderWith('new\n')
  const made = `copy: {content: "new\\n", dest: "{{ playbook_dir }}/made"}\n      delegate_to: localhost`
  const { story } = await runLocal(`${head('a')}  tasks:\n    - ${made}${READERS}`, { folder, check: true })
  expect(story.slice(0, 3)).toEqual(['a copy ok', 'a copy would-change', 'a template would-change'])
})

test('in check mode a file that a command may make is no refusal', async () => {
  const folder = folderWith(undefined)
  const play = `${head('localhost')}  tasks: [{${MAKES}}]\n${head('a')}  tasks:\n    - copy: { src: made, dest: '{{ playbook_dir }}/copied' }\n`
  const { story, errors } = await runLocal(play, { folder, check: true })
  expect(errors).toEqual([])
  expect(story).toEqual(['localhost shell would-run', 'a copy unknown'])
})

test('a file that nothing makes is missing before the run, one that was not made after all in it', async () => {
  const folder = folderWith(undefined)
  const none = await runLocal(`${head('a')}  tasks:\n    - shell: "touch {{ playbook_dir }}/ran"${READERS}`, {
    folder,
  })
  expect(none.errors.map((error) => error.code)).toContain('file-not-found')
  expect(existsSync(join(folder, 'ran'))).toBe(false)
  const play = `${head('a')}  tasks:\n    - shell: "touch {{ playbook_dir }}/ran"\n      delegate_to: localhost${READERS}`
  const { story } = await runLocal(play, { folder })
  expect(story).toEqual(['a shell changed', 'a copy failed'])
})
