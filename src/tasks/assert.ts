import * as z from 'zod'
import { defineTask, type Plan } from '../task.ts'
import type { Value } from '../value.ts'
import { bool } from './params.ts'

const message = z.union([z.string(), z.array(z.string())])

export default defineTask({
  name: 'assert',
  aliases: ['ansible.builtin.assert', 'ansible.legacy.assert'],
  summary: 'Fail unless all of the given expressions are true.',
  kind: () => 'local',
  params: z
    .strictObject({
      that: z
        .union([z.string(), z.boolean(), z.array(z.union([z.string(), z.boolean()]))])
        .transform((that) => (Array.isArray(that) ? that : [that]))
        .describe('Expressions as in when, one or a list.'),
      fail_msg: message.optional().describe('What to say if one is false.'),
      msg: message.optional().describe('The same as fail_msg.'),
      success_msg: message.optional().describe('What to say if all are true.'),
      quiet: bool.default(false).describe('Leave out the expressions from the result.'),
    })
    .refine((params) => params.fail_msg === undefined || params.msg === undefined, {
      message: 'fail_msg and msg are the same: write one of them',
      path: ['msg'],
    }),
  example: `
- name: Check the port
  assert:
    that: ha_port != 6443
    fail_msg: 6443 belongs to the API server
`,
  prepare(params, controller): Plan {
    const wrong = params.that.find((item) => !(typeof item === 'boolean' ? item : controller.test(item)))
    if (wrong === undefined) {
      const msg = toValue(params.success_msg ?? 'All assertions passed')
      return { status: 'ok', reason: 'all assertions hold', result: { msg } }
    }
    const given = params.fail_msg ?? params.msg
    const result = {
      msg: toValue(given ?? 'Assertion failed'),
      ...(params.quiet ? {} : { assertion: wrong, evaluated_to: false }),
    }
    const text = given === undefined ? `Assertion failed: ${wrong}` : [given].flat().join('\n')
    return { status: 'fail', message: text, result }
  },
  asks: () => [],
  plan: (plan) => plan,
})

function toValue(message: string | string[]): Value {
  return message
}
