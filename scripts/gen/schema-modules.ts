import { z } from 'zod'
import type { TaskModule } from '../../src/task.ts'
import { describeParams } from '../../src/tasks/describe-module.ts'

export type Schema = { readonly [name: string]: unknown }

/** A text with a template in it stands for a value of any type. */
const TEMPLATE: Schema = { type: 'string', pattern: String.raw`\{[{%]` }

/** What may stand behind a module in a task: its parameters, or text. */
export function moduleSchema(module: TaskModule): Schema {
  const { properties = {}, required = [] } = z.toJSONSchema(module.params, {
    io: 'input',
    unrepresentable: 'any',
  })
  const kinds = new Map(describeParams(module).map(({ name, type }) => [name, type]))
  const own = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, paramSchema(schema, kinds.get(name))]),
  )
  const aliases = Object.entries(module.paramAliases ?? {}).filter(([, name]) => Object.hasOwn(own, name))
  const others = Object.fromEntries(
    aliases.map(([alias, name]) => [alias, { ...own[name], description: `Another name of ${name}.` }]),
  )
  const refused = Object.fromEntries(
    Object.entries(module.unsupported ?? {}).map(([name, why]) => [
      name,
      { not: {}, description: `Not supported: ${why}` },
    ]),
  )
  // Required ones may come under another name.
  const needs = required.map((name) => {
    const names = [name, ...aliases.filter(([, known]) => known === name).map(([alias]) => alias)]
    return names.length === 1 ? { required: names } : { anyOf: names.map((one) => ({ required: [one] })) }
  })
  const open =
    module.params.def.catchall !== undefined && module.params.def.catchall._zod.def.type !== 'never'
  return {
    description: module.summary,
    anyOf: [
      {
        type: 'object',
        properties: { ...own, ...others, ...refused, ...applied(module) },
        ...(needs.length > 0 ? { allOf: needs } : {}),
        additionalProperties: open,
      },
      {
        type: 'string',
        description: module.freeForm === undefined ? 'name=value …' : `${module.freeForm}, as text`,
      },
      { type: 'null' },
    ],
  }
}

function paramSchema(schema: unknown, kind: string | undefined): Schema {
  const given: Schema =
    typeof schema === 'object' && schema !== null ? Object.fromEntries(Object.entries(schema)) : {}
  const { description, default: otherwise, ...rest } = given
  const said = {
    ...(description === undefined ? {} : { description }),
    ...(otherwise === undefined ? {} : { default: otherwise }),
  }
  if (kind === 'truth value') return { ...said, $ref: '#/$defs/truth' }
  if (kind === 'whole number') return { ...said, $ref: '#/$defs/whole' }
  if (takesText(rest)) return { ...said, ...rest }
  return { ...said, anyOf: [rest, TEMPLATE] }
}

/** What the engine reads beside the parameters of an include. */
function applied({ name }: TaskModule): Readonly<Record<string, Schema>> {
  if (name !== 'include_tasks' && name !== 'include_role') return {}
  return { apply: { $ref: '#/$defs/apply', description: 'Keywords for the tasks that it brings.' } }
}

/** Whether any text will do already. */
function takesText({ type, enum: words, pattern, anyOf }: Schema): boolean {
  if (Array.isArray(anyOf)) return anyOf.some((one: Schema) => takesText(one))
  const isText = type === 'string' || (Array.isArray(type) && type.includes('string'))
  return type === undefined || (isText && words === undefined && pattern === undefined)
}
