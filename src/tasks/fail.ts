import * as z from 'zod'
import { defineTask } from '../task.ts'
import { text } from './params.ts'

export default defineTask({
  name: 'fail',
  aliases: ['ansible.builtin.fail', 'ansible.legacy.fail'],
  summary: 'Fail with a message. Useful with when.',
  kind: () => 'local',
  params: z.strictObject({
    msg: z
      .union([text, z.array(text)])
      .default('Failed as requested from task')
      .describe('What to say: text, or a list of lines.'),
  }),
  example: `
- name: Only for systemd
  fail:
    msg: this role needs systemd
  when: ansible_service_mgr != 'systemd'
`,
  prepare: (params) => params,
  asks: () => [],
  plan: ({ msg }) => ({ status: 'fail', message: [msg].flat().join('\n'), result: { msg } }),
})
