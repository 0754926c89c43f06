import { z } from 'zod'
import type { TaskModule } from '../../src/task.ts'

/** A JSON schema with one definition per module: what may stand under `copy:` in a task. */
export function schemaOf(modules: readonly TaskModule[]): object {
  const definitions = Object.fromEntries(modules.map((module) => [module.name, moduleSchema(module)]))
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Arguments of the modules of hakube',
    $defs: definitions,
  }
}

function moduleSchema(module: TaskModule): object {
  const params = z.toJSONSchema(module.params, { io: 'input', unrepresentable: 'any' })
  delete params.$schema
  // An argument may be a template, whatever its type, and a whole task may be k=v text.
  const free = {
    type: 'string',
    description: module.freeForm === undefined ? 'name=value …' : `${module.freeForm}, as text`,
  }
  return { description: module.summary, anyOf: [params, free] }
}
