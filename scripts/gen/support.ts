import { FILTERS } from '../../src/jinja/filters/index.ts'
import { BUILT_IN_LOOKUPS } from '../../src/jinja/lookups-pure.ts'
import { TESTS } from '../../src/jinja/tests.ts'
import { allKeywords } from '../../src/keywords/index.ts'
import { LOOKUPS } from '../../src/playbook/environment.ts'
import { insteadOf } from '../../src/playbook/known-modules.ts'
import { FILTERS_INSTEAD } from '../../src/jinja/names.ts'
import { LOOKUPS_INSTEAD } from '../../src/jinja/lookups.ts'
import type { TaskModule } from '../../src/task.ts'
import { readRecord, type AnsibleRecord } from './record.ts'

/** Modules of Ansible that the engine itself is. */
const ENGINE = new Set(['meta', 'import_playbook', 'import_role', 'import_tasks'])

/** docs/support.md: hakube held against the names of ansible-core. */
export function supportPage(root: string, modules: readonly TaskModule[]): string {
  const record = readRecord(root)
  const rows = Object.entries(record.modules).map(([name, params]) => moduleRow(name, params, modules))
  const count = (list: readonly Row[]) => `${list.filter((row) => row.supported).length} of ${list.length}`
  const core = rows.filter((row) => row.name.startsWith('ansible.builtin.'))
  const own = modules
    .filter(({ name }) => name.startsWith('ha_'))
    .map(({ name }) => `[\`${name}\`](modules/${name}.md)`)
  const later = modules
    .filter(({ aliases }) => aliases.some((alias) => alias.startsWith('ansible.builtin.')))
    .filter(({ name }) => !Object.hasOwn(record.modules, `ansible.builtin.${name}`))
    .map(({ name }) => `[\`${name}\`](modules/${name}.md)`)
  const keywords = keywordRows(record)
  const filters = plugins(record.filters, (name) => FILTERS.has(name))
  const tests = plugins(record.tests, (name) => TESTS.has(name))
  const lookups = plugins(record.lookups, (name) => BUILT_IN_LOOKUPS.has(name) || LOOKUPS.has(name))
  return `# Support

Written by \`npm run gen\` from the code and the recorded names of ansible-core ${record.version} (\`scripts/record\`); do not edit.

What is not supported is refused before any host is touched, with file, line and column; modules of other systems (pacman, zypper, win_…) only fail on a host that reaches them, and so do those that \`--without\` names. “Not known” means that the name is refused like any other unknown one.

| | supported |
|---|---|
| modules of ansible-core | ${count(core)} |
| modules of ansible.posix and of other collections that roles of this field use | ${count(rows.filter((row) => !core.includes(row)))} |
| keywords | ${count(keywords)} |
| filters | ${count(filters)} |
| tests | ${count(tests)} |
| lookups | ${count(lookups)} |

See also the [survey](survey.md): what roles of this field use, and how much of it there is.

## Modules

hakube’s own: ${own.join(', ')}.

Of ansible-core since that release: ${later.join(', ')}.

| module | | parameters | not supported |
|---|---|---|---|
${rows.map(({ cells }) => `| ${cells.join(' | ')} |`).join('\n')}

## Keywords

| keyword | | |
|---|---|---|
${keywords.map(({ cells }) => `| ${cells.join(' | ')} |`).join('\n')}

## Filters

${pluginText(filters)}

## Tests

${pluginText(tests)}

## Lookups

${pluginText(lookups)}
`
}

interface Row {
  name: string
  supported: boolean
  cells: readonly string[]
}

function moduleRow(
  name: string,
  params: Readonly<Record<string, readonly string[]>>,
  modules: readonly TaskModule[],
): Row {
  const short = name.slice(name.lastIndexOf('.') + 1)
  if (ENGINE.has(short)) return { name, supported: true, cells: [code(name), 'supported', '', ''] }
  const module = modules.find((one) => one.name === short || one.aliases.includes(name))
  if (!module) {
    const instead = insteadOf(name)
    return {
      name,
      supported: false,
      cells: [code(name), instead === undefined ? 'not known' : 'refused', '', instead ?? ''],
    }
  }
  const names = Object.keys(params)
  const knows = (one: string) =>
    ['free_form', 'free-form'].includes(one) ||
    // Taken out of the include when it is loaded.
    (one === 'apply' && module.name.startsWith('include_')) ||
    Object.hasOwn(module.params.shape, one) ||
    Object.hasOwn(module.paramAliases ?? {}, one)
  const missing = names.filter((one) => !knows(one) || Object.hasOwn(module.unsupported ?? {}, one))
  const refused = missing.map((one) => code(one)).join(', ')
  const link = `[${code(name)}](modules/${module.name}.md)`
  const share = names.length === 0 ? '' : `${names.length - missing.length} of ${names.length}`
  return { name, supported: true, cells: [link, 'supported', share, refused] }
}

function keywordRows({ keywords }: AnsibleRecord): Row[] {
  const known = new Map(allKeywords().map((keyword) => [keyword.name, keyword]))
  return Object.keys(keywords).map((name) => {
    const keyword = known.get(name)
    const link = keyword ? `[${code(name)}](keywords.md#${name})` : code(name)
    if (!keyword) return { name, supported: false, cells: [link, 'not known', ''] }
    const why = [...new Set(keyword.refused.map((one) => one.why))].join('; ')
    if (keyword.where.length === 0) return { name, supported: false, cells: [link, 'refused', cell(why)] }
    return { name, supported: true, cells: [link, 'supported', `in ${keyword.where.join(', ')}`] }
  })
}

function plugins(names: readonly string[], has: (name: string) => boolean): Row[] {
  return names.map((name) => ({ name, supported: has(name), cells: [] }))
}

/** What a user is told of lookups and filters that are not there. */
const PLUGINS_INSTEAD: ReadonlyMap<string, string> = new Map([...FILTERS_INSTEAD, ...LOOKUPS_INSTEAD])

function pluginText(rows: readonly Row[]): string {
  const yes = rows.filter((row) => row.supported).map(({ name }) => code(name))
  const no = rows.filter((row) => !row.supported).map(({ name }) => name)
  const instead = no.filter((name) => PLUGINS_INSTEAD.has(name))
  const unknown = no.filter((name) => !instead.includes(name)).map(code)
  return [
    `Supported: ${yes.join(', ')}.`,
    ...(unknown.length > 0 ? [`Not known: ${unknown.join(', ')}.`] : []),
    ...(instead.length > 0
      ? [
          `| refused | instead |\n|---|---|\n${instead.map((name) => `| ${code(name)} | ${cell(PLUGINS_INSTEAD.get(name) ?? '')} |`).join('\n')}`,
        ]
      : []),
  ].join('\n\n')
}

function code(text: string): string {
  return `\`${text}\``
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`)
}
