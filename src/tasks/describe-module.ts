import * as z from 'zod'
import type { TaskModule } from '../task.ts'
import {
  anyPath,
  bool,
  int,
  mode,
  name,
  number,
  path,
  paths,
  rawTexts,
  source,
  text,
  texts,
} from './params.ts'

/** One parameter as the docs and `hakube modules` show it. */
export interface ParamDoc {
  name: string
  /** In words: "truth value", "path", "one of: present, absent". */
  type: string
  required: boolean
  /** As YAML; undefined = none. */
  default: string | undefined
  meaning: string
}

const NAMES = new Map<unknown, string>([
  [bool._zod.def, 'truth value'],
  [int._zod.def, 'whole number'],
  [number._zod.def, 'number'],
  [text._zod.def, 'text'],
  [name._zod.def, 'text'],
  [texts._zod.def, 'list of text'],
  [rawTexts._zod.def, 'list of text'],
  [path._zod.def, 'path'],
  [anyPath._zod.def, 'path'],
  [source._zod.def, 'path'],
  [paths._zod.def, 'list of path'],
  [mode._zod.def, 'mode'],
])

/** The parameters of a module, in their order. */
export function describeParams(module: TaskModule): ParamDoc[] {
  return Object.entries(module.params.shape).map(([name, field]) => {
    const given = field instanceof z.ZodDefault ? field.def.defaultValue : undefined
    return {
      name,
      type: typeName(field),
      required: !field.safeParse(undefined).success,
      default: given === undefined ? undefined : showDefault(given),
      meaning: (field instanceof z.ZodType ? field.description : undefined) ?? '',
    }
  })
}

function typeName(field: z.core.$ZodType): string {
  if (field instanceof z.ZodOptional || field instanceof z.ZodDefault || field instanceof z.ZodNullable) {
    return typeName(field.def.innerType)
  }
  const known = NAMES.get(field._zod.def)
  if (known !== undefined) return known
  if (field instanceof z.ZodEnum) return `one of: ${field.options.join(', ')}`
  if (field instanceof z.ZodArray) return `list of ${typeName(field.element)}`
  if (field instanceof z.ZodPipe) return typeName(field.def.in)
  if (field instanceof z.ZodUnion) {
    // A literal beside other types is another way to write one of their values.
    const types = field.options.filter((option) => !(option instanceof z.ZodLiteral))
    return [...new Set(types.map(typeName))].join(' or ')
  }
  if (field instanceof z.ZodString) return 'text'
  if (field instanceof z.ZodBoolean) return 'truth value'
  if (field instanceof z.ZodNumber) return 'number'
  if (field instanceof z.ZodRecord || field instanceof z.ZodObject) return 'mapping'
  return 'any value'
}

function showDefault(value: unknown): string {
  return value === true ? 'yes' : value === false ? 'no' : JSON.stringify(value)
}
