import { expect, test } from 'vitest'
import { runLocal } from '../support/run-local.ts'

/** What `said` shows of a result, as ansible-core 2.14 has it. */
const RESULTS: { name: string; task: string; shows: string; as: unknown }[] = [
  {
    name: 'changed_when counts for a task that fails, too',
    task: 'shell: "false"\n      changed_when: false\n      ignore_errors: yes',
    shows: '[r.changed, r.failed]',
    as: [false, true],
  },
  {
    name: 'and where failed_when fails it',
    task: 'shell: echo hi\n      changed_when: no\n      failed_when: r.rc == 0\n      ignore_errors: yes',
    shows: '[r.changed, r.failed, r.failed_when_result]',
    as: [false, true, true],
  },
  {
    name: 'a changed_when that cannot be told leaves the failure as it is',
    task: 'shell: echo no; false\n      changed_when: (r.stdout | from_json).x\n      ignore_errors: yes',
    shows: '[r.changed, r.msg]',
    as: [true, 'non-zero return code'],
  },
  {
    name: 'failed_when that does not hold says so',
    task: 'shell: "false"\n      failed_when: false',
    shows: '[r.failed, r.failed_when_result, r.rc]',
    as: [false, false, 1],
  },
  {
    name: 'attempts are the tries of an until that comes true',
    task: 'shell: "true"\n      until: r.attempts | default(0) >= 0\n      retries: 3\n      delay: 0',
    shows: 'r.attempts',
    as: 1,
  },
  {
    name: 'and the retries of one that does not',
    task: 'shell: "false"\n      until: r.rc == 0\n      retries: 2\n      delay: 0\n      ignore_errors: yes',
    shows: 'r.attempts',
    as: 2,
  },
]

test.each(RESULTS)('$name', async ({ task, shows, as }) => {
  const done = await runLocal(`- hosts: a
  gather_facts: false
  tasks:
    - ${task}
      register: r
    - debug: {msg: "{{ ${shows} }}"}
`)
  expect(done.outcomes.at(-1)?.result['msg']).toEqual(as)
})
