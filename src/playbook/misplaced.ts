import type { TaskModule } from '../task.ts'
import { findModule } from '../tasks/index.ts'
import { BLOCK_KEYWORDS, PLAY_KEYWORDS, TASK_KEYWORDS } from './keywords.ts'

/** What users write is looked up here: `constructor` must find nothing. */
function mapOf<T>(table: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(table))
}

/** Keywords that Ansible once had, by what to write instead. */
const OLD: ReadonlyMap<string, string> = mapOf({
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
})

/** Where a key belongs that stands at the wrong place of a playbook, or what it is called now. */
export function elsewhere(name: string, what: string): string | undefined {
  if (what === 'play' && name === 'role') return OLD.get('role')
  const inTask = ['task', 'handler'].includes(what)
  if (!inTask && what !== 'block' && OLD.has(name)) return OLD.get(name)
  if (OLD.has(name) && name !== 'role' && name !== 'host') return OLD.get(name)
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
const OTHER_NAMES: ReadonlyMap<string, readonly string[]> = mapOf({
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
})

/** What a module calls a parameter that people know by another name. */
export function parameterFor(name: string, module: TaskModule): string | undefined {
  const own = OTHER_NAMES.get(name.toLowerCase())?.find((one) => Object.hasOwn(module.params.shape, one))
  return own === undefined ? undefined : `write ${own}`
}

/** Words that people write for a value, by the one that there is. */
const OTHER_VALUES: ReadonlyMap<string, readonly string[]> = mapOf({
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
})

/** What is meant by a value that is none of the choices. */
export function valueFor(value: string, choices: readonly string[]): string | undefined {
  const own = OTHER_VALUES.get(value.toLowerCase())?.find((one) => choices.includes(one))
  return own === undefined ? undefined : `write ${own}`
}
