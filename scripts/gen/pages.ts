import type { TaskModule } from '../../src/task.ts'
import { describeParams } from '../../src/tasks/describe-module.ts'

const NOTE = '<!-- Written by `npm run gen` from the module itself; do not edit. -->'

/** The list of all modules. */
export function indexPage(modules: readonly TaskModule[]): string {
  const rows = modules.map((module) => row([`[${module.name}](${module.name}.md)`, module.summary]))
  return `${NOTE}
# Modules

Names, parameters, defaults and return values are Ansible's. What Ansible has and hakube has not is refused with a
hint before any host is touched, never ignored.

${table(['Module', 'Does'], rows)}
`
}

/** The page of one module. */
export function modulePage(module: TaskModule): string {
  const sections = [
    `${NOTE}\n# ${module.name}\n\n${module.summary}`,
    module.aliases.length > 0 ? `Also called ${module.aliases.map(code).join(', ')}.` : '',
    `## Parameters\n\n${parameters(module)}`,
    freeForm(module),
    module.notes && module.notes.length > 0
      ? `## Notes\n\n${module.notes.map((note) => `- ${note}`).join('\n')}`
      : '',
    `## Example\n\n\`\`\`yaml\n${module.example.trim()}\n\`\`\``,
    module.returns ? `## Return values\n\n${pairs(['Name', 'Meaning'], module.returns)}` : '',
    module.unsupported ? `## Not supported\n\n${pairs(['Parameter', 'Instead'], module.unsupported)}` : '',
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function parameters(module: TaskModule): string {
  const docs = describeParams(module)
  if (docs.length === 0) return 'None.'
  const rows = docs.map((param) =>
    row([
      code(param.name) + (param.required ? ' (required)' : ''),
      param.type,
      param.default === undefined ? '' : code(param.default),
      param.meaning,
    ]),
  )
  return table(['Name', 'Type', 'Default', 'Meaning'], rows)
}

function freeForm(module: TaskModule): string {
  if (module.freeForm === undefined) return ''
  return `The text right behind \`${module.name}:\` is ${code(module.freeForm)}.`
}

function pairs(head: readonly string[], entries: Readonly<Record<string, string>>): string {
  return table(
    head,
    Object.entries(entries).map(([name, meaning]) => row([code(name), meaning])),
  )
}

function table(head: readonly string[], rows: readonly string[]): string {
  return [row(head), row(head.map(() => '---')), ...rows].join('\n')
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ')).join(' | ')} |`
}

function code(text: string): string {
  return `\`${text}\``
}
