import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { RULES } from '../../src/lint/rules/index.ts'
import { allKeywords } from '../../src/keywords/index.ts'
import { modules } from '../../src/tasks/index.ts'
import { toJson } from '../../src/value.ts'
import { loadYaml, toValue } from '../../src/yaml/load.ts'

const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

let playbook: ValidateFunction
let tasks: ValidateFunction
beforeAll(() => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ajv.addSchema(JSON.parse(read('docs/schema/playbook.json')), 'playbook.json')
  playbook = ajv.getSchema('playbook.json') ?? ajv.compile({ not: {} })
  tasks = ajv.compile(JSON.parse(read('docs/schema/tasks.json')))
})

/** Mistakes that the schema finds in a text, a playbook or a list of tasks; empty = none. */
function mistakes(text: string): string[] {
  const node = loadYaml(text, 'case.yml')
  const value: unknown = node && toJson(toValue(node))
  const plays = /^- (?:.*\n {2})?hosts:|^- (?:.*\n {2})?import_playbook:/m.test(text)
  const validate = plays ? playbook : tasks
  if (validate(value)) return []
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

/** YAML blocks in the docs that are plays or tasks. */
function docExamples(): [string, string][] {
  const pages = readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  return pages
    .filter((page) => page.endsWith('.md'))
    .flatMap((page) =>
      [...read(`docs/${page}`).matchAll(/```ya?ml\n(- (?:name|hosts|import_playbook)[^]*?)```/g)].map(
        ({ 1: text = '' }, index): [string, string] => [`${page} ${index + 1}`, text],
      ),
    )
}

describe('the schema takes', () => {
  it.each(
    [
      ...readdirSync(path.join(root, 'playbooks')).map((name): [string, string] => [
        name,
        read(`playbooks/${name}`),
      ]),
      ...[...modules.values()].map(({ name, example }): [string, string] => [`module ${name}`, example]),
      ...allKeywords().flatMap(({ name, doc, where }): [string, string][] =>
        doc && where.length > 0 ? [[`keyword ${name}`, doc.example]] : [],
      ),
      ...RULES.map(({ id, good }): [string, string] => [`advice ${id}`, good]),
      ...docExamples(),
      // Advice on a module that is still to come.
    ].filter(([, text]) => modules.has('git') || !text.includes('  git:')),
  )('%s', (_, text) => {
    expect(mistakes(text)).toEqual([])
  })

  it('has examples of the docs to take', () => {
    expect(docExamples().length).toBeGreaterThan(100)
  })

  it.each([
    [
      'a template for anything',
      '- file: {path: /a, state: "{{ s }}", recurse: "{{ r }}", mode: "{{ m }}"}\n',
    ],
    ['another name of a parameter', '- file: {dest: /a, state: directory}\n'],
    ['a fully qualified name', '- ansible.builtin.copy: {content: a, dest: /a}\n'],
    ['parameters on one line', '- file: path=/a state=touch\n'],
    ['YAML 1.1 truth', '- package: {name: a}\n  become: yes\n'],
    ['nested blocks', '- block:\n    - block:\n        - debug: {msg: a}\n  rescue:\n    - meta: noop\n'],
    ['variables of a role', '- hosts: all\n  roles:\n    - {role: lb, lb_port: 1, when: a}\n    - plain\n'],
    ['keywords of an include', '- include_tasks: {file: a.yml, apply: {become: true}}\n'],
  ])('%s', (_, text) => {
    expect(mistakes(text)).toEqual([])
  })
})

describe('the schema refuses', () => {
  it.each([
    ['an unknown keyword', '- hosts: all\n  taks: []\n', '/0'],
    ['an unknown module', '- debgu: {msg: a}\n', '/0'],
    ['an unknown parameter', '- copy: {content: a, dest: /a, modee: "0644"}\n', '/0/copy'],
    ['a parameter that is not supported', '- template: {src: a, dest: /a, attr: a}\n', '/0/template'],
    ['a missing parameter', '- template: {src: a}\n', '/0/template'],
    ['a word that is none of several', '- file: {path: /a, state: folder}\n', '/0/file'],
    ['no truth value', '- debug: {msg: a}\n  become: perhaps\n', '/0/become'],
    ['a keyword that is not supported', '- debug: {msg: a}\n  debugger: never\n', '/0/debugger'],
    ['a play without hosts', '- tasks: []\n', '/0'],
    ['a mapping for a list of tasks', '- hosts: all\n  tasks: {debug: {}}\n', '/0/tasks'],
    ['a task in a wrong place of a block', '- block:\n    - nomodule: 1\n', '/0/block/0'],
    ['listen of a task', '- debug: {msg: a}\n  listen: b\n', '/0/listen'],
    ['a mistake in a handler', '- hosts: all\n  handlers:\n    - debug: {mgs: a}\n', '/0/handlers/0/debug'],
    [
      'an unknown keyword of loop_control',
      '- debug: {msg: a}\n  loop: [1]\n  loop_control: {lable: a}\n',
      '/0/loop_control',
    ],
    ['no mapping at all', 'hosts: all\n', ''],
  ])('%s', (_, text, at) => {
    expect(mistakes(text).map((one) => one.split(' ')[0])).toContain(at)
  })
})
