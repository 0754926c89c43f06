import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { format } from 'oxfmt'
import { supportPage } from './support.ts'
import { surveyPage } from './survey.ts'
import type { TaskModule } from '../../src/task.ts'
import { failoverPage } from './failover.ts'
import { keywordsPage } from './keywords.ts'
import { languagePage } from './language.ts'
import { lintPage } from './lint.ts'
import { indexPage, modulePage } from './pages.ts'
import { playbookSchema, tasksSchema } from './schema.ts'

interface Found {
  /** Without its extension: copy. */
  file: string
  /** Name for the import; `package` is a reserved word. */
  variable: string
  module: TaskModule
}

/** All generated files: path from the project's root → text. */
export async function generate(root: string): Promise<Map<string, string>> {
  const found = await findModules(path.join(root, 'src/tasks'))
  const modules = found.map((each) => each.module)
  const files = new Map([
    ['src/tasks/index.ts', indexSource(found)],
    ['docs/playbooks.md', languagePage()],
    ['docs/failover.md', failoverPage(root)],
    ['docs/keywords.md', keywordsPage()],
    ['docs/support.md', supportPage(root, modules)],
    ['docs/survey.md', await surveyPage(root, modules)],
    ['docs/lint.md', lintPage(root)],
    ['docs/modules/README.md', indexPage(modules)],
    ['docs/schema/playbook.json', JSON.stringify(playbookSchema(modules))],
    ['docs/schema/tasks.json', JSON.stringify(tasksSchema())],
  ])
  for (const [name, text] of files)
    if (!name.endsWith('.md')) files.set(name, await formatted(root, name, text))
  for (const module of modules) files.set(`docs/modules/${module.name}.md`, modulePage(module))
  return files
}

/** As the project's formatter leaves it, so that formatting all files changes nothing. */
async function formatted(root: string, name: string, text: string): Promise<string> {
  const settings = JSON.parse(await readFile(path.join(root, '.oxfmtrc.json'), 'utf8'))
  const { code, errors } = await format(name, text, settings)
  if (errors.length > 0) throw new Error(`${name}: ${JSON.stringify(errors)}`)
  return code
}

/** Every task module that a file of this folder exports by default, by name. */
async function findModules(folder: string): Promise<Found[]> {
  const found: Found[] = []
  for (const entry of await readdir(folder)) {
    if (!entry.endsWith('.ts') || entry === 'index.ts') continue
    const file = entry.slice(0, -'.ts'.length)
    const exported: unknown = await import(pathToFileURL(path.join(folder, entry)).href)
    const module = isRecord(exported) ? exported['default'] : undefined
    if (isModule(module)) found.push({ file, variable: file === 'package' ? 'package_' : file, module })
  }
  return found.toSorted((a, b) => (a.file < b.file ? -1 : 1))
}

function isModule(value: unknown): value is TaskModule {
  return isRecord(value) && ['name', 'params', 'asks', 'plan'].every((field) => field in value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function indexSource(found: readonly Found[]): string {
  const imports = found.map((each) => `import ${each.variable} from './${each.file}.ts'`)
  return `// Written by \`npm run gen\` from the files of this folder; do not edit.
import type { TaskModule } from '../task.ts'
${imports.join('\n')}

const all: readonly TaskModule[] = [
${found.map((each) => `  ${each.variable},`).join('\n')}
]

/** Every module under its own name. */
export const modules: ReadonlyMap<string, TaskModule> = new Map(all.map((module) => [module.name, module]))

const byName = new Map(all.flatMap((module) => [module.name, ...module.aliases].map((name) => [name, module])))

/**
 * The module of this name or of one of its other names. Modules that have left Ansible's core for a collection are also
 * found as ansible.builtin.NAME and ansible.legacy.NAME, as in ansible-core.
 */
export function findModule(name: string): TaskModule | undefined {
  const known = byName.get(name)
  const [, short] = known ? [] : (/^ansible\\.(?:builtin|legacy)\\.(\\w+)$/.exec(name) ?? [])
  const moved = short === undefined ? undefined : modules.get(short)
  return known ?? (moved?.aliases.some((alias) => /^(?!ansible\\.builtin\\.)\\w+\\.\\w+\\./.test(alias)) ? moved : undefined)
}

/** All names under which modules can be called. */
export function moduleNames(): string[] {
  return [...byName.keys()]
}
`
}
