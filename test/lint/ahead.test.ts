import { expect, it } from 'vitest'
import { problemsAhead } from '../../src/lint/ahead.ts'
import { loadPlaybook } from '../../src/playbook/load.ts'
import { noSources, type Sources } from '../../src/playbook/sources.ts'

function ahead(site: string, files: Readonly<Record<string, string>>): string[] {
  const sources: Sources = {
    ...noSources,
    read: (file) => (Object.hasOwn(files, file) ? { text: files[file] ?? '', hidden: false } : undefined),
    isDirectory: (path) => Object.keys(files).some((file) => file.startsWith(`${path}/`)),
  }
  const playbook = loadPlaybook(site, '/p/site.yml', { sources })
  return problemsAhead(playbook).map(({ message, place }) => `${place?.file}:${place?.line} ${message}`)
}

const HEAD = '- hosts: all\n  tasks:\n'

it.each([
  [
    'a mistake in an included file',
    '    - include_tasks: a.yml\n',
    { '/p/a.yml': '- debgu: {}\n' },
    ['/p/a.yml:1 there is no module debgu'],
  ],
  [
    'a mistake in a template',
    '    - template: {src: a.j2, dest: /a, mode: "0644"}\n      when: x\n',
    { '/p/templates/a.j2': 'x\n{{ a | nofilter }}\n' },
    ["/p/templates/a.j2:2 there is no filter 'nofilter'"],
  ],
  [
    'a mistake in an included role, once',
    '    - include_role: {name: lb}\n    - include_role: {name: lb}\n',
    { '/p/roles/lb/tasks/main.yml': '- copy: {contents: a, dest: /a}\n' },
    ['/p/roles/lb/tasks/main.yml:1 copy has no parameter contents'],
  ],
  ['a file that is not there yet', '    - template: {src: a.j2, dest: /a, mode: "0644"}\n', {}, []],
  ['a name that a variable gives', '    - include_tasks: "{{ a }}.yml"\n', {}, []],
])('looks ahead: %s', (_, tasks, files, found) => {
  expect(ahead(HEAD + tasks, files)).toEqual(found)
})
