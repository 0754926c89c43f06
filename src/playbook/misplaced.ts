import type { TaskModule } from '../task.ts'
import { findModule } from '../tasks/index.ts'
import { BLOCK_KEYWORDS, PLAY_KEYWORDS, TASK_KEYWORDS } from './keywords.ts'

/** Keywords that Ansible once had, by what to write instead. */
const OLD: Readonly<Record<string, string>> = {
  sudo: 'write become: yes',
  sudo_user: 'write become: yes and become_user: …',
  su: 'write become: yes and become_method: su',
  su_user: 'write become_user: … and become_method: su',
  always_run: 'write check_mode: no',
  first_available_file: 'write with_first_found: …',
  only_if: 'write when: …',
  when_set: 'write when: … is defined',
  with_items_from: 'write loop: …',
  accelerate: 'hakube keeps one connection to each host anyway',
  host: 'write hosts: …',
  role: 'write it as an item of roles: in a play',
}

/** Where a key belongs that stands at the wrong place of a playbook, or what it is called now. */
export function elsewhere(name: string, what: string): string | undefined {
  if (what === 'play' && name === 'role') return OLD['role']
  const inTask = ['task', 'handler'].includes(what)
  if (!inTask && what !== 'block' && name in OLD) return OLD[name]
  if (name in OLD && name !== 'role' && name !== 'host') return OLD[name]
  if (what === 'play' && findModule(name))
    return `${name} is a module: tasks stand in a list under tasks:, and files of tasks are brought in by import_tasks`
  if (what !== 'play' && has(PLAY_KEYWORDS, name) && !has(TASK_KEYWORDS, name))
    return `${name} is a keyword of plays: write it beside hosts:`
  if (!inTask && has(TASK_KEYWORDS, name)) return `${name} is a keyword of tasks: write it in each of them`
  if (inTask && has(BLOCK_KEYWORDS, name)) return `${name} belongs to a block: write it beside block:`
  return undefined
}

function has(table: object, name: string): boolean {
  return Object.hasOwn(table, name)
}

/** Names that people give to parameters, by the names that modules have for them. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  source: ['src'],
  destination: ['dest'],
  target: ['dest', 'path'],
  filename: ['path', 'dest'],
  permissions: ['mode'],
  permission: ['mode'],
  chmod: ['mode'],
  user: ['owner', 'name'],
  contents: ['content'],
  command: ['cmd'],
  package: ['name'],
  pkg: ['name'],
  service: ['name'],
  unit: ['name'],
  message: ['msg'],
  text: ['msg', 'content', 'line', 'block'],
  running: ['state'],
  ensure: ['state'],
  enable: ['enabled'],
  reload: ['daemon_reload'],
  cwd: ['chdir'],
  creates_file: ['creates'],
}

/** What a module calls a parameter that people know by another name. */
export function parameterFor(name: string, module: TaskModule): string | undefined {
  const own = OTHER_NAMES[name.toLowerCase()]?.find((one) => Object.hasOwn(module.params.shape, one))
  return own === undefined ? undefined : `write ${own}`
}

/** Words that people write for a value, by the one that there is. */
const OTHER_VALUES: Readonly<Record<string, readonly string[]>> = {
  start: ['started'],
  running: ['started'],
  stop: ['stopped'],
  restart: ['restarted'],
  reload: ['reloaded'],
  install: ['present', 'installed'],
  uninstalled: ['absent'],
  remove: ['absent'],
  delete: ['absent'],
  deleted: ['absent'],
  folder: ['directory'],
  dir: ['directory'],
  symlink: ['link'],
  exists: ['present', 'file'],
  update: ['latest'],
  upgrade: ['latest'],
}

/** What is meant by a value that is none of the choices. */
export function valueFor(value: string, choices: readonly string[]): string | undefined {
  const own = OTHER_VALUES[value.toLowerCase()]?.find((one) => choices.includes(one))
  return own === undefined ? undefined : `write ${own}`
}

/** Modules that are outside of hakube's field, by the beginnings of their names. */
const FOREIGN: readonly [RegExp, string][] = [
  [/^(?:ansible\.windows\.|community\.windows\.)?win_/, 'hakube works on Linux hosts only'],
  [/^(?:kubernetes\.core\.)?(?:k8s|helm)/, 'run kubectl or helm with command'],
  [
    /^(?:amazon\.aws|community\.aws|azure\.|google\.cloud|openstack\.)/,
    'hakube works on hosts, not on clouds',
  ],
  [/^(?:ec2|azure_rm|gcp|os|vmware)_/, 'hakube works on hosts, not on clouds'],
  [/^(?:ios|nxos|eos|junos|vyos)_/, 'hakube works on Linux hosts only'],
  [/^(?:mysql|postgresql|mongodb)_/, 'run its client with command'],
  [/^(?:community\.docker\.)?docker_/, 'run docker with command'],
]

/** What to do instead where a module is none of hakube's field. */
export function foreign(name: string): string | undefined {
  return FOREIGN.find(([pattern]) => pattern.test(name))?.[1]
}
