import * as z from 'zod'
import { defineTask } from '../task.ts'
import { text } from './params.ts'

export default defineTask({
  name: 'fail',
  aliases: ['ansible.builtin.fail', 'ansible.legacy.fail'],
  summary: 'Fail with a message. Useful with when.',
  kind: () => 'local',
  params: z.strictObject({
    msg: text.default('Failed as requested from task').describe('What to say.'),
  }),
  example: `
- name: Only for systemd
  fail:
    msg: this role needs systemd
  when: ansible_service_mgr != 'systemd'
`,
  prepare: (params) => params,
  asks: () => [],
  plan: ({ msg }) => ({ status: 'fail', message: msg, result: { msg } }),
})
