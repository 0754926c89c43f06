import * as z from 'zod'
import { HakubeError, throwAll } from '../errors.ts'
import { str } from '../jinja/index.ts'
import { defineTask, type Plan } from '../task.ts'
import { fromJson, isDict, type Dict, type Value } from '../value.ts'
import { checkArguments } from './argument-spec.ts'

const mapping = z.record(z.string(), z.unknown())

export default defineTask({
  name: 'validate_argument_spec',
  aliases: ['ansible.builtin.validate_argument_spec', 'ansible.legacy.validate_argument_spec'],
  summary: 'Hold variables against a specification of arguments.',
  kind: () => 'local',
  params: z.strictObject({
    argument_spec: mapping.describe(
      'Arguments by name, each with type, required, choices, options and so on.',
    ),
    provided_arguments: mapping
      .default({})
      .describe('Arguments that go before the variables of the same names; others of them are mistakes.'),
    validate_args_context: mapping.default({}).describe('Where the specification comes from, for messages.'),
  }),
  example: `
- name: Check what the next tasks need
  validate_argument_spec:
    argument_spec:
      ha_port: {type: int, required: true}
      ha_mode: {choices: [stacked, pair]}
`,
  returns: {
    argument_errors: 'What is wrong, a sentence each.',
    argument_spec_data: 'The specification.',
    validate_args_context: 'What was given under that name.',
  },
  notes: [
    'hakube runs it by itself before the tasks of a role that has `argument_specs`, as Ansible does. What it finds there refuses the run before the first change, where the variables are known by then.',
    'As in Ansible, defaults in the specification are not given to the variables.',
  ],
  prepare(params, controller): Plan {
    const spec = dictOf(params.argument_spec)
    const provided = dictOf(params.provided_arguments)
    const context = dictOf(params.validate_args_context)
    const given: Dict = new Map()
    for (const key of spec.keys()) {
      const value = provided.has(key) ? undefined : controller.variable(String(key))
      if (value !== undefined) given.set(key, value)
    }
    const problems = checkArguments(spec, new Map([...given, ...provided]))
    if (problems.length === 0) {
      const result = { msg: 'The arguments fit their specification', validate_args_context: context }
      return { status: 'ok', reason: 'the arguments fit', result }
    }
    if (context.get('type') === 'role' && controller.tolerant !== true)
      throwAll(problems.map((text) => wrong(text, context)))
    const message = `Wrong arguments:\n${problems.join('\n')}`
    const result = {
      msg: message,
      argument_errors: [...problems],
      argument_spec_data: spec,
      validate_args_context: context,
    }
    const hint = hintOf(context)
    return { status: 'fail', message, ...(hint === undefined ? {} : { hint }), result }
  },
  asks: () => [],
  plan: (plan) => plan,
})

function wrong(text: string, context: Dict): HakubeError {
  const message = `role ${str(context.get('name') ?? '')}: ${text}`
  return new HakubeError(message, { code: 'wrong-role-argument', hint: hintOf(context) })
}

function hintOf(context: Dict): string | undefined {
  const path = context.get('path')
  return typeof path === 'string' ? `see the argument_specs in ${path}/meta` : undefined
}

function dictOf(value: Record<string, unknown>): Dict {
  const out: Value = fromJson(value)
  return isDict(out) ? out : new Map()
}
