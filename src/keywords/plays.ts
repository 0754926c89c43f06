import type { KeywordDocs } from './doc.ts'

const TASKS = '  tasks:\n    - name: Tell\n      debug:\n        msg: here\n'
const play = (keyword: string, tasks = TASKS) =>
  `- name: Load balancers\n  hosts: loadbalancers\n${keyword}${tasks}`

/** Keywords of plays alone. */
export const PLAY_ONLY_KEYWORDS: KeywordDocs = {
  hosts: {
    about: 'The hosts of the play: a pattern of hosts and groups, as Ansible has them.',
    type: 'text or list of text',
    example: play('').replace('hosts: loadbalancers', 'hosts: control_plane:!spare'),
  },
  gather_facts: {
    about: 'Whether facts are gathered before the play.',
    type: 'truth value',
    default: 'yes',
    example: play('  gather_facts: false\n'),
    differs: 'Facts are gathered once a run, in one round trip.',
  },
  gather_subset: {
    about: 'Which facts are gathered.',
    type: 'text or list of text',
    example: play('  gather_subset: [min, network]\n'),
  },
  gather_timeout: {
    about: 'Seconds that gathering a fact may take.',
    type: 'whole number',
    example: play('  gather_timeout: 10\n'),
  },
  fact_path: {
    about: 'Folder of local facts on the host.',
    type: 'text',
    example: play('  fact_path: /etc/ansible/facts.d\n'),
  },
  vars_files: {
    about: 'Files of variables, beside the playbook. A later one wins.',
    type: 'text or list of text',
    example: play('  vars_files:\n    - vars/haproxy.yml\n'),
  },
  vars_prompt: {
    about: 'Variables that are asked for when the play begins.',
    type: 'list',
    example: play(
      '  vars_prompt:\n    - name: haproxy_version\n      prompt: Which version\n      private: false\n',
    ),
  },
  pre_tasks: {
    about: 'Tasks that run before the roles; what they notify runs before the roles, too.',
    type: 'list of tasks',
    example: play('', TASKS.replace('tasks', 'pre_tasks')),
  },
  roles: {
    about:
      'Roles of the play, before its tasks: names, or mappings with `role` and keywords. Other names in a mapping are variables of the role.',
    type: 'list of roles',
    example: play('  roles: []\n'),
  },
  tasks: {
    about: 'The tasks and blocks of the play, in order.',
    type: 'list of tasks',
    example: play(''),
  },
  post_tasks: {
    about: 'Tasks that run last, after the handlers of the tasks.',
    type: 'list of tasks',
    example: play('', TASKS.replace('tasks', 'post_tasks')),
  },
  handlers: {
    about:
      'Tasks that run only when they are notified: at the end of a section, or at `meta: flush_handlers`.',
    type: 'list of tasks',
    example: play('', TASKS.replace('tasks', 'handlers')),
  },
  force_handlers: {
    about: 'Notified handlers run on a host although a task failed there.',
    type: 'truth value',
    default: 'no',
    example: play('  force_handlers: true\n'),
  },
  user: { about: 'An old name of remote_user.', type: 'text', example: play('  user: admin\n') },
  serial: {
    about: 'How many hosts go through the whole play at a time; a list for the first, second … batch.',
    type: 'number, percentage, or list of them',
    example: play('  serial: [1, 50%]\n'),
    differs: 'A batch of which nobody is left ends the run.',
  },
  max_fail_percentage: {
    about: 'The run ends when more than this share of a batch has failed.',
    type: 'number',
    example: play('  max_fail_percentage: 30\n'),
  },
  order: {
    about: 'The order of the hosts.',
    type: 'text',
    default: 'inventory',
    values: ['inventory', 'reverse_inventory', 'sorted', 'reverse_sorted', 'shuffle'],
    example: play('  order: sorted\n'),
  },
  strategy: {
    about: 'Whether hosts wait for each other at each task (linear) or not (free).',
    type: 'text',
    default: 'linear',
    values: ['linear', 'free'],
    example: play('  strategy: free\n'),
  },
  import_playbook: {
    about: 'An entry of a playbook that is replaced by the plays of another one.',
    type: 'text',
    example: play(''),
  },
}
