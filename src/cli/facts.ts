import { EXIT, type ExitCode } from '../errors.ts'
import { factsTable } from '../facts/table.ts'
import { loadInventory } from '../inventory/load.ts'
import { toJson, type Dict } from '../value.ts'
import { gatherFacts } from '../run/gather-facts.ts'
import type { FactsOptions } from './options.ts'
import { reporterFor } from './output.ts'
import { runOptions } from './run-options.ts'
import type { Terminal } from './terminal.ts'

/** `hakube facts`: asks every host and prints a table, or all facts as one JSON object by host. */
export async function facts(pattern: string, options: FactsOptions, terminal: Terminal): Promise<ExitCode> {
  const prepared = await runOptions('facts', options, terminal, 'hakube facts')
  const redact = (text: string) => prepared.redactor.redact(text)
  const reporter = reporterFor({ ...options, output: 'plain' }, terminal, redact)
  const inventory = await loadInventory([...prepared.inventories], {
    env: terminal.env,
    vault: prepared.vault,
  })
  const gathered = await gatherFacts(inventory, pattern, {
    ...prepared,
    emit: (event) => reporter.handle(event),
  })
  terminal.stdout.write(redact(options.json ? json(gathered.facts) : factsTable(gathered.facts)))
  reporter.close()
  return gathered.unreachable.length > 0 ? EXIT.unreachable : EXIT.ok
}

function json(facts: ReadonlyMap<string, Dict>): string {
  const out = Object.fromEntries([...facts].map(([host, own]) => [host, toJson(own)]))
  return `${JSON.stringify(out, undefined, 2)}\n`
}
