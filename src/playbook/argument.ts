import * as z from 'zod'
import { HakubeError, type Place } from '../errors.ts'
import { isTemplate, str } from '../jinja/index.ts'
import type { TaskModule } from '../task.ts'
import { isDict, toJson, type Value } from '../value.ts'
import { renderTree, type TaskScope } from '../variables/scope.ts'
import type { Task } from './model.ts'

/**
 * The value of a parameter as its module takes it. A parameter of any type gets it as it is, with Python's types:
 * 1.0 is not 1, and the keys of a dict may be numbers. Others get JSON, and what JavaScript's numbers
 * cannot hold (1.0, integers of more than 53 bits) as the text that Python writes.
 */
export function argumentFor(schema: z.ZodObject, name: string, value: Value): unknown {
  const field = Object.hasOwn(schema.shape, name) ? schema.shape[name] : schema.def.catchall
  return innermost(field)?._zod.def.type === 'unknown' ? value : plain(value)
}

/** Throws for parameters that loading let pass because they could have been omitted. */
export function refuseUnsupported(
  task: Task,
  { name, unsupported = {} }: TaskModule,
  values: Readonly<Record<string, unknown>>,
): void {
  for (const key of Object.keys(values)) {
    if (!Object.hasOwn(unsupported, key)) continue
    const place = task.args.get(key)?.place ?? task.place
    const details = { code: 'unsupported-parameter', place, hint: unsupported[key] }
    throw new HakubeError(`${name}: ${key} is not supported`, details)
  }
}

/** The name of a parameter; only set_fact has names that may be templates. */
export function argumentName(module: TaskModule, written: string, place: Place, scope: TaskScope): string {
  if (module.name !== 'set_fact' || !isTemplate(written)) return written
  const name = renderTree({ value: written, place }, scope)
  return typeof name === 'string' ? name : String(toJson(name))
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
