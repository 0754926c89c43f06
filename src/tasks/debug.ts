import * as z from 'zod'
import { isKnown } from '../errors.ts'
import { defineTask, type Controller } from '../task.ts'
import { fromJson, type Value } from '../value.ts'
import { int, name } from './params.ts'

interface Shown {
  result: Record<string, Value>
  reason: string
  skips?: true
}

export default defineTask({
  name: 'debug',
  aliases: ['ansible.builtin.debug', 'ansible.legacy.debug'],
  summary: 'Show a message or the value of a variable.',
  kind: () => 'local',
  params: z
    .strictObject({
      msg: z
        .unknown()
        .optional()
        .describe('What to show: text, or any value. Without msg and var: Hello world!'),
      var: name
        .optional()
        .describe('Variable or expression to show, without {{ }}. One that is not there is no failure.'),
      verbosity: int
        .default(0)
        .describe('Show it only if -v was given so many times; else the task is skipped.'),
    })
    .refine((params) => params.msg === undefined || params.var === undefined, {
      message: 'msg and var exclude each other, also where one is of module_defaults',
      path: ['var'],
    }),
  example: `
- name: Show the address
  debug:
    var: ansible_default_ipv4.address
`,
  prepare(params, controller): Shown {
    if (controller.verbosity < params.verbosity) {
      const reason = `shown with -${'v'.repeat(params.verbosity)} only`
      return { result: { skipped_reason: 'Verbosity threshold not met.' }, reason, skips: true }
    }
    if (params.var === undefined) {
      const msg = params.msg === undefined ? 'Hello world!' : fromJson(params.msg)
      return { result: { msg }, reason: 'shown' }
    }
    return { result: { [params.var]: valueOf(params.var, controller) }, reason: 'shown' }
  },
  asks: () => [],
  plan: (shown) => ({ status: 'ok', ...shown }),
})

/** As in Ansible: that a variable is not there is something to show, and no failure. */
function valueOf(expression: string, controller: Controller): Value {
  try {
    return controller.evaluate(expression)
  } catch (error) {
    if (isKnown(error) && error.code === 'undefined-variable') return 'VARIABLE IS NOT DEFINED!'
    throw error
  }
}
