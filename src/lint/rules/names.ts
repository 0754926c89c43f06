import { entryOf, type YamlNode } from '../../yaml/load.ts'
import type { Found, Rule, Scene } from '../rule.ts'
import { textsIn, type WrittenTask } from '../written.ts'

const UNNAMED = /^(?:meta|include\w*|import\w*)$/

const missing: Rule = {
  id: 'name-missing',
  alsoKnownAs: ['name', 'unnamed-task'],
  summary: 'a task or play without a name',
  why: 'The name is what a run says, and what `--start-at-task` finds. Imports, includes and `meta` need none.',
  bad: '- package:\n    name: haproxy\n',
  good: '- name: Install haproxy\n  package:\n    name: haproxy\n',
  entry: (entry): Found[] => {
    if (entry.type === 'block' || entryOf(entry.mapping, 'name')) return []
    if (entry.type === 'play') {
      if (!entryOf(entry.mapping, 'hosts')) return []
      return [
        { place: entry.mapping.place, message: 'this play has no name', hint: 'add name: what it is for' },
      ]
    }
    if (UNNAMED.test(entry.short)) return []
    return [
      { place: entry.mapping.place, message: 'this task has no name', hint: 'add name: what it is for' },
    ]
  },
}

const duplicate: Rule = {
  id: 'duplicate-key',
  alsoKnownAs: ['yaml', 'key-duplicates'],
  summary: 'a key that stands twice in one mapping',
  why: 'YAML keeps the last one, and what the first one says has no effect.',
  bad: '- name: Install haproxy\n  package:\n    name: haproxy\n  when: a\n  when: b\n',
  good: '- name: Install haproxy\n  package:\n    name: haproxy\n  when:\n    - a\n    - b\n',
  file: ({ warnings }) =>
    warnings.flatMap(({ message, place, hint }): Found[] =>
      place ? [{ place, message, ...(hint === undefined ? {} : { hint }) }] : [],
    ),
}

const handler: Rule = {
  id: 'handler-unused',
  alsoKnownAs: [],
  summary: 'a handler that nothing notifies',
  why: 'It never runs. Often its name or that of its `listen` is spelt differently in `notify`.',
  bad: '- name: The nodes\n  hosts: all\n  tasks:\n    - name: Tell\n      debug:\n        msg: on\n  handlers:\n    - name: Restart haproxy\n      service:\n        name: haproxy\n        state: restarted\n',
  good: '- name: The nodes\n  hosts: all\n  tasks:\n    - name: Tell\n      debug:\n        msg: on\n      changed_when: true\n      notify: Restart haproxy\n  handlers:\n    - name: Restart haproxy\n      service:\n        name: haproxy\n        state: restarted\n',
  scene: (scene): Found[] => {
    const notified = scene.files.flatMap(({ entries }) =>
      entries.flatMap(({ mapping }) => textsIn(entryOf(mapping, 'notify')?.value)),
    )
    const names = new Set(notified.map(({ text }) => text.replace(/^.* : /, '')))
    // A notify that is a template may name any of them.
    if (!scene.whole || notified.some(({ text }) => text.includes('{{'))) return []
    return tasksOf(scene).flatMap((task): Found[] => {
      if (!task.handler || UNNAMED.test(task.short)) return []
      const name = entryOf(task.mapping, 'name')?.value
      const own = [name, entryOf(task.mapping, 'listen')?.value].flatMap(textsIn)
      if (!name || own.length === 0 || own.some(({ text }) => names.has(text) || text.includes('{{')))
        return []
      const hint = 'notify it, or take it out'
      return [{ place: name.place, message: 'nothing notifies this handler', hint }]
    })
  },
}

const register: Rule = {
  id: 'register-unused',
  alsoKnownAs: [],
  summary: 'a registered result that nothing reads',
  why: 'Whoever reads the task looks for what becomes of the result. A name that is spelt differently where it is read shows here, too.',
  bad: '- name: Look at the version\n  command: haproxy -v\n  changed_when: false\n  register: haproxy_version\n',
  good: '- name: Look at the version\n  command: haproxy -v\n  changed_when: false\n  register: haproxy_version\n- name: Show it\n  debug:\n    var: haproxy_version.stdout\n',
  scene: (scene): Found[] => {
    const texts = scene.files.map(({ text }) => text)
    return tasksOf(scene).flatMap((task): Found[] => {
      const node = entryOf(task.mapping, 'register')?.value
      const name = nameIn(node)
      if (!node || name === undefined || name.startsWith('_') || readsOf(name, texts)) return []
      const hint = 'take register out, or read it'
      return [{ place: node.place, message: `nothing reads ${name}`, hint }]
    })
  },
}

function nameIn(node: YamlNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' && /^\w+$/.test(node.value)
    ? node.value
    : undefined
}

/** Whether a name stands anywhere but behind `register:`. */
function readsOf(name: string, texts: readonly string[]): boolean {
  const word = new RegExp(`(?<!\\w)(?<!register:\\s{0,9}["']?)${name}(?!\\w)`)
  return texts.some((text) => text.includes(name) && word.test(text))
}

function tasksOf({ files }: Scene): WrittenTask[] {
  return files.flatMap(({ entries }) => entries.filter((entry) => entry.type === 'task'))
}

/** Names of tasks, handlers and results. */
export const NAMES: readonly Rule[] = [missing, duplicate, handler, register]
