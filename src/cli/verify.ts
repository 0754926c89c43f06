import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { EXIT, HakubeError, type ExitCode } from '../errors.ts'
import { withPort } from '../ha/address.ts'
import { cleaner } from '../report/clean.ts'
import { redactTexts } from '../report/json.ts'
import { createStyle } from '../report/style.ts'
import { endpointsOf, evaluate } from '../verify/evaluate.ts'
import { junit } from '../verify/junit.ts'
import { observe } from '../verify/observe.ts'
import { formatFindings, type Shown } from '../verify/report.ts'
import type { Seen } from '../verify/seen.ts'
import { session } from '../verify/session.ts'
import { bundledPlaybook } from './bundled.ts'
import type { VerifyOptions } from './options.ts'
import { wantsColor } from './output.ts'
import { runOptions } from './run-options.ts'
import type { Terminal } from './terminal.ts'

/** Version of the JSON in docs/verify.md; raised when a field changes its meaning or goes away. */
const SCHEMA = 1

/** `hakube verify`: looks at the endpoint, changes nothing, and says whether it is highly available now. */
export async function verify(options: VerifyOptions, terminal: Terminal): Promise<ExitCode> {
  const started = performance.now()
  // What somebody else wrote is to be shown as a difference, not refused.
  const given = await runOptions(bundledPlaybook(), { ...options, adopt: true }, terminal, 'hakube verify')
  const redact = (text: string) => given.redactor.redact(text)
  const clean = cleaner(redact)
  const warn = withoutRepeats((text) => terminal.stderr.write(`warning: ${clean(text)}\n`))
  let seen: Seen | undefined
  await session({ ...given, bundled: true }, warn, async (scene, told) => {
    if (!terminal.interrupt.aborted) seen = await observe(scene, told)
  })
  if (terminal.interrupt.aborted || !seen) return EXIT.interrupted
  const shown = endpointsOf(seen).map((one): Shown => ({ endpoint: nameOf(one), findings: evaluate(one) }))
  const exitCode = verdict(shown)
  if (options.output === 'json') terminal.stdout.write(json(shown, exitCode, redact))
  else {
    const style = createStyle(wantsColor(terminal))
    const lines = shown.flatMap((one, index) => [
      ...(index > 0 ? [''] : []),
      ...formatFindings(one, style, clean),
    ])
    terminal.stdout.write(`${lines.join('\n')}\n`)
  }
  if (options.junit !== undefined) {
    const file = resolve(terminal.cwd, options.junit)
    await save(file, clean(junit(shown, (performance.now() - started) / 1000)))
  }
  return exitCode
}

function withoutRepeats(say: (text: string) => void): (text: string) => void {
  const said = new Set<string>()
  return (text) => {
    if (said.has(text)) return
    said.add(text)
    say(text)
  }
}

function nameOf(seen: Seen): string {
  const [view] = seen.views.values()
  return (view?.vips ?? []).map((vip) => withPort(vip, view?.port ?? 0)).join(', ')
}

/** Not healthy beats not reached: what was seen is certain. */
function verdict(shown: readonly Shown[]): ExitCode {
  const findings = shown.flatMap((one) => one.findings)
  if (findings.some(({ level }) => level === 'fail')) return EXIT.unhealthy
  return findings.some(({ check, level }) => check === 'reachable' && level !== 'ok')
    ? EXIT.unreachable
    : EXIT.ok
}

function json(shown: readonly Shown[], exitCode: ExitCode, redact: (text: string) => string): string {
  const data = { schema: SCHEMA, healthy: exitCode === EXIT.ok, exitCode, endpoints: shown }
  return `${JSON.stringify(redactTexts(data, redact), undefined, 2)}\n`
}

async function save(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: unknown) => {
    throw new HakubeError(`cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`, {
      code: 'report-file',
      hint: 'name a file in a folder that is there and may be written to with --junit',
      cause: error,
    })
  })
}
