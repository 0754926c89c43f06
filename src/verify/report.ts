import { cleanTexts, oneLine, type Clean } from '../report/clean.ts'
import { table, type Cell } from '../report/columns.ts'
import { formatDiff } from '../report/diff.ts'
import type { Style } from '../report/style.ts'
import { CHECKS, type CheckName, type Finding, type Level } from './finding.ts'

/** A level in words, and its colour. */
const LEVELS: Readonly<Record<Level, { word: string; paint: keyof Style }>> = {
  ok: { word: 'ok', paint: 'green' },
  warn: { word: 'warn', paint: 'yellow' },
  unknown: { word: 'not seen', paint: 'magenta' },
  fail: { word: 'FAIL', paint: 'red' },
}

export interface Shown<Check extends string = CheckName> {
  /** Where clients reach the endpoint. */
  endpoint: string
  findings: readonly Finding<Check>[]
}

/** How a command calls its checks, and what it concludes for an endpoint. */
export interface Wording<Check extends string> {
  titles: Readonly<Record<Check, string>>
  /** Nothing failed; nothing failed, but not all was seen; something failed. */
  verdicts: { well: string; partly: string; failed: string }
}

const VERIFY: Wording<CheckName> = {
  titles: CHECKS,
  verdicts: {
    well: 'is highly available now',
    partly: 'is well as far as it was seen',
    failed: 'is not highly available now',
  },
}

/** The findings of verify about one endpoint as lines. */
export function formatFindings(shown: Shown, style: Style, clean: Clean): string[] {
  return formatReport(shown, VERIFY, style, clean)
}

/** The findings of one endpoint as lines: a table, and below it what is not well, with reasons and differences. */
export function formatReport<Check extends string>(
  shown: Shown<Check>,
  wording: Wording<Check>,
  style: Style,
  clean: Clean,
): string[] {
  const findings = shown.findings.map((finding) => cleanTexts(finding, (text) => oneLine(clean(text))))
  const rows = findings.map((finding): Cell[] => [
    { text: LEVELS[finding.level].word, paint: style[LEVELS[finding.level].paint] },
    { text: wording.titles[finding.check] },
    { text: finding.where },
    { text: finding.what },
  ])
  const titles = ['', 'check', 'where', 'what was seen'].map((title) => ({ title }))
  const problems = shown.findings.flatMap((finding, index) =>
    finding.level === 'ok'
      ? []
      : ['', ...details(findings[index] ?? finding, finding, wording, style, clean)],
  )
  return [
    style.bold(clean(shown.endpoint)),
    '',
    ...table(titles, rows, style.dim),
    ...problems,
    '',
    summary(shown, wording, style),
  ]
}

/** `cleaned` is the finding with its texts on one line; a difference is cleaned line by line. */
function details<Check extends string>(
  cleaned: Finding<Check>,
  finding: Finding<Check>,
  { titles }: Wording<Check>,
  style: Style,
  clean: Clean,
): string[] {
  const { word, paint } = LEVELS[cleaned.level]
  const diffs = (finding.diff ?? []).flatMap((diff) => shortened(formatDiff(diff, style, clean), style))
  return [
    `${style[paint](word)} ${style.bold(`${titles[cleaned.check]}, ${cleaned.where}`)}: ${cleaned.what}`,
    ...(cleaned.why === undefined ? [] : [`  ${style.cyan('why:')}  ${cleaned.why}`]),
    ...(cleaned.todo === undefined ? [] : [`  ${style.cyan('do:')}   ${cleaned.todo}`]),
    ...diffs,
  ]
}

/** Lines of one difference that a report shows: files that are new as a whole would bury the rest. */
const MOST_LINES = 30

function shortened(lines: readonly string[], style: Style): string[] {
  const more = lines.length - MOST_LINES
  const shown = more > 1 ? lines.slice(0, MOST_LINES) : lines
  const rest = more > 1 ? [style.dim(`… ${more} more lines: \`hakube check\` shows them`)] : []
  return [...shown, ...rest].map((line) => `    ${line}`)
}

function summary<Check extends string>(
  { endpoint, findings }: Shown<Check>,
  { verdicts }: Wording<Check>,
  style: Style,
): string {
  const of = (level: Level) => findings.filter((finding) => finding.level === level).length
  const counts = [
    `${of('ok')} ok`,
    ...(of('warn') > 0 ? [`${of('warn')} to look at`] : []),
    ...(of('unknown') > 0 ? [`${of('unknown')} not seen`] : []),
    ...(of('fail') > 0 ? [`${of('fail')} failed`] : []),
  ].join(', ')
  const verdict =
    of('fail') > 0
      ? style.red(verdicts.failed)
      : of('unknown') > 0
        ? style.magenta(verdicts.partly)
        : style.green(verdicts.well)
  return `${style.bold(endpoint)} ${verdict}: ${counts}`
}
