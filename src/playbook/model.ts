import type { Place } from '../errors.ts'
import type { TaskModule } from '../task.ts'
import type { Value } from '../value.ts'
import type { ConductKeywords } from './conduct.ts'
import type { WayKeywords } from './way.ts'
import type { Loading } from './loading.ts'
import type { ModuleDefaults } from './module-defaults.ts'
import type { RawVariables } from '../variables/store.ts'

/** A value of the playbook's text, with the place where it is written. Templates in it are not rendered yet. */
export interface Located<T = Value> {
  value: T
  place: Place
  /** No template, whatever stands in it. */
  final?: boolean
}

/** A bare Jinja2 expression, as in `when` and `changed_when`. */
export type Condition = Located<string>

export interface BecomeSettings {
  become?: Located
  becomeUser?: Located
  becomeMethod?: Located
}

/** Keywords that plays, blocks and tasks share; a task has them merged from its blocks and its play. */
export interface Inherited extends BecomeSettings, WayKeywords {
  vars: ReadonlyMap<string, Located>
  environment: readonly Located[]
  tags: readonly string[]
  checkMode?: Located
  diff?: Located
  ignoreErrors?: Located
  /** A host that cannot be reached goes on with the next task. */
  ignoreUnreachable?: Located
  noLog?: Located
  anyErrorsFatal?: Located
  /** The first host runs it for all hosts of its batch. */
  runOnce?: Located
  /** The host on which a task of this one is carried out. */
  delegateTo?: Located
  /** What a changed task notifies; of a task that says nothing itself, what the nearest block says. */
  notify?: readonly Located<string>[]
  /** Parameters of tasks that do not say them. */
  moduleDefaults?: ModuleDefaults
  /** Where short names of modules are looked for. */
  collections?: readonly string[]
  /** Facts that a task of this one sets are those of the host that it is delegated to. */
  delegateFacts?: Located
  /** At most so many hosts are in a task at a time. */
  throttle?: Located
  /** Seconds after which a task of this one is ended and has failed. */
  timeout?: Located
}

/** One use of a role: by a play, as a dependency, or by import_role and include_role. */
export interface RoleUse {
  name: string
  /** Its folder, absolute. */
  path: string
  /** defaults/main.yml, below all that an inventory says. */
  defaults: RawVariables
  /** vars/main.yml, above what a play says. */
  vars: RawVariables
  /** `vars` of the entry that uses it, below its own ones. */
  entryVars: RawVariables
  /** Other names of that entry, above even what tasks set. */
  params: RawVariables
  /** The role that has this one as a dependency, or imports it. */
  parent: RoleUse | undefined
  /** Used by import_role or include_role. */
  included: boolean
  /** What tells it apart from other uses: all that its entry says. Uses with one key are the same one. */
  key: string
  /** Whether the same use runs each time (allow_duplicates), or once a play. */
  again: boolean
  dependencies: readonly RoleUse[]
}

/** The file in which a task is written: what relative names in it are searched from. */
export interface Origin {
  /** Folder of the file. */
  dir: string
  role: RoleUse | undefined
}

export interface LoopControl {
  loopVar: string
  indexVar?: string
  label?: Located
  pause?: Located
  /** `ansible_loop` tells each item where in the loop it stands; with all items, unless the second says no. */
  extended?: Located
  extendedAllItems?: Located
}

export interface Loop {
  /**
   * `list` takes items as they are; `flatten` is with_items: one level of lists is flattened. Another one is the name of
   * the lookup that makes the items: with_dict and its like.
   */
  style: string
  items: Located
  control: LoopControl
}

export interface Retry {
  until: readonly Condition[]
  retries: Located | undefined
  delay: Located | undefined
}

export interface Task extends Inherited {
  type: 'task'
  origin: Origin
  /** Raw text of `name`, possibly a template; undefined where the task has none. */
  name: string | undefined
  place: Place
  /** Name as the playbook spells it. */
  action: string
  module: TaskModule | Meta
  /** Arguments by name, unrendered. A free form is already under the module's free-form parameter. */
  args: ReadonlyMap<string, Located>
  /** A whole-arguments template such as `args: "{{ x }}"` is refused, so there is nothing else. */
  when: readonly Condition[]
  loop: Loop | undefined
  register: string | undefined
  listen: readonly string[]
  /** Of a handler: the list that it stands in, which is that of a play or of one use of a role. */
  handlerList?: object
  /** Of a handler of a role: the use that it belongs to. */
  use?: string
  /** Of a handler of a role: one that comes again by another include is the same one, which waits and runs once. */
  same?: string
  /** Of a handler of a role that a role imports: as in Ansible, nothing holds for it that is around that role. */
  byRole?: boolean
  /** Of a handler: the include that brought it, from whose position on it may be notified. */
  broughtBy?: { position: number; inclusions: readonly Inclusion[] }
  changedWhen: readonly Condition[] | undefined
  failedWhen: readonly Condition[] | undefined
  retry: Retry | undefined
  /** Seconds that it may take: async with poll. */
  asyncLimit: Located | undefined
  /** Of include_tasks and include_role: what goes to the tasks that they bring. */
  include: Include | undefined
}

/** An include around a step. */
export interface Inclusion {
  /** The hosts that take part, with the loop variables under which each of them includes it. */
  hosts: Map<string, ReadonlyMap<string, Value>>
  /** Of the include in the program. */
  position: number
  /** `vars` of the include: above what tasks set. */
  vars: RawVariables
  /** Of the include of a handler: those around the handler, whose variables it has instead of those around its flush. */
  around?: readonly Inclusion[] | undefined
}

/** What an include lends, beside what the blocks around it do. */
export interface Include {
  /** Its own `vars`, without those of blocks. */
  vars: ReadonlyMap<string, Located>
  /** Of `apply`. */
  apply: Inherited
  when: readonly Condition[]
}

export function isInclude(task: Task): boolean {
  return task.include !== undefined
}

export const METAS = [
  'flush_handlers',
  'noop',
  'clear_facts',
  'reset_connection',
  'end_host',
  'end_play',
  'end_batch',
] as const

/** `meta:` is the engine's own and no module. */
export interface Meta {
  meta: (typeof METAS)[number]
}

export function isMeta(module: TaskModule | Meta): module is Meta {
  return 'meta' in module
}

export interface Block extends Inherited {
  type: 'block'
  /** The use of a role whose tasks it holds. */
  ofRole?: RoleUse
  name: string | undefined
  place: Place
  when: readonly Condition[]
  block: readonly Entry[]
  rescue: readonly Entry[]
  always: readonly Entry[]
}

export type Entry = Task | Block

export interface Play extends Inherited, ConductKeywords {
  /** The pattern of its hosts where it has none. */
  name: string
  /** As it is written; it may be a template. */
  givenName?: Located<string>
  place: Place
  hosts: Located<string>
  gatherFacts: Located | undefined
  /** How many hosts at a time, and in which order. */
  serial?: Located
  order?: Located
  /** vars_files in order, each with its alternatives: the first file that is there counts. Relative to the playbook. */
  varsFiles: readonly (readonly Located<string>[])[]
  /** Variables that are asked for before the run. */
  varsPrompt?: readonly Prompt[]
  preTasks: readonly Entry[]
  tasks: readonly Entry[]
  postTasks: readonly Entry[]
  /** Of its roles, in their order, and its own. */
  handlers: readonly Task[]
  /** Their lists in the order that decides between handlers of one name; that of a role stands there for each use of it. */
  handlerLists: readonly object[]
  /** Roles whose variables all of the play sees, in their order. */
  roles: readonly RoleUse[]
  roleTasks: readonly Entry[]
  /** Of import_playbook: they hold for every task. */
  when: readonly Condition[]
}

/** An entry of vars_prompt. */
export interface Prompt {
  name: string
  place: Place
  /** What is shown; the name of the variable where nothing else is said. */
  text: string
  /** What is typed is not shown. */
  private: boolean
  /** Asked for twice, until both answers are the same. */
  confirm: boolean
  default: Located | undefined
  encrypt: Encrypt | undefined
  /** The answer is no template, whatever stands in it. */
  unsafe: boolean
}

/** How an answer is hashed: as the filter password_hash does it. */
export interface Encrypt {
  method: string
  salt: string | undefined
  saltSize: number | undefined
}

export interface Playbook {
  file: string
  /** What files that are named while it runs are loaded with. */
  loading: Omit<Loading, 'reader'>
  /** What is legal but surely not meant. */
  warnings?: readonly string[]
  plays: readonly Play[]
}

/** What a handler may be notified by: its name, and with that of its role before it. */
export function handlerNames({ name, action, origin: { role } }: Task): string[] {
  const own = name ?? action
  return role ? [own, `${role.name} : ${own}`] : [own]
}

/** The same for a handler of a role that several includes have brought, each with what it says itself. */
export function handlerIdentity(handler: Task): Task | string {
  return handler.same ?? handler
}
