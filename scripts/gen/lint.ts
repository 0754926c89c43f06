import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Rule } from '../../src/lint/rule.ts'
import { RULES } from '../../src/lint/rules/index.ts'

const BEGIN = '<!-- From here on written by `npm run gen` from src/lint/rules; do not edit. -->'

/** docs/lint.md: its own text, and behind it a section for each piece of advice. */
export function lintPage(root: string): string {
  const page = readFileSync(path.join(root, 'docs/lint.md'), 'utf8')
  const at = page.indexOf(BEGIN)
  if (at < 0) throw new Error(`docs/lint.md has no line ${BEGIN}`)
  const rows = RULES.map(
    ({ id, summary }) => `| [\`${id}\`](#${id}) | ${summary.replaceAll('|', String.raw`\|`)} |`,
  )
  return `${page.slice(0, at)}${BEGIN}

| advice | what |
|---|---|
${rows.join('\n')}

${RULES.map(section).join('\n')}`
}

function section({ id, alsoKnownAs, summary, why, bad, good }: Rule): string {
  const others = alsoKnownAs.filter((name) => name !== id)
  const also =
    others.length > 0 ? ` In noqa comments also ${others.map((name) => `\`${name}\``).join(', ')}.` : ''
  return `## ${id}

${summary.charAt(0).toUpperCase()}${summary.slice(1)}. ${why}${also}

\`\`\`yaml
${bad}\`\`\`

Better:

\`\`\`yaml
${good}\`\`\`
`
}
