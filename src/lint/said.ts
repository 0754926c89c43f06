import { relative, resolve } from 'node:path'
import type { HakubeError, Place } from '../errors.ts'
import type { FileProblem } from '../ha/lint/problem.ts'
import { docsOf } from '../report/docs.ts'
import type { Advice } from './advise.ts'

/** One line of the answer of `hakube lint`, wherever it comes from. */
export interface Said {
  file: string | undefined
  line: number | undefined
  column: number | undefined
  /** Of a problem: its code. Of advice: its id. */
  code: string
  message: string
  hint: string | undefined
  /** The page that says more. */
  docs: string | undefined
}

/** A mistake of a playbook or role. */
export function saidOfProblem(problem: HakubeError, cwd: string): Said {
  const { message, code, hint, place } = problem
  return { ...placeIn(place, cwd), code, message, hint, docs: docsOf(problem) }
}

/** A mistake in a configuration of keepalived or haproxy. */
export function saidOfConfig({ file, line, code, message, hint }: FileProblem): Said {
  return { file, line, column: undefined, code, message, hint, docs: undefined }
}

export function saidOfAdvice({ id, message, hint, place }: Advice, cwd: string): Said {
  return { ...placeIn(place, cwd), code: id, message, hint, docs: `docs/lint.md#${id}` }
}

function placeIn(place: Place | undefined, cwd: string): Pick<Said, 'file' | 'line' | 'column'> {
  if (!place) return { file: undefined, line: undefined, column: undefined }
  return { file: shown(place.file, cwd), line: place.line, column: place.column }
}

/** A path as a person would write it from here. */
function shown(path: string, cwd: string): string {
  const near = relative(cwd, resolve(cwd, path))
  return near === '' || near.startsWith('..') ? path : near
}

/** `file:line:column: message [code]`, as compilers write it, with what to do below it. */
export function saidLines(said: readonly Said[]): string[] {
  const before = new Map<string, string | undefined>()
  return said.flatMap(({ file, line, column, code, message, hint, docs }) => {
    const place = [file, line, column].filter((part) => part !== undefined).join(':')
    // What to do is said once, and again only where it is something else.
    const repeated = before.get(code) === `${hint} ${docs}`
    before.set(code, `${hint} ${docs}`)
    return [
      `${place === '' ? '' : `${place}: `}${message} [${code}]`,
      ...(hint === undefined || repeated ? [] : hint.split('\n').map((one) => `  ${one}`)),
      ...(docs === undefined || repeated ? [] : [`  see ${docs}`]),
    ]
  })
}

/** A workflow command of GitHub Actions, which shows it beside the line. */
export function githubLine(kind: 'error' | 'warning', said: Said): string {
  const { file, line, column, code, message, hint } = said
  const given: readonly (readonly [string, string | number | undefined])[] = [
    ['file', file],
    ['line', line],
    ['col', column],
    ['title', code],
  ]
  const properties = given
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${escaped(String(value), true)}`)
  return `::${kind} ${properties.join(',')}::${escaped(hint === undefined ? message : `${message}\n${hint}`, false)}`
}

function escaped(text: string, property: boolean): string {
  const out = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  return property ? out.replaceAll(':', '%3A').replaceAll(',', '%2C') : out
}
