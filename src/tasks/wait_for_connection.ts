import * as z from 'zod'
import { nothing } from '../shell/sh.ts'
import { type Absence, defineTask } from '../task.ts'
import { int } from './params.ts'

export default defineTask({
  name: 'wait_for_connection',
  aliases: ['ansible.builtin.wait_for_connection', 'ansible.legacy.wait_for_connection'],
  summary: 'Wait until a host can be reached and answers.',
  kind: () => 'wait',
  params: z.strictObject({
    timeout: int.default(600).describe('Seconds until the task fails.'),
    delay: int.default(0).describe('Seconds before the first attempt.'),
    sleep: int.default(1).describe('Seconds between two attempts.'),
    connect_timeout: int.default(5).describe('Seconds for one attempt to connect.'),
  }),
  example: `
- name: Wait until the host is back
  wait_for_connection:
    delay: 10
    timeout: 300
`,
  returns: { elapsed: 'Seconds it took.' },
  notes: [
    'hakube connects to all hosts when the run begins: a host that cannot be reached then is left out, and no task waits for it.',
  ],
  prepare: ({ timeout, delay, sleep, connect_timeout: connectTimeout }): Absence => ({
    gone: false,
    timeout,
    delay,
    sleep,
    connectTimeout,
    isBack: nothing,
    isReady: nothing,
  }),
  asks: () => [],
  plan: (absence) => ({
    status: 'change',
    summary: 'wait for the connection',
    diff: [],
    apply: nothing,
    effects: [],
    counts: false,
    absence,
  }),
})
