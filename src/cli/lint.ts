import { withoutModules } from './without.ts'
import { readFile, stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { readSettings } from '../config/settings.ts'
import { EXIT, HakubeError, type ExitCode } from '../errors.ts'
import { lintConfigs, type ConfigFile } from '../ha/lint/files.ts'
import { loadInventory } from '../inventory/load.ts'
import { lintTargets, targetsIn, type LintResult } from '../lint/lint.ts'
import { saidOfAdvice, saidOfConfig, saidOfProblem } from '../lint/said.ts'
import { kindOfFile, type Target } from '../lint/targets.ts'
import { diskSources } from '../playbook/sources.ts'
import type { LintOptions } from './options.ts'
import { extraVariables } from './extra-vars.ts'
import { budgetsOf } from './lint-budgets.ts'
import { inFormat, type Answer } from './lint-output.ts'
import { skippedIds } from './lint-skip.ts'
import type { Terminal } from './terminal.ts'
import { openVault } from './vault-options.ts'

/**
 * `hakube lint`: mistakes in playbooks, roles, files of tasks and templates, with advice on how they are written;
 * mistakes in configurations of keepalived and haproxy; and the failover budget of an inventory. Connects nowhere.
 * Exit code 1 where there are mistakes, and with --strict where there is advice.
 */
export async function lint(
  paths: readonly string[],
  options: LintOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (paths.length === 0 && options.inventory === undefined)
    throw new HakubeError('there is nothing to look at', {
      code: 'lint-nothing',
      hint: 'name a playbook, a role, a folder or a configuration, or an inventory with -i, or both',
    })
  const skip = skippedIds(options.skip ?? [])
  const { configs, targets } = await sorted(paths, terminal.cwd)
  const result = targets.length > 0 ? await ofTargets(targets, options, skip, terminal) : undefined
  const budgets =
    options.inventory === undefined || targets.length > 0 ? [] : await budgetsOf(options, terminal)
  const problems = [
    ...(result?.problems ?? []).map((problem) => saidOfProblem(problem, terminal.cwd)),
    ...lintConfigs(configs).map(saidOfConfig),
  ]
  const advice = (result?.advice ?? []).map((one) => saidOfAdvice(one, terminal.cwd))
  const wrong = problems.length > 0 || (options.strict === true && advice.length > 0)
  const answer: Answer = {
    problems,
    advice,
    notes: result?.notes ?? [],
    files: (result?.files ?? 0) + configs.length,
    budgets,
    exitCode: wrong ? EXIT.invalid : EXIT.ok,
  }
  terminal.stdout.write(inFormat(options.output ?? 'plain', answer))
  return answer.exitCode
}

async function ofTargets(
  targets: readonly Target[],
  options: LintOptions,
  skip: ReadonlySet<string>,
  terminal: Terminal,
): Promise<LintResult> {
  const { env, cwd } = terminal
  const settings = await readSettings({ env, cwd })
  const vault = await openVault(options, settings, terminal)
  const inventory = options.inventory && (await loadInventory([...options.inventory], { env, vault }))
  return lintTargets(targets, {
    sources: diskSources(vault),
    extraVars: await extraVariables(options.extraVars ?? [], vault),
    rolesPath: [...(options.rolesPath ?? []), ...(settings.rolesPath ?? [])],
    without: withoutModules(options.without),
    skip,
    inventory,
  })
}

/** What the paths are, told apart by what is in them; folders by the playbooks and roles below them. */
async function sorted(
  paths: readonly string[],
  cwd: string,
): Promise<{ configs: ConfigFile[]; targets: Target[] }> {
  const configs: ConfigFile[] = []
  const targets: Target[] = []
  for (const path of paths) {
    const full = resolve(cwd, path)
    const found = await stat(full).catch(() => undefined)
    if (found?.isDirectory() === true) {
      targets.push(...targetsIn(full))
      continue
    }
    const text = await readText(path, full)
    const kind = kindOfFile(full, text)
    if (kind === 'config') configs.push({ file: path, text })
    else if (kind !== undefined) targets.push({ kind, path: full })
    else
      throw new HakubeError(`${relative(cwd, full)} is neither a playbook nor a configuration`, {
        code: 'lint-kind',
        hint: 'name a playbook, a role folder, a template, a keepalived.conf or a haproxy.cfg; an inventory goes with -i',
        place: { file: path },
      })
  }
  return { configs, targets }
}

async function readText(path: string, full: string): Promise<string> {
  return readFile(full, 'utf8').catch((error: unknown) => {
    throw new HakubeError(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`, {
      code: 'lint-file',
      hint: 'name a file that is there and may be read',
      cause: error,
    })
  })
}
