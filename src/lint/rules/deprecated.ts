import { entryOf } from '../../yaml/load.ts'
import type { Rule } from '../rule.ts'
import { textsIn } from '../written.ts'

const include: Rule = {
  id: 'deprecated-include',
  alsoKnownAs: ['deprecated-module', 'deprecated-bare-include'],
  summary: '`include:` instead of include_tasks or import_tasks',
  why: '`include` is read as `import_tasks`, with a loop or a template for its name as `include_tasks`. Newer releases of Ansible have it no more, and it does not say whether the file is read before the run or in it.',
  bad: '- name: Prepare the distribution\n  include: setup.yml\n',
  good: '- name: Prepare the distribution\n  include_tasks: setup.yml\n',
  task: ({ name, action }) =>
    name === 'include' || name === 'ansible.builtin.include'
      ? [
          {
            place: action.keyPlace,
            message: 'include is deprecated',
            hint: 'write import_tasks for a file that is always there, include_tasks for one that facts choose',
          },
        ]
      : [],
}

const localAction: Rule = {
  id: 'local-action',
  alsoKnownAs: ['deprecated-local-action'],
  summary: '`local_action` instead of `delegate_to: localhost`',
  why: '`delegate_to: localhost` says the same, and the task reads like every other one.',
  bad: '- name: Ask the service from here\n  local_action: command true\n  changed_when: false\n',
  good: '- name: Ask the service from here\n  command: "true"\n  delegate_to: localhost\n  changed_when: false\n',
  task: ({ mapping }) => {
    const entry = entryOf(mapping, 'local_action')
    const hint = 'write the module as a key, and delegate_to: localhost beside it'
    return entry ? [{ place: entry.keyPlace, message: 'local_action is deprecated', hint }] : []
  },
}

const pairs: Rule = {
  id: 'key-value-arguments',
  alsoKnownAs: ['no-free-form'],
  summary: 'parameters as name=value on one line',
  why: 'Everything in name=value text is text, quotes and blanks need care, and no editor can check it.',
  bad: '- name: Install haproxy\n  package: name=haproxy state=present\n',
  good: '- name: Install haproxy\n  package:\n    name: haproxy\n    state: present\n',
  task: (task) =>
    task.pairs
      ? [
          {
            place: task.action.value.place,
            message: `${task.name} has its parameters as name=value text`,
            hint: 'write one "name: value" a line below the module',
          },
        ]
      : [],
}

const OLD_NAMES = /\bansible_ssh_(user|host|port|pass)\b/

const sshVariable: Rule = {
  id: 'ansible-ssh-variable',
  alsoKnownAs: [],
  summary: '`ansible_ssh_user` and its like',
  why: 'These are the names of Ansible 1. hakube reads `ansible_user`, `ansible_host`, `ansible_port` and `ansible_password` as well, and they win.',
  bad: '- name: Say who logs in\n  debug:\n    msg: "{{ ansible_ssh_user }}"\n',
  good: '- name: Say who logs in\n  debug:\n    msg: "{{ ansible_user }}"\n',
  entry: ({ mapping, type }) => {
    const keys = mapping.entries.filter(({ key }) => type === 'task' || !LISTS.has(String(key)))
    const texts = keys.flatMap(({ value }) => textsIn(value))
    return texts.flatMap(({ text, place }) => {
      const name = OLD_NAMES.exec(text)
      if (!name) return []
      const now = name[1] === 'pass' ? 'ansible_password' : `ansible_${name[1]}`
      return [{ place, message: `${name[0]} is an old name`, hint: `write ${now}` }]
    })
  },
}

const LISTS = new Set(['pre_tasks', 'tasks', 'post_tasks', 'handlers', 'roles', 'block', 'rescue', 'always'])

const withLoop: Rule = {
  id: 'with-loop',
  alsoKnownAs: ['deprecated-with'],
  summary: '`with_list`, `with_dict` or `with_items` where `loop` says the same',
  why: '`loop` takes a list and nothing else, so nothing is flattened behind your back. Only forms that `loop` replaces as they are get this advice.',
  bad: '- name: Make the folders\n  file:\n    path: "{{ item }}"\n    state: directory\n    mode: "0755"\n  with_items:\n    - /etc/haproxy/certs\n    - /etc/haproxy/errors\n',
  good: '- name: Make the folders\n  file:\n    path: "{{ item }}"\n    state: directory\n    mode: "0755"\n  loop:\n    - /etc/haproxy/certs\n    - /etc/haproxy/errors\n',
  task: ({ mapping }) =>
    mapping.entries.flatMap(({ key, keyPlace, value }) => {
      const message = `${String(key)} is loop here`
      if (key === 'with_list') return [{ place: keyPlace, message, hint: 'write loop' }]
      if (key === 'with_dict')
        return [{ place: keyPlace, message, hint: 'write loop: "{{ the_dict | dict2items }}"' }]
      const plain =
        value.kind === 'sequence' &&
        value.items.every(
          (item) =>
            item.kind === 'mapping' ||
            (item.kind === 'scalar' && (typeof item.value !== 'string' || !item.value.includes('{{'))),
        )
      return key === 'with_items' && plain ? [{ place: keyPlace, message, hint: 'write loop' }] : []
    }),
}

/** Forms that still work, and that nobody should write any more. */
export const DEPRECATED: readonly Rule[] = [include, localAction, pairs, sshVariable, withLoop]
