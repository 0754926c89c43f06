import type { TaskModule } from '../task.ts'
import { describeParams, type ParamDoc } from '../tasks/describe-module.ts'

/** One module for people: summary, parameters, what is refused, return values, notes and an example. */
export function moduleText(module: TaskModule): string {
  const params = describeParams(module)
  const others = Object.entries(module.paramAliases ?? {})
  const lines = [`${module.name}: ${module.summary}`]
  if (module.aliases.length > 0) lines.push(`also called ${module.aliases.join(', ')}`)
  if (module.freeForm !== undefined)
    lines.push(`the text right behind ${module.name}: is its parameter ${module.freeForm}`)
  const section = (title: string, rows: readonly (readonly [string, string])[]) => {
    if (rows.length === 0) return
    const width = Math.max(...rows.map(([name]) => name.length))
    lines.push('', title, ...rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`))
  }
  section(
    'parameters',
    params.map((param) => [param.name, `${param.meaning} (${facts(param)})`]),
  )
  section(
    'other names of parameters',
    others.map(([name, own]) => [name, own]),
  )
  section('not supported', Object.entries(module.unsupported ?? {}))
  section('returns', Object.entries(module.returns ?? {}))
  if (module.notes && module.notes.length > 0)
    lines.push('', 'notes', ...module.notes.map((note) => `  ${note}`))
  lines.push(
    '',
    'example',
    ...module.example
      .trim()
      .replaceAll(/^(?=.)/gm, '  ')
      .split('\n'),
    '',
  )
  return lines.join('\n')
}

function facts({ type, required, default: otherwise }: ParamDoc): string {
  return [
    type,
    ...(required ? ['required'] : []),
    ...(otherwise === undefined ? [] : [`default ${otherwise}`]),
  ].join('; ')
}
