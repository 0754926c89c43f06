import { allKeywords, type Keyword, SCOPES } from '../../src/keywords/index.ts'

/** docs/keywords.md: a section for every keyword, and a table of where each may stand. */
export function keywordsPage(): string {
  const keywords = allKeywords()
  const scopes = Object.keys(SCOPES)
  const rows = keywords.map(({ name, where, refused }) => {
    const cells = scopes.map((scope) =>
      where.includes(scope) ? 'yes' : refused.some((one) => one.scope === scope) ? 'refused' : '',
    )
    return `| [\`${name}\`](#${name}) | ${cells.join(' | ')} |`
  })
  return `# Keywords

Written by \`npm run gen\` from the code; do not edit.

Every keyword of Ansible’s plays, blocks, tasks, handlers, role entries and loop_control, and where it may stand. \`hakube keywords NAME\` shows one in the terminal. What is refused is refused before any host is touched, by file, line and column.

| keyword | ${scopes.join(' | ')} |
|---|${scopes.map(() => '---').join('|')}|
${rows.join('\n')}

${keywords.map(section).join('\n')}`
}

function section({ name, doc, where, refused }: Keyword): string {
  const facts = [
    ...(where.length > 0 ? [`May stand in: ${where.join(', ')}.`] : []),
    ...(doc
      ? [
          `Takes: ${doc.type}${doc.values ? ` (${doc.values.map((value) => `\`${value}\``).join(', ')})` : ''}.`,
        ]
      : []),
    ...(doc?.default === undefined ? [] : [`Default: \`${doc.default}\`.`]),
  ]
  const reasons = [...new Set(refused.map(({ why }) => why))].map((why) => {
    const scopes = refused.filter((one) => one.why === why).map(({ scope }) => scope)
    return where.length === 0 && new Set(refused.map((one) => one.why)).size === 1
      ? `Not supported: ${why}.`
      : `Refused in: ${scopes.join(', ')}; ${why}.`
  })
  const paragraphs = [
    `## ${name}`,
    doc?.about ?? 'Not described yet.',
    [...facts, ...reasons].join(' '),
    ...(doc?.differs === undefined ? [] : [`Other than in Ansible: ${doc.differs}`]),
    ...(doc && where.length > 0 ? [`\`\`\`yaml\n${doc.example.trimEnd()}\n\`\`\``] : []),
  ]
  return `${paragraphs.join('\n\n')}\n`
}
