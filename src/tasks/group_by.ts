import * as z from 'zod'
import { defineTask, type Plan } from '../task.ts'
import { name, texts } from './params.ts'

export default defineTask({
  name: 'group_by',
  aliases: ['ansible.builtin.group_by', 'ansible.legacy.group_by'],
  summary: 'Put a host into a group named by its variables, for the plays behind it.',
  kind: () => 'local',
  params: z.strictObject({
    key: name.describe('Name of the group; blanks become dashes.'),
    parents: texts.default(['all']).describe('Groups that the group is put into.'),
  }),
  grows: true,
  example: `- name: Tell the families apart
  group_by:
    key: os_{{ ansible_os_family }}
`,
  returns: { add_group: 'The group.', parent_groups: 'Its parents.' },
  notes: ['It reports ok: nothing on the host has changed.'],
  prepare: ({ key, parents }) => ({
    group: key.replaceAll(' ', '-'),
    parents: parents.map((one) => one.replaceAll(' ', '-')),
  }),
  asks: () => [],
  plan: ({ group, parents }): Plan => ({
    status: 'ok',
    reason: `in the group ${group}`,
    result: { add_group: group, parent_groups: [...parents] },
  }),
})
