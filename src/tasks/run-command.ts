import type { Answer } from '../connect/connection.ts'
import { type Script, nothing, sh } from '../shell/sh.ts'
import type { Plan, Result } from '../task.ts'
import type { Value } from '../value.ts'
import type { World, WorldQuestion } from '../world/world.ts'
import { type Pattern, asksOfPattern, isThere } from './path-pattern.ts'

/** What command and shell have in common once their arguments are read. */
export interface Run {
  /** The program and its arguments, as shell text that ends in the program (`exec …`). */
  program: Script
  /** For the result: the words of command, the text of shell. */
  cmd: Value
  /** The first line of the command, for messages. */
  shown: string
  chdir: string | undefined
  creates: Pattern | undefined
  removes: Pattern | undefined
  stdin: string | undefined
  stripEmptyEnds: boolean
}

// Its own stream would be better, but standard output and error are all that comes back.
const BEGIN = '#hakube began '
const END = '\n#hakube ended '

export function asksOfRun(run: Run): WorldQuestion[] {
  return [run.creates, run.removes].flatMap((pattern) => (pattern ? [asksOfPattern(pattern)] : []))
}

export function planRun(run: Run, world: World): Plan {
  const { creates, removes } = run
  if (creates && isThere(creates, world)) return notRun(run, creates.text, 'exists')
  if (removes && !isThere(removes, world)) return notRun(run, removes.text, 'does not exist')
  return {
    status: 'change',
    summary: `run ${run.shown}`,
    diff: [],
    apply: runScript(run),
    effects: [],
    openEnded: true,
  }
}

function notRun(run: Run, path: string, why: string): Plan {
  const stdout = `skipped, since ${path} ${why}`
  return {
    status: 'ok',
    reason: `${path} ${why}`,
    result: {
      ...output(run, { code: 0, stdout, stderr: '' }),
      start: null,
      end: null,
      delta: null,
      msg: `Did not run command since '${path}' ${why}`,
    },
  }
}

/** The time is the host's own. Busybox may have no %N; the result then has whole seconds. */
function runScript(run: Run): Script {
  const cd = run.chdir === undefined ? nothing : sh`cd -- ${run.chdir} || exit 1`
  const program = sh`( ${run.program} )`
  const fed = run.stdin === undefined ? sh`${program} </dev/null` : sh`printf %s ${run.stdin} | ${program}`
  return sh`${cd}
date ${`+${BEGIN}%Y-%m-%d %H:%M:%S.%N`}
${fed}
code=$?
printf '\n'
date ${`+${END.trimStart()}%Y-%m-%d %H:%M:%S.%N`}
exit "$code"`
}

/** rc, stdout, stderr, their lines, start, end and delta, as Ansible gives them. */
export function resultOfRun(run: Run, answer: Answer): Result {
  const text = answer.stdout.toString('utf8')
  const begins = text.startsWith(BEGIN) ? text.indexOf('\n') : -1
  // The last one: a process left behind may print after it, and the command's own output before it.
  const ends = text.lastIndexOf(END)
  const start = begins === -1 ? undefined : readTime(text.slice(BEGIN.length, begins))
  const end = ends === -1 ? undefined : readTime(text.slice(ends + END.length))
  const stdout = text.slice(begins + 1, ends === -1 ? undefined : Math.max(ends, begins + 1))
  return {
    ...output(run, { code: answer.code, stdout, stderr: answer.stderr.toString('utf8') }),
    start: start?.text ?? null,
    end: end?.text ?? null,
    delta: start && end ? showDelta(end.micros - start.micros) : null,
    msg: answer.code === 0 ? '' : 'non-zero return code',
  }
}

export function failureOfRun(run: Run, answer: Answer): string {
  const lines = answer.stderr.toString('utf8').trim().split('\n')
  const last = lines.at(-1)?.trim() ?? ''
  return `${run.shown} ended with return code ${answer.code}${last === '' ? '' : `: ${last}`}`
}

function output(run: Run, answer: { code: number; stdout: string; stderr: string }): Result {
  const stdout = run.stripEmptyEnds ? answer.stdout.replace(/[\r\n]+$/, '') : answer.stdout
  const stderr = run.stripEmptyEnds ? answer.stderr.replace(/[\r\n]+$/, '') : answer.stderr
  return {
    cmd: run.cmd,
    rc: answer.code,
    stdout,
    stderr,
    stdout_lines: splitLines(stdout),
    stderr_lines: splitLines(stderr),
  }
}

/** Python's str.splitlines. */
export function splitLines(text: string): string[] {
  const lines = text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

interface Time {
  /** As Python writes a datetime. */
  text: string
  micros: number
}

function readTime(text: string): Time | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{6})?/.exec(text)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number)
  const micros = Number(match[7] ?? 0)
  const seconds = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second) / 1000
  const shown = match[7] === undefined ? match[0].replace(/\.$/, '') : match[0]
  return { text: shown, micros: seconds * 1_000_000 + micros }
}

/** As Python writes a timedelta: 0:00:01.234567. */
export function showDelta(micros: number): string {
  const left = Math.max(0, micros)
  const seconds = Math.floor(left / 1_000_000)
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const [hours, ...rest] = clock
  const fraction = left % 1_000_000
  const text = [String(hours), ...rest.map((part) => String(part).padStart(2, '0'))].join(':')
  return fraction === 0 ? text : `${text}.${String(fraction).padStart(6, '0')}`
}
