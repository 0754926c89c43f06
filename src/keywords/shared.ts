import type { KeywordDocs } from './doc.ts'

const task = (keyword: string) =>
  `- name: Look at haproxy\n  command: haproxy -v\n  changed_when: false\n${keyword}`
const play = (keyword: string) =>
  `- name: Load balancers\n  hosts: loadbalancers\n${keyword}  tasks:\n    - name: Tell\n      debug:\n        msg: here\n`

/** Keywords that plays, blocks and tasks have in common. */
export const SHARED_KEYWORDS: KeywordDocs = {
  name: {
    about: 'What it is for, as the run says it. A handler is notified by it.',
    type: 'text',
    example: task('').replace('Look at haproxy', 'Look at {{ haproxy_program }}'),
  },
  vars: {
    about: 'Variables for this play, block or task. They are rendered where they are used.',
    type: 'mapping',
    example: play('  vars:\n    haproxy_port: 6443\n    haproxy_bind: "*:{{ haproxy_port }}"\n'),
  },
  environment: {
    about: 'Environment variables of the programs that modules run on the host.',
    type: 'mapping, or list of mappings',
    example: task('  environment:\n    https_proxy: http://proxy.example.org:3128\n'),
  },
  tags: {
    about:
      'Names by which --tags and --skip-tags choose tasks. `always` and `never` mean what they mean in Ansible.',
    type: 'text or list of text',
    example: task('  tags: [haproxy, look]\n'),
  },
  become: {
    about: 'Whether to become another user for it.',
    type: 'truth value',
    default: 'no',
    example: play('  become: true\n'),
  },
  become_user: {
    about: 'The user to become.',
    type: 'text',
    default: 'root',
    example: task('  become: true\n  become_user: haproxy\n'),
  },
  become_method: {
    about: 'The program that becomes another user.',
    type: 'text',
    default: 'sudo',
    values: ['sudo', 'su', 'doas'],
    example: task('  become: true\n  become_method: su\n'),
  },
  become_flags: {
    about: 'Flags for the program that becomes another user.',
    type: 'text',
    example: task('  become: true\n  become_flags: -i\n'),
  },
  become_exe: {
    about: 'Path of the program that becomes another user.',
    type: 'text',
    example: task('  become: true\n  become_exe: /usr/local/bin/sudo\n'),
  },
  check_mode: {
    about: 'With yes it changes nothing, whatever the command line says; with no it runs in check mode, too.',
    type: 'truth value',
    example: task('  check_mode: false\n'),
    differs: 'Tasks that run in check mode are listed first in its report.',
  },
  diff: {
    about: 'Whether its differences are shown with --diff.',
    type: 'truth value',
    example: task('  diff: false\n'),
  },
  ignore_errors: {
    about: 'The run goes on for the host although the task failed.',
    type: 'truth value',
    default: 'no',
    example: task('  register: looked\n  ignore_errors: true\n'),
  },
  ignore_unreachable: {
    about: 'The run goes on with the other tasks although the host was lost in this one.',
    type: 'truth value',
    default: 'no',
    example: task('  ignore_unreachable: true\n'),
  },
  no_log: {
    about: 'Nothing of its arguments, results and differences is shown or logged.',
    type: 'truth value',
    default: 'no',
    example: task('  no_log: true\n'),
  },
  any_errors_fatal: {
    about: 'A failure on one host ends the run for all hosts.',
    type: 'truth value',
    default: 'no',
    example: play('  any_errors_fatal: true\n'),
  },
  run_once: {
    about: 'The first host of the batch runs it, and all of them get its result.',
    type: 'truth value',
    default: 'no',
    example: task('  run_once: true\n'),
  },
  remote_user: {
    about: 'The user to log in as.',
    type: 'text',
    example: play('  remote_user: admin\n'),
  },
  connection: {
    about: 'How to reach the host: ssh, or local for this machine.',
    type: 'text',
    default: 'ssh',
    values: ['ssh', 'local'],
    example: play('  connection: local\n'),
  },
  port: {
    about: 'The port of the SSH server.',
    type: 'whole number',
    example: play('  port: 2222\n'),
  },
  collections: {
    about: 'Collections in which names without dots are looked for.',
    type: 'text or list of text',
    example: play('  collections:\n    - ansible.posix\n'),
  },
  module_defaults: {
    about: 'Parameters that modules have where a task does not give them.',
    type: 'mapping, or list of mappings',
    example: play('  module_defaults:\n    template:\n      mode: "0644"\n'),
  },
  throttle: {
    about: 'At most so many hosts run it at a time.',
    type: 'whole number',
    example: task('  throttle: 1\n'),
  },
  timeout: {
    about: 'Seconds until the task counts as failed.',
    type: 'number',
    example: task('  timeout: 30\n'),
  },
  debugger: {
    about: 'When to stop and ask.',
    type: 'text',
    example: task('  debugger: never\n'),
  },
  when: {
    about:
      'Expressions that must all hold, else it is skipped. Of a block or an import, they hold for each task in it.',
    type: 'condition, or list of conditions',
    example: task('  when:\n    - haproxy_enabled | bool\n    - ansible_facts.os_family == "Debian"\n'),
  },
  delegate_to: {
    about: 'The host on which the task of this host is carried out. Variables stay those of this one.',
    type: 'text',
    example: task('  delegate_to: localhost\n'),
    differs: 'How to reach the other host, and whom to become there, is said by that host alone.',
  },
  delegate_facts: {
    about: 'Facts that the task brings belong to the host that it was delegated to.',
    type: 'truth value',
    default: 'no',
    example: task('  delegate_to: localhost\n  delegate_facts: true\n'),
  },
  notify: {
    about:
      'Handlers to run at the end of the section if the task changed something, by name or by what they listen to.',
    type: 'text or list of text',
    example: play('').replace(
      'msg: here\n',
      'msg: here\n      changed_when: true\n      notify: Tell more\n  handlers:\n    - name: Tell more\n      debug:\n        msg: more\n',
    ),
  },
}
