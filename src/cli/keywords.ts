import { EXIT, HakubeError, type ExitCode } from '../errors.ts'
import { allKeywords, type Keyword } from '../keywords/index.ts'
import { didYouMean } from '../suggest.ts'
import type { Terminal } from './terminal.ts'

/** `hakube keywords`: the list with a line each, or all about one keyword. */
export function keywords(name: string | undefined, terminal: Terminal): ExitCode {
  const all = allKeywords()
  if (name === undefined) {
    const width = Math.max(...all.map((one) => one.name.length))
    const lines = all.map((one) => `${one.name.padEnd(width)}  ${summary(one)}`)
    terminal.stdout.write(`${lines.join('\n')}\n`)
    return EXIT.ok
  }
  const found = all.find((one) => one.name === name)
  if (!found) {
    throw new HakubeError(`there is no keyword ${name}`, {
      code: 'unknown-keyword',
      hint:
        didYouMean(
          name,
          all.map((one) => one.name),
        ) ?? '`hakube keywords` lists them',
      docs: 'keywords.md',
    })
  }
  terminal.stdout.write(`${keywordLines(found).join('\n')}\n`)
  return EXIT.ok
}

function summary({ doc, where, refused }: Keyword): string {
  if (where.length === 0) return `not supported: ${refused[0]?.why ?? ''}`
  return doc?.about ?? `may stand in ${where.join(', ')}`
}

function keywordLines({ name, doc, where, refused }: Keyword): string[] {
  return [
    `${name}: ${doc?.about ?? ''}`,
    '',
    ...(where.length > 0 ? [`may stand in  ${where.join(', ')}`] : []),
    ...(doc ? [`takes         ${doc.type}`] : []),
    ...(doc?.values ? [`one of        ${doc.values.join(', ')}`] : []),
    ...(doc?.default === undefined ? [] : [`default       ${doc.default}`]),
    ...refused.map(({ scope, why }) => `refused       in a ${scope}: ${why}`),
    ...(doc?.differs === undefined ? [] : ['', `Other than in Ansible: ${doc.differs}`]),
    ...(doc && where.length > 0
      ? [
          '',
          'example',
          ...doc.example
            .trimEnd()
            .split('\n')
            .map((line) => `  ${line}`),
        ]
      : []),
  ]
}
