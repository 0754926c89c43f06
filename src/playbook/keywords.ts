/**
 * Every keyword that Ansible knows. `yes` works here; other texts say what to write instead. A keyword that
 * is missing here is a typing mistake and gets a suggestion.
 */
export type Support = 'yes' | (string & {})

/** What a table of names says of a word that a user wrote: `constructor` is in none of them. */
export function hintOf(table: Readonly<Record<string, string>>, word: string): string | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined
}

const COMMON = {
  name: 'yes',
  vars: 'yes',
  environment: 'yes',
  tags: 'yes',
  become: 'yes',
  become_user: 'yes',
  become_method: 'yes',
  become_flags: 'yes',
  become_exe: 'yes',
  check_mode: 'yes',
  diff: 'yes',
  ignore_errors: 'yes',
  ignore_unreachable: 'yes',
  no_log: 'yes',
  any_errors_fatal: 'yes',
  run_once: 'yes',
  remote_user: 'yes',
  connection: 'yes',
  port: 'yes',
  collections: 'yes',
  module_defaults: 'yes',
  throttle: 'yes',
  timeout: 'yes',
  debugger: 'hakube has no debugger; -v gives the reason of every step',
} as const satisfies Record<string, Support>

/** Loops whose items a lookup of the same name makes. */
export const LOOKUP_LOOPS: ReadonlySet<string> = new Set([
  'with_cartesian',
  'with_dict',
  'with_file',
  'with_fileglob',
  'with_first_found',
  'with_flattened',
  'with_indexed_items',
  'with_inventory_hostnames',
  'with_lines',
  'with_nested',
  'with_random_choice',
  'with_sequence',
  'with_subelements',
  'with_together',
])

export const PLAY_KEYWORDS: Readonly<Record<string, Support>> = {
  ...COMMON,
  hosts: 'yes',
  gather_facts: 'yes',
  vars_files: 'yes',
  pre_tasks: 'yes',
  tasks: 'yes',
  post_tasks: 'yes',
  handlers: 'yes',
  force_handlers: 'yes',
  user: 'yes',
  roles: 'yes',
  vars_prompt: 'yes',
  serial: 'yes',
  max_fail_percentage: 'yes',
  order: 'yes',
  strategy: 'yes',
  gather_subset: 'yes',
  gather_timeout: 'yes',
  fact_path: 'hakube reads /etc/ansible/facts.d',
  import_playbook: 'write it as an entry of the playbook of its own: - import_playbook: other.yml',
}

export const BLOCK_KEYWORDS: Readonly<Record<string, Support>> = {
  ...COMMON,
  block: 'yes',
  rescue: 'yes',
  always: 'yes',
  when: 'yes',
  notify: 'yes',
  delegate_to: 'yes',
  delegate_facts: 'yes',
}

/** An entry of `roles` or of a role's dependencies: other names are parameters of the role. */
export const ROLE_KEYWORDS: Readonly<Record<string, Support>> = {
  ...COMMON,
  role: 'yes',
  when: 'yes',
  delegate_to: 'yes',
  delegate_facts: 'yes',
}

export const IMPORT_PLAYBOOK_KEYWORDS: Readonly<Record<string, Support>> = {
  import_playbook: 'yes',
  'ansible.builtin.import_playbook': 'yes',
  name: 'yes',
  when: 'yes',
  vars: 'yes',
  tags: 'yes',
}

/** import_tasks and import_role are replaced by what they import, which then has these keywords. */
export const IMPORT_KEYWORDS: Readonly<Record<string, Support>> = {
  ...COMMON,
  when: 'yes',
  args: 'yes',
  delegate_to: 'yes',
  delegate_facts: 'yes',
  ...Object.fromEntries(
    ['loop', 'with_items', 'with_list', 'until', 'retries', 'delay', 'register'].map((name) => [
      name,
      'what is imported is there before the run: write include_tasks or include_role instead',
    ]),
  ),
  notify: 'write it on the tasks in the file',
}

/** What Ansible refuses beside an include: the tasks that it brings would not have it. */
export const INCLUDE_KEYWORDS: Readonly<Record<string, string>> = {
  async: 'write timeout: on the tasks in the file',
  poll: 'write timeout: on the tasks in the file',
  ...onTheBrought(
    'become',
    'become_user',
    'become_method',
    'become_flags',
    'become_exe',
    'connection',
    'remote_user',
    'port',
    'module_defaults',
    'collections',
    'throttle',
    'timeout',
    'ignore_unreachable',
    'delegate_facts',
    'environment',
    'check_mode',
    'diff',
    'delegate_to',
    'notify',
    'any_errors_fatal',
    'until',
    'retries',
    'delay',
    'changed_when',
    'failed_when',
  ),
}

function onTheBrought(...names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [name, `write apply: {${name}: …} among its parameters, or import_tasks`]),
  )
}

export const TASK_KEYWORDS: Readonly<Record<string, Support>> = {
  ...COMMON,
  action: 'yes',
  local_action: 'yes',
  args: 'yes',
  when: 'yes',
  loop: 'yes',
  with_items: 'yes',
  with_list: 'yes',
  ...Object.fromEntries([...LOOKUP_LOOPS].map((name) => [name, 'yes'])),
  loop_control: 'yes',
  register: 'yes',
  notify: 'yes',
  changed_when: 'yes',
  failed_when: 'yes',
  until: 'yes',
  retries: 'yes',
  delay: 'yes',
  listen: 'write it on a handler',
  delegate_to: 'yes',
  delegate_facts: 'yes',
  async: 'yes',
  poll: 'yes',
}

export const HANDLER_KEYWORDS: Readonly<Record<string, Support>> = {
  ...TASK_KEYWORDS,
  listen: 'yes',
}

/** Of loop_control. */
export const LOOP_CONTROL_KEYWORDS: Readonly<Record<string, Support>> = {
  loop_var: 'yes',
  index_var: 'yes',
  label: 'yes',
  pause: 'yes',
  extended: 'yes',
  extended_allitems: 'yes',
  break_when: 'ansible-core 2.14 has none either: loop over fewer items, such as "{{ items | select(…) }}"',
}

/** Other loops, by what to write instead of them. */
export const LOOP_KEYWORDS: Readonly<Record<string, string>> = {
  with_url: 'register the answer of the module uri, with delegate_to: localhost',
}
