import * as z from 'zod'
import { defineTask } from '../task.ts'

export default defineTask({
  name: 'include_tasks',
  aliases: ['ansible.builtin.include_tasks', 'ansible.legacy.include_tasks', 'include'],
  summary: 'Run the tasks of a file, chosen while the run goes on.',
  kind: () => 'local',
  params: z.strictObject({
    file: z
      .string()
      .min(1)
      .describe('The file, searched beside this one, in the role and beside the playbook.'),
  }),
  paramAliases: { _raw_params: 'file' },
  freeForm: 'file',
  example: `
- name: Prepare the distribution
  include_tasks: "setup-{{ ansible_os_family }}.yml"
`,
  notes: [
    '`when`, `tags` and `loop` belong to the include itself; `apply` gives keywords to the tasks in the file.',
    'A file whose name is known before the run is checked before the run; others when their name is known, before the first change where facts are enough.',
  ],
  prepare: (params) => params,
  asks: () => [],
  plan: ({ file }) => ({ status: 'ok', reason: `included ${file}` }),
})
