import { expect, it } from 'vitest'
import { loadPlaybook } from '../../src/playbook/load.ts'

const loading = (task: string) => () => loadPlaybook(`- hosts: all\n  tasks:\n    - ${task}\n`, 'site.yml')

it.each([
  ['k8s: {state: present}', 'write command: kubectl apply, with changed_when'],
  [
    'ansible.posix.synchronize: {src: a, dest: b}',
    'write copy of a folder, or command: rsync with delegate_to: localhost',
  ],
  ['copyy: {src: a, dest: b}', 'did you mean "copy"?'],
])('a module that is not there says what to write instead: %s', (task, hint) => {
  expect(loading(task)).toThrow(
    expect.objectContaining({ code: 'unknown-module', hint, docs: 'docs/support.md' }),
  )
})

it('a loop that is not there is refused once', () => {
  const text = '- hosts: all\n  tasks:\n    - debug: {msg: a}\n      with_lines: cat a\n'
  expect(() => loadPlaybook(text, 'site.yml')).toThrow(
    expect.objectContaining({ name: 'HakubeError', message: 'with_lines is not supported' }),
  )
})
