import { expect, it } from 'vitest'
import { loadPlaybook } from '../../src/playbook/load.ts'

const loading = (task: string) => () => loadPlaybook(`- hosts: all\n  tasks:\n    - ${task}\n`, 'site.yml')

it.each([
  ['k8s: {state: present}', expect.stringContaining('kubectl')],
  ['ansible.posix.synchronize: {src: a, dest: b}', expect.stringContaining('command task')],
  ['copyy: {src: a, dest: b}', 'did you mean "copy"?'],
])('a module that is not there says what to write instead: %s', (task, hint) => {
  expect(loading(task)).toThrow(expect.objectContaining({ code: 'unknown-module', hint }))
})

it('a loop that is not there is refused once', () => {
  const text = '- hosts: all\n  tasks:\n    - debug: {msg: a}\n      with_url: cat a\n'
  expect(() => loadPlaybook(text, 'site.yml')).toThrow(
    expect.objectContaining({ name: 'HakubeError', message: 'with_url is not supported' }),
  )
})
