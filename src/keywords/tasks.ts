import type { KeywordDocs } from './doc.ts'

const task = (keyword: string) => `- name: Look at haproxy\n  command: haproxy -v\n${keyword}`
const quiet = (keyword: string) => task(`  changed_when: false\n${keyword}`)
const BLOCK = '- name: Try it\n  block:\n    - name: Tell\n      debug:\n        msg: here\n'
const more = (key: string) => `  ${key}:\n    - name: Tell more\n      debug:\n        msg: there\n`

/** Keywords of tasks, handlers, blocks and role entries. */
export const TASK_ONLY_KEYWORDS: KeywordDocs = {
  action: {
    about:
      'The module, as text with its parameters or as a mapping with `module`, instead of a key of the task.',
    type: 'any value',
    example: '- name: Look at haproxy\n  action: command haproxy -v\n  changed_when: false\n',
  },
  local_action: {
    about: 'The same as action with `delegate_to: localhost`.',
    type: 'any value',
    example: '- name: Look from here\n  local_action:\n    module: debug\n    msg: here\n',
  },
  args: {
    about: 'More parameters of the module; those behind the module win.',
    type: 'mapping',
    example: '- name: Set up\n  command: /usr/local/bin/setup\n  args:\n    creates: /etc/setup\n',
  },
  register: {
    about: 'A variable that gets the result of the task, for later tasks of this host.',
    type: 'text',
    example: quiet('  register: haproxy_version\n'),
    differs: 'What a host printed is data: a `{{` in it is never evaluated.',
  },
  changed_when: {
    about: 'Expressions over the result that decide whether the task counts as changed.',
    type: 'condition, or list of conditions',
    example: task('  register: looked\n  changed_when: looked.rc == 2\n'),
  },
  failed_when: {
    about: 'Expressions over the result that decide whether the task has failed.',
    type: 'condition, or list of conditions',
    example: quiet(
      '  register: looked\n  failed_when:\n    - looked.rc != 0\n    - "\'HAProxy\' not in looked.stdout"\n',
    ),
  },
  until: {
    about: 'The task is tried again until these expressions over its result hold.',
    type: 'condition, or list of conditions',
    example: quiet('  register: looked\n  until: looked.rc == 0\n  retries: 10\n  delay: 2\n'),
    differs: 'Without retries it is tried 3 times.',
  },
  retries: {
    about: 'How many times a task with until is tried again.',
    type: 'whole number',
    default: '3',
    example: quiet('  register: looked\n  until: looked.rc == 0\n  retries: 10\n'),
  },
  delay: {
    about: 'Seconds between two tries.',
    type: 'number',
    default: '5',
    example: quiet('  register: looked\n  until: looked.rc == 0\n  delay: 1\n'),
  },
  listen: {
    about: 'Topics that notify a handler, beside its name.',
    type: 'text or list of text',
    example:
      '- name: Load balancers\n  hosts: loadbalancers\n  tasks:\n    - name: Tell\n      debug:\n        msg: here\n      changed_when: true\n      notify: new configuration\n  handlers:\n    - name: Tell more\n      debug:\n        msg: there\n      listen: new configuration\n',
  },
  async: {
    about: 'Seconds that the task may run in the background.',
    type: 'whole number',
    example: quiet('  async: 60\n  poll: 5\n'),
  },
  poll: {
    about: 'Seconds between two looks at such a task; 0, which would not wait for it, is refused.',
    type: 'whole number',
    default: '10',
    example: quiet('  async: 60\n  poll: 5\n'),
  },
  block: {
    about: 'Tasks that have keywords, rescue and always in common.',
    type: 'list of tasks',
    example: BLOCK,
  },
  rescue: {
    about: 'Tasks that run when one of the block has failed; the failure is then forgiven.',
    type: 'list of tasks',
    example: BLOCK + more('rescue'),
  },
  always: {
    about: 'Tasks that run last, whatever became of the block.',
    type: 'list of tasks',
    example: BLOCK + more('always'),
  },
  role: {
    about: 'The role of an entry of `roles` or of the dependencies in meta/main.yml.',
    type: 'text',
    example: '- name: Load balancers\n  hosts: loadbalancers\n  roles: []\n',
  },
}
