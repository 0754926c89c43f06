import { expect, test } from 'vitest'
import { loadPlaybook } from '../../src/playbook/load.ts'
import { noSources, type Sources } from '../../src/playbook/sources.ts'

function load(site: string, files: Readonly<Record<string, string>>): void {
  const sources: Sources = {
    ...noSources,
    read: (file) => (Object.hasOwn(files, file) ? { text: files[file] ?? '', hidden: false } : undefined),
  }
  loadPlaybook(site, '/p/site.yml', { sources })
}

const FILES = { '/p/more.yml': '- uri: {status_code: 200}\n' }

test('what an include brings is read with what apply lends it', () => {
  const site = (apply: string) => `- hosts: all\n  tasks:\n    - include_tasks: {file: more.yml${apply}}\n`
  expect(() => load(site(', apply: {module_defaults: {uri: {url: http://a}}}'), FILES)).not.toThrow()
  expect(() => load(site(''), FILES)).toThrow(/uri needs url/)
})
