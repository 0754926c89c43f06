import { allKeywords } from '../../src/keywords/index.ts'
import { insteadOf } from '../../src/playbook/known-modules.ts'
import { FILTERS_INSTEAD } from '../../src/jinja/names.ts'
import { LOOKUPS_INSTEAD } from '../../src/jinja/lookups.ts'
import type { TaskModule } from '../../src/task.ts'
import { failureOf } from './proof.ts'
import { readSurvey, type Feature } from './survey-data.ts'

const PLAYBOOK = /^- (?:.*\n {2})?hosts:|^- import_playbook:/m

/** One feature, and why it is not supported; undefined = it is. */
export interface Surveyed {
  group: string
  name: string
  units: number | undefined
  failure: string | undefined
}

/** Tries every feature of the survey. */
export async function surveyed(root: string, modules: readonly TaskModule[]): Promise<Surveyed[]> {
  const out: Surveyed[] = []
  for (const [group, features] of readSurvey(root))
    for (const [name, feature] of features) {
      const proof = proofOf(group, name, feature, modules)
      const failure = typeof proof === 'string' ? proof : await failureOf(proof, root)
      out.push({ group, name, units: feature.units, failure })
    }
  return out
}

/** The feature with a proof: its own, or the example of the page of the module or keyword; else why there is none. */
function proofOf(
  group: string,
  name: string,
  feature: Feature,
  modules: readonly TaskModule[],
): Feature | string {
  if ((feature.load ?? feature.playbook ?? feature.render ?? feature.template) !== undefined) return feature
  if (group === 'modules') {
    const module = modules.find((one) => one.name === name)
    return module ? { ...feature, load: module.example } : (insteadOf(name) ?? 'not known')
  }
  const keyword = allKeywords().find((one) => one.name === name)
  const scope = group.replace(/ keywords$/, '')
  const refused = keyword?.refused.find((one) => one.scope === scope)
  if (refused) return refused.why
  if (!keyword?.doc) throw new Error(`${group}: ${name} has no proof`)
  const { example } = keyword.doc
  return { ...feature, ...(PLAYBOOK.test(example) ? { playbook: example } : { load: example }) }
}

/** docs/survey.md: what roles of the field use, and whether it is supported. */
export async function surveyPage(root: string, modules: readonly TaskModule[]): Promise<string> {
  const all = await surveyed(root, modules)
  const groups = [...new Set(all.map(({ group }) => group))]
  const supported = (list: readonly Surveyed[]) => list.filter(({ failure }) => failure === undefined).length
  return `# Survey

Written by \`npm run gen\` from the code and \`scripts/record/survey.yml\`; do not edit.

What 41 keepalived and haproxy role units of 35 public repositories use (698 tasks, 111 templates), with the number of units that use it, and whether hakube supports it. Every row has a proof: a snippet that is loaded with all that it names, or an expression that is rendered and must come out right. Role entries are counted one by one; play keywords and inventories by repositories.

| group | supported |
|---|---|
${groups
  .map((group) => {
    const list = all.filter((one) => one.group === group)
    return `| ${group} | ${supported(list)} of ${list.length} |`
  })
  .join('\n')}
| all | ${supported(all)} of ${all.length} |

${groups
  .map((group) =>
    section(
      group,
      all.filter((one) => one.group === group),
    ),
  )
  .join('\n')}`
}

function section(group: string, list: readonly Surveyed[]): string {
  const rows = list.map(({ name, units, failure }) => {
    const instead =
      failure === undefined ? '' : (FILTERS_INSTEAD.get(name) ?? LOOKUPS_INSTEAD.get(name) ?? failure)
    const text = instead.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ')
    return `| \`${name.replaceAll('|', String.raw`\|`)}\` | ${units ?? ''} | ${failure === undefined ? 'supported' : 'refused'} | ${text} |`
  })
  return `## ${group.charAt(0).toUpperCase()}${group.slice(1)}

| feature | units | | instead |
|---|---|---|---|
${rows.join('\n')}
`
}
