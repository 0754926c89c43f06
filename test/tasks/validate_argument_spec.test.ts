import { expect, test } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import validate from '../../src/tasks/validate_argument_spec.ts'
import type { Value } from '../../src/value.ts'
import { planLocal } from './local.ts'

// What is found wrong stands in test/playbook/argument-specs.test.ts, held against Ansible.
const variables: Record<string, Value> = { a: 'x', b: 2 }
const controller = { variable: (name: string) => variables[name], tolerant: true }
const spec = { a: { type: 'int' }, b: { type: 'int' } }

test.each([
  [
    { argument_spec: { b: { type: 'int' } } },
    { status: 'ok', reason: 'the arguments fit', result: { validate_args_context: new Map() } },
  ],
  [
    { argument_spec: spec, provided_arguments: { a: 1 }, validate_args_context: { type: 'role' } },
    { status: 'ok' },
  ],
  [
    { argument_spec: spec, provided_arguments: { c: 1 } },
    {
      status: 'fail',
      message: 'Wrong arguments:\nc is no argument: did you mean "a"?\na must be a whole number, not "x"',
      result: {
        argument_errors: ['c is no argument: did you mean "a"?', 'a must be a whole number, not "x"'],
      },
    },
  ],
])('%j', async (args, plan) => {
  expect(await planLocal(validate, args, controller)).toMatchObject(plan)
})

test('refuses the run where a role’s arguments are wrong and nothing may rescue that', async () => {
  const args = { argument_spec: spec, validate_args_context: { type: 'role', name: 'r', path: '/roles/r' } }
  const refused = planLocal(validate, args, { ...controller, tolerant: false })
  await expect(refused).rejects.toThrow(HakubeError)
  await expect(refused).rejects.toMatchObject({
    message: 'role r: a must be a whole number, not "x"',
    hint: 'see the argument_specs in /roles/r/meta',
  })
})

test.each([[{}], [{ argument_spec: 'text' }], [{ argument_spec: {}, more: 1 }]])('%j is refused', (args) => {
  expect(validate.params.safeParse(args).success).toBe(false)
})
