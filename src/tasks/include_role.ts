import * as z from 'zod'
import { defineTask } from '../task.ts'
import { bool } from './params.ts'

const from = (folder: string) =>
  z.string().min(1).default('main').describe(`The file in the role’s \`${folder}\` to use.`)

export default defineTask({
  name: 'include_role',
  aliases: ['ansible.builtin.include_role', 'ansible.legacy.include_role'],
  summary: 'Run a role, chosen while the run goes on.',
  kind: () => 'local',
  params: z.strictObject({
    name: z.string().min(1).describe('The role.'),
    tasks_from: from('tasks'),
    vars_from: from('vars'),
    defaults_from: from('defaults'),
    handlers_from: from('handlers'),
    public: bool.default(false).describe('Whether the rest of the play sees its variables.'),
    allow_duplicates: bool.default(true).describe('Whether the same include runs each time, or once a play.'),
    rolespec_validate: bool.default(true).describe('Whether arguments are checked against argument_specs.'),
  }),
  paramAliases: { role: 'name' },
  example: `
- name: Set up what the node is for
  include_role:
    name: "{{ node_role }}"
    tasks_from: setup
`,
  notes: [
    '`when`, `tags` and `loop` belong to the include itself; `apply` gives keywords to the tasks of the role.',
    'Its variables are its own unless `public` says otherwise; its handlers can be notified by the rest of the play.',
  ],
  prepare: (params) => params,
  asks: () => [],
  plan: ({ name }) => ({ status: 'ok', reason: `included the role ${name}` }),
})
