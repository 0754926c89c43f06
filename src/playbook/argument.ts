import * as z from 'zod'
import { str } from '../jinja/index.ts'
import { isDict, toJson, type Value } from '../value.ts'

/**
 * The value of a parameter as its module takes it. A parameter of any type gets it as it is, with Python's types:
 * 1.0 is not 1, and the keys of a dict may be numbers. Others get JSON, and what JavaScript's numbers
 * cannot hold (1.0, integers of more than 53 bits) as the text that Python writes.
 */
export function argumentFor(schema: z.ZodObject, name: string, value: Value): unknown {
  const field = Object.hasOwn(schema.shape, name) ? schema.shape[name] : schema.def.catchall
  return innermost(field)?._zod.def.type === 'unknown' ? value : plain(value)
}

function plain(value: Value): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (isDict(value) || value === null || typeof value !== 'object') {
    return typeof value === 'bigint' ? String(value) : toJson(value)
  }
  return str(value)
}

function innermost(field: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  const isWrapped =
    field instanceof z.ZodOptional || field instanceof z.ZodDefault || field instanceof z.ZodNullable
  return isWrapped ? innermost(field.def.innerType) : field
}
