import type { ExitCode } from '../errors.ts'
import { githubLine, saidLines, type Said } from '../lint/said.ts'
import { cleaner } from '../report/clean.ts'
import type { Budget } from './lint-budgets.ts'
import type { LintOptions } from './options.ts'

/** Version of the JSON in docs/lint.md; raised when a field changes its meaning or goes away. */
const SCHEMA = 1

export interface Answer {
  problems: readonly Said[]
  advice: readonly Said[]
  /** What was not looked at. */
  notes: readonly string[]
  /** How many files were read. */
  files: number
  budgets: readonly Budget[]
  exitCode: ExitCode
}

/** The whole answer as text, JSON or workflow commands of GitHub Actions. */
export function inFormat(format: NonNullable<LintOptions['output']>, answer: Answer): string {
  if (format === 'json') return json(answer)
  const clean = cleaner((same) => same)
  if (format === 'github')
    return [
      ...answer.problems.map((one) => githubLine('error', one)),
      ...answer.advice.map((one) => githubLine('warning', one)),
    ]
      .map((line) => `${clean(line)}\n`)
      .join('')
  return `${text(answer).map(clean).join('\n\n')}\n`
}

function text({ problems, advice, notes, files, budgets }: Answer): string[] {
  const paragraphs = [saidLines(problems), saidLines(advice), notes.map((note) => `note: ${note}`)]
  return [
    ...paragraphs.filter((lines) => lines.length > 0).map((lines) => lines.join('\n')),
    ...(files > 0 ? [verdict(files, problems.length, advice.length)] : []),
    ...budgets.map((budget) => budget.text),
  ]
}

function verdict(files: number, problems: number, advice: number): string {
  const parts = [
    ...(problems > 0 ? [`${problems} ${problems === 1 ? 'mistake' : 'mistakes'}`] : []),
    ...(advice > 0 ? [`${advice} ${advice === 1 ? 'piece' : 'pieces'} of advice`] : []),
  ]
  return `${files} ${files === 1 ? 'file' : 'files'}: ${parts.length > 0 ? parts.join(', ') : 'nothing to say'}`
}

function json({ problems, advice, notes, budgets, exitCode }: Answer): string {
  const shown = budgets.map(({ endpoint, failover, faults }) => ({ endpoint, failover, faults }))
  const named = advice.map(({ code, ...rest }) => ({ id: code, ...rest }))
  return `${JSON.stringify({ schema: SCHEMA, exitCode, problems, advice: named, notes, budgets: shown }, undefined, 2)}\n`
}
