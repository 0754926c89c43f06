import type { KeywordType } from '../../src/keywords/doc.ts'
import { allKeywords, SCOPES } from '../../src/keywords/index.ts'
import type { TaskModule } from '../../src/task.ts'
import { moduleSchema, type Schema } from './schema-modules.ts'

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'
const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` })
const listOf = (items: Schema): Schema => ({ type: ['array', 'null'], items })

/** One schema for mappings with this key, another one for those without. */
const chosen = (key: string, yes: Schema, no: Schema): Schema =>
  Object.fromEntries([
    ['if', { required: [key] }],
    ['then', yes],
    ['else', no],
  ])

/** Types of keywords. */
const TYPES: Readonly<Record<KeywordType, Schema>> = {
  'truth value': ref('truth'),
  text: { type: ['string', 'number'] },
  'text or list of text': {
    type: ['string', 'number', 'array', 'null'],
    items: { type: ['string', 'number'] },
  },
  'whole number': ref('whole'),
  number: { type: ['number', 'string'] },
  mapping: { type: ['object', 'string', 'null'] },
  'mapping, or list of mappings': {
    anyOf: [{ type: ['object', 'string', 'null'] }, { type: 'array', items: { type: ['object', 'string'] } }],
  },
  'condition, or list of conditions': {
    type: ['string', 'boolean', 'number', 'array', 'null'],
    items: { type: ['string', 'boolean', 'number'] },
  },
  list: { type: ['array', 'string', 'null'] },
  'list of tasks': ref('tasks'),
  'list of roles': listOf(ref('role')),
  parameters: { type: ['object', 'string'] },
  'number, percentage, or list of them': {
    type: ['number', 'string', 'array'],
    items: { type: ['number', 'string'] },
  },
  'any value': {},
}

const TRUTH =
  '^(?:[Yy](?:es|ES)?|[Nn][Oo]?|O(?:N|n|FF|ff)|o(?:n|ff)|[Tt](?:rue|RUE)?|[Ff](?:alse|ALSE)?|[01])$'

/** The JSON schema of playbooks, for completion and checks in editors. */
export function playbookSchema(modules: readonly TaskModule[]): object {
  return {
    $schema: DRAFT,
    title: 'Playbooks of hakube',
    type: 'array',
    items: chosen('hosts', ref('play'), ref('import')),
    $defs: definitions(modules),
  }
}

/** The JSON schema of files of tasks. */
export function tasksSchema(): object {
  return { $schema: DRAFT, title: 'Files of tasks of hakube', $ref: 'playbook.json#/$defs/tasks' }
}

function definitions(modules: readonly TaskModule[]): Readonly<Record<string, Schema>> {
  const actions = { ...engineActions(), ...moduleActions(modules) }
  const task = scopeSchema('task', actions)
  const handler = scopeSchema('handler', actions)
  return {
    truth: {
      anyOf: [{ type: 'boolean' }, { type: 'string', pattern: TRUTH }, { enum: [0, 1] }, ref('template')],
    },
    whole: { anyOf: [{ type: 'integer' }, { type: 'string', pattern: String.raw`^\s*[+-]?\d+\s*$|\{[{%]` }] },
    template: { type: 'string', pattern: String.raw`\{[{%]` },
    play: { ...scopeSchema('play', {}, { handlers: listOf(ref('handler')) }), required: ['hosts'] },
    import: {
      ...scopeSchema('import_playbook entry', {}),
      anyOf: [{ required: ['import_playbook'] }, { required: ['ansible.builtin.import_playbook'] }],
    },
    role: {
      anyOf: [
        { type: 'string' },
        {
          ...scopeSchema('role entry', { name: { type: 'string' } }),
          anyOf: [{ required: ['role'] }, { required: ['name'] }],
          // Everything else is a variable of the role.
          additionalProperties: true,
        },
      ],
    },
    tasks: listOf(chosen('block', ref('block'), ref('task'))),
    block: { ...scopeSchema('block', {}), required: ['block'] },
    task,
    handler,
    loop_control: scopeSchema('loop_control', {}),
    apply: scopeSchema('block', {}),
    ...Object.fromEntries(modules.map((module) => [`module_${module.name}`, moduleSchema(module)])),
  }
}

/** A mapping of the keywords that may stand in a scope, and of others. Refused ones say why when the mouse is on them. */
function scopeSchema(
  scope: string,
  others: Readonly<Record<string, Schema>>,
  instead: Readonly<Record<string, Schema>> = {},
): Schema {
  const table = SCOPES[scope] ?? {}
  const keywords = new Map(allKeywords().map((keyword) => [keyword.name, keyword]))
  const properties = Object.entries(table).map(([name, support]): [string, Schema] => {
    if (support !== 'yes') return [name, { not: {}, description: `Not supported here: ${support}` }]
    const doc = keywords.get(name)?.doc
    if (name === 'loop_control')
      return [name, { ...(doc && { description: doc.about }), ...ref('loop_control') }]
    const type = instead[name] ?? (doc ? TYPES[doc.type] : {})
    const words = doc?.values && !Array.isArray(type['type']) ? type : valuesOf(type, doc?.values)
    return [name, { ...(doc && { description: doc.about }), ...words }]
  })
  return {
    type: 'object',
    properties: { ...others, ...Object.fromEntries(properties) },
    additionalProperties: false,
  }
}

function valuesOf(type: Schema, values: readonly string[] | undefined): Schema {
  return values ? { anyOf: [{ enum: values }, ref('template')] } : type
}

function moduleActions(modules: readonly TaskModule[]): Record<string, Schema> {
  return Object.fromEntries(
    modules.flatMap((module) =>
      [module.name, ...module.aliases].map((name) => [
        name,
        { description: module.summary, ...ref(`module_${module.name}`) },
      ]),
    ),
  )
}

/** What the engine does itself. */
function engineActions(): Record<string, Schema> {
  const text = { type: 'string' }
  const from = { tasks_from: text, vars_from: text, defaults_from: text, handlers_from: text }
  const role = {
    description: 'The tasks of a role, read before the run.',
    type: 'object',
    properties: {
      name: text,
      role: text,
      ...from,
      allow_duplicates: ref('truth'),
      rolespec_validate: ref('truth'),
      public: ref('truth'),
    },
    additionalProperties: false,
    anyOf: [{ required: ['name'] }, { required: ['role'] }],
  }
  const tasks = {
    description: 'The tasks of a file, read before the run.',
    anyOf: [
      text,
      { type: 'object', properties: { file: text }, required: ['file'], additionalProperties: false },
    ],
  }
  const meta = { description: 'Something that the run itself does.', type: 'string' }
  return Object.fromEntries(
    ['', 'ansible.builtin.', 'ansible.legacy.'].flatMap((prefix) => [
      [`${prefix}import_role`, { anyOf: [role, text] }],
      [`${prefix}import_tasks`, tasks],
      ...(prefix === 'ansible.legacy.' ? [] : [[`${prefix}meta`, meta] as const]),
    ]),
  )
}
