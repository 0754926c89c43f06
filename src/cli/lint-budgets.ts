import { readAllPlanned } from '../export/endpoint.ts'
import { budgetOf, budgetTable, type FaultBudget } from '../ha/budget.ts'
import { plannedBudgetSettings } from '../ha/view.ts'
import { bundledPlaybook } from './bundled.ts'
import type { LintOptions } from './options.ts'
import { reporterFor } from './output.ts'
import { runOptions } from './run-options.ts'
import type { Terminal } from './terminal.ts'

/** The worst cases of one endpoint. */
export interface Budget {
  endpoint: string
  failover: string
  faults: FaultBudget[]
  /** For reading. */
  text: string
}

/** The failover budget of every cluster of an inventory. Throws HakubeError for what `hakube apply` would refuse. */
export async function budgetsOf(options: LintOptions, terminal: Terminal): Promise<Budget[]> {
  const { inventory, extraVars, vaultId, vaultPasswordFile, askVaultPass } = options
  const shared = Object.fromEntries(
    Object.entries({ inventory, extraVars, vaultId, vaultPasswordFile, askVaultPass }).filter(
      ([, value]) => value !== undefined,
    ),
  )
  const run = await runOptions(bundledPlaybook(), { ...shared, verbose: 0 }, terminal, 'hakube lint')
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
