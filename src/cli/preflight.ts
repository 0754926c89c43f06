import { EXIT, type ExitCode } from '../errors.ts'
import { withPort } from '../ha/address.ts'
import { CHECKS, type CheckName } from '../ha/preflight/finding.ts'
import { endpointsOf, judgeOne } from '../ha/preflight/judge.ts'
import { lookAround } from '../ha/preflight/look.ts'
import type { PreflightSeen } from '../ha/preflight/seen.ts'
import { cleaner } from '../report/clean.ts'
import { redactTexts } from '../report/json.ts'
import { createStyle } from '../report/style.ts'
import { formatReport, type Shown, type Wording } from '../verify/report.ts'
import { session } from '../verify/session.ts'
import { bundledPlaybook } from './bundled.ts'
import type { SharedOptions } from './options.ts'
import { wantsColor } from './output.ts'
import { runOptions } from './run-options.ts'
import type { Terminal } from './terminal.ts'

/** Version of the JSON in docs/preflight.md; raised when a field changes its meaning or goes away. */
const SCHEMA = 1

const WORDING: Wording<CheckName> = {
  titles: CHECKS,
  verdicts: {
    well: 'can be set up',
    partly: 'can be set up as far as it was seen',
    failed: 'is refused',
  },
}

/** `hakube preflight`: what `hakube apply` looks at before its first change, whether or not there is one. */
export async function preflight(options: SharedOptions, terminal: Terminal): Promise<ExitCode> {
  const given = await runOptions(bundledPlaybook(), { ...options, adopt: true }, terminal, 'hakube preflight')
  const redact = (text: string) => given.redactor.redact(text)
  const clean = cleaner(redact)
  const said = new Set<string>()
  const warn = (text: string): void => {
    if (!said.has(text)) terminal.stderr.write(`warning: ${clean(text)}\n`)
    said.add(text)
  }
  let seen: PreflightSeen | undefined
  await session({ ...given, bundled: true }, warn, async (scene, { unreachable }) => {
    if (!terminal.interrupt.aborted)
      ({ seen } = await lookAround(scene, { unreachable, thorough: true, mayStart: false }))
  })
  if (terminal.interrupt.aborted || !seen) return EXIT.interrupted
  const shown = endpointsOf(seen).map((one): Shown<CheckName> => {
    return { endpoint: nameOf(one), findings: judgeOne(one) }
  })
  const exitCode = verdict(seen, shown)
  if (options.output === 'json') {
    const data = { schema: SCHEMA, passed: exitCode === EXIT.ok, exitCode, endpoints: shown }
    terminal.stdout.write(`${JSON.stringify(redactTexts(data, redact), undefined, 2)}\n`)
    return exitCode
  }
  const style = createStyle(wantsColor(terminal))
  const lines = shown.flatMap((one, index) => [
    ...(index > 0 ? [''] : []),
    ...formatReport(one, WORDING, style, clean),
  ])
  terminal.stdout.write(`${lines.join('\n')}\n`)
  return exitCode
}

/** What was seen is certain, so it goes before hosts that were not. */
function verdict(seen: PreflightSeen, shown: readonly Shown<CheckName>[]): ExitCode {
  if (shown.some(({ findings }) => findings.some(({ level }) => level === 'fail'))) return EXIT.unhealthy
  return seen.missing.size > 0 ? EXIT.unreachable : EXIT.ok
}

function nameOf(seen: PreflightSeen): string {
  const [view] = seen.views.values()
  return (view?.vips ?? []).map((vip) => withPort(vip, view?.port ?? 0)).join(', ')
}
