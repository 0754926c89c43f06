import { describe, expect, it } from 'vitest'
import { runLocal } from '../support/run-local.ts'
import { head, said, told } from './support.ts'

/** Held against ansible-core 2.14: HAKUBE_TEST_ORACLE=1. */
describe('on the controller', () => {
  const local = '- hosts: localhost\n  gather_facts: false\n'
  const SHOW = '    - debug: {msg: "{{ r.stdout | replace(playbook_dir, \'HERE\') }}"}\n'

  it.each([
    { name: 'a shell', task: 'shell: pwd', hears: 'HERE' },
    {
      name: 'a command in another directory',
      task: 'command: pwd\n      args: {chdir: sub}',
      hears: 'HERE/sub',
    },
    { name: 'a command elsewhere', task: 'command: pwd\n      args: {chdir: /}', hears: '/' },
    {
      name: 'what a command creates',
      task: 'command: ls\n      args: {creates: sub/x}',
      hears: expect.stringMatching(/^skipped, since sub\/x exists/),
    },
    {
      name: 'what a command creates in another directory',
      task: 'command: ls\n      args: {creates: x, chdir: sub}',
      hears: expect.stringMatching(/^skipped, since x exists/),
    },
  ])('$name starts in the folder of the playbook', async ({ task, hears }) => {
    const files = { 'sub/x': 'x' }
    const tasks = `  tasks:\n    - ${task}\n      register: r\n${SHOW}`
    expect(await said(local + tasks, files)).toEqual([hears])
    expect(
      await said(
        `${head}${tasks.replace('      register', '      delegate_to: localhost\n      register')}`,
        files,
      ),
    ).toEqual([hears])
  })

  const TASKS = `  tasks:
    - file: {path: out, state: directory, mode: "0755"}
    - copy: {content: "{{ one }}", dest: out/one, mode: "0644"}
    - lineinfile: {path: out/one, line: more}
    - file: {path: out/two, src: one, state: link}
    - stat: {path: "{{ 'out' }}/two"}
      register: found
    - debug: {msg: "{{ lookup('file', 'out/one') }} {{ found.stat.islnk }}"}
`
  it('relative paths go from there, too', async () => {
    expect(await said(`${local}  vars: {one: 1}\n${TASKS}`, {})).toEqual(['1\nmore True'])
    const block = `${head}  vars: {one: 2}\n  tasks:\n    - delegate_to: localhost\n      block:\n${TASKS.replace('  tasks:\n', '').replaceAll(/^/gm, '    ').trimEnd()}\n`
    expect(await said(block, {})).toEqual(['2\nmore True'])
  })

  it('and in what an include brings', async () => {
    const files = {
      'more.yml': '- file: {path: out, state: directory, mode: "0755"}\n- stat: {path: out}\n  register: r\n',
    }
    const show = '    - debug: {msg: "{{ r.stat.isdir }}"}\n'
    expect(await said(`${local}  tasks:\n    - include_tasks: more.yml\n${show}`, files)).toEqual(['True'])
  })

  it('are refused on any other host, before the run', async () => {
    const task = (path: string) =>
      `- hosts: web\n  gather_facts: false\n  tasks:\n    - file: {path: ${path}, state: absent}\n`
    const inventory = '[web]\nb ansible_host=192.0.2.1\n'
    const { errors } = await runLocal(task('out'), { inventory })
    expect(told(errors)).toMatch(/4:20 file: path: "out" is not an absolute path/)
  })
})
