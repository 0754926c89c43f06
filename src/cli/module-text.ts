import * as z from 'zod'
import type { TaskModule } from '../task.ts'

/** One module for people: summary, parameters, what is refused, and an example. */
export function moduleText(module: TaskModule): string {
  const lines = [`${module.name}: ${module.summary}`]
  if (module.aliases.length > 0) lines.push(`also called ${module.aliases.join(', ')}`)
  lines.push('', 'parameters')
  const fields = Object.entries(module.params.shape)
  const width = Math.max(0, ...fields.map(([name]) => name.length))
  for (const [name, field] of fields) lines.push(`  ${name.padEnd(width)}  ${describeField(field)}`)
  const refused = Object.entries(module.unsupported ?? {})
  if (refused.length > 0) lines.push('', 'not supported')
  for (const [name, why] of refused) lines.push(`  ${name.padEnd(width)}  ${why}`)
  lines.push(
    '',
    'example',
    ...module.example
      .trim()
      .split('\n')
      .map((line) => `  ${line}`),
    '',
  )
  return lines.join('\n')
}

function describeField(field: z.core.$ZodType): string {
  const meaning = z.globalRegistry.get(field)?.description ?? ''
  const required = z.safeParse(field, undefined).success ? '' : ' (required)'
  return `${meaning}${required}`
}
