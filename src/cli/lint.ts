import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { EXIT, HakubeError, type ExitCode } from '../errors.ts'
import { readAllPlanned } from '../export/endpoint.ts'
import { budgetOf, budgetTable, type FaultBudget } from '../ha/budget.ts'
import { kindOf, lintConfigs, problemText, type ConfigFile } from '../ha/lint/files.ts'
import type { FileProblem } from '../ha/lint/problem.ts'
import { plannedBudgetSettings } from '../ha/view.ts'
import { cleaner } from '../report/clean.ts'
import { bundledPlaybook } from './bundled.ts'
import type { LintOptions } from './commands.ts'
import { reporterFor } from './output.ts'
import { runOptions } from './run-options.ts'
import type { Terminal } from './terminal.ts'

/** Version of the JSON in docs/lint.md; raised when a field changes its meaning or goes away. */
const SCHEMA = 1

interface Budget {
  endpoint: string
  failover: string
  faults: FaultBudget[]
  /** For reading. */
  text: string
}

/**
 * `hakube lint`: mistakes in files, told apart by what is in them, and the failover budget of an inventory. Connects
 * nowhere. Exit code 1 where there are mistakes.
 */
export async function lint(
  files: readonly string[],
  options: LintOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (files.length === 0 && options.inventory === undefined)
    throw new HakubeError('there is nothing to look at', {
      code: 'lint-nothing',
      hint: 'name files (keepalived.conf, haproxy.cfg), or an inventory with -i, or both',
    })
  const read = await Promise.all(files.map((file) => readConfigFile(file, terminal.cwd)))
  const problems = lintConfigs(read)
  const budgets = options.inventory === undefined ? [] : await budgetsOf(options, terminal)
  const code = problems.length > 0 ? EXIT.invalid : EXIT.ok
  if (options.output === 'json') terminal.stdout.write(json(problems, budgets, code))
  else
    terminal.stdout.write(
      `${text(read, problems, budgets)
        .map(cleaner((same) => same))
        .join('\n\n')}\n`,
    )
  return code
}

async function readConfigFile(file: string, cwd: string): Promise<ConfigFile> {
  const content = await readFile(resolve(cwd, file), 'utf8').catch((error: unknown) => {
    throw new HakubeError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`, {
      code: 'lint-file',
      hint: 'name a file that is there and may be read',
      cause: error,
    })
  })
  if (kindOf(content) === undefined)
    throw new HakubeError(`${file} is neither keepalived’s configuration nor haproxy’s`, {
      code: 'lint-kind',
      hint: 'name a keepalived.conf (vrrp_instance, global_defs …) or a haproxy.cfg (global, frontend, backend …)',
      place: { file },
    })
  return { file, text: content }
}

async function budgetsOf(options: LintOptions, terminal: Terminal): Promise<Budget[]> {
  const shared = { ...options, verbose: 0 }
  const run = await runOptions(bundledPlaybook(), shared, terminal, 'hakube lint')
  const reporter = reporterFor({ verbose: 0, output: 'plain' }, terminal, (said) => run.redactor.redact(said))
  const planned = await readAllPlanned({ ...run, bundled: true, emit: (event) => reporter.handle(event) })
  return planned.map(({ endpoint, members }) => {
    const settings = plannedBudgetSettings(endpoint, members)
    const faults = budgetOf(settings)
    const vips = endpoint.vips.map(({ address }) => address).join(', ')
    return {
      endpoint: vips,
      failover: endpoint.failover,
      faults,
      text: budgetTable(settings, faults, `of ${vips}`),
    }
  })
}

function text(
  files: readonly ConfigFile[],
  problems: readonly FileProblem[],
  budgets: readonly Budget[],
): string[] {
  const count = `${files.length} ${files.length === 1 ? 'file' : 'files'}`
  const verdict =
    problems.length === 0 ? `${count}: nothing to say` : `${count}: ${mistakes(problems.length)}`
  return [
    ...(problems.length > 0 ? [problemText(problems)] : []),
    ...(files.length > 0 ? [verdict] : []),
    ...budgets.map((budget) => budget.text),
  ]
}

function mistakes(count: number): string {
  return `${count} ${count === 1 ? 'mistake' : 'mistakes'}`
}

function json(problems: readonly FileProblem[], budgets: readonly Budget[], exitCode: ExitCode): string {
  const shown = budgets.map(({ endpoint, failover, faults }) => ({ endpoint, failover, faults }))
  return `${JSON.stringify({ schema: SCHEMA, exitCode, problems, budgets: shown }, undefined, 2)}\n`
}
