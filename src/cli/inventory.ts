import { resolve } from 'node:path'
import { EXIT, HakubeError, type ExitCode } from '../errors.ts'
import { readSettings } from '../config/settings.ts'
import { readLimit } from '../inventory/limit.ts'
import { loadInventory } from '../inventory/load.ts'
import { findHost, showWarning, type Inventory } from '../inventory/model.ts'
import { selectHosts } from '../inventory/patterns.ts'
import { explain, explainAll, splitTarget } from '../inventory/views/explain.ts'
import { explanationData, explanationText, overviewText } from '../inventory/views/explain-text.ts'
import { graphView } from '../inventory/views/graph.ts'
import { listView, variablesOf, yamlView, type Shown } from '../inventory/views/list.ts'
import { printJson, printYaml } from '../inventory/views/print.ts'
import { createStyle, type Style } from '../report/style.ts'
import { Redactor } from '../secret.ts'
import type { Value } from '../value.ts'
import { RecursionFinder, recursionError } from '../variables/recursion.ts'
import type { Raw, RawVariables } from '../variables/store.ts'
import type { InventoryOptions } from './options.ts'
import { extraVariables } from './extra-vars.ts'
import { wantsColor } from './output.ts'
import { inventoriesOf } from './run-options.ts'
import type { Terminal } from './terminal.ts'
import { openVault } from './vault-options.ts'

/** `hakube inventory`: the inventory as it is understood; templates in it are shown as they are written. */
export async function inventory(
  top: string | undefined,
  options: InventoryOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  refuseTwoViews(options)
  const redactor = new Redactor()
  const playbookDir = options.playbookDir === undefined ? undefined : resolve(options.playbookDir)
  const settings = await readSettings({ env: terminal.env, cwd: terminal.cwd, playbookDir })
  const vault = await openVault(options, settings, terminal, redactor)
  const loaded = await loadInventory(inventoriesOf(options, settings), {
    env: terminal.env,
    vault,
    playbookDir,
  })
  const warn = (text: string): unknown => terminal.stderr.write(`warning: ${text}\n`)
  settings.warnings.forEach(warn)
  loaded.warnings.map(showWarning).forEach(warn)
  const extra = await extraVariables(options.extraVars ?? [], vault)
  for (const message of recursions(loaded, extra)) warn(message)
  const shown: Shown = { inventory: loaded, limit: await limited(loaded, options.limit, warn), extra }
  terminal.stdout.write(
    options.explain === undefined
      ? view(shown, top, options)
      : redactor.redact(explained(shown, options, createStyle(wantsColor(terminal)))),
  )
  return EXIT.ok
}

function refuseTwoViews({ list, graph, host, explain }: InventoryOptions): void {
  const given = [
    list && '--list',
    graph && '--graph',
    host !== undefined && '--host',
    explain !== undefined && '--explain',
  ]
  const [first, second] = given.filter((one) => typeof one === 'string')
  if (second === undefined) return
  throw new HakubeError(`${first} and ${second} exclude each other`, {
    code: 'wrong-options',
    hint: 'give one of --list, --graph, --host and --explain',
  })
}

/** Variables in a circle: a run would refuse them, a look at the inventory only tells it. */
function recursions(loaded: Inventory, extra: RawVariables): string[] {
  const finder = new RecursionFinder()
  const seen = new Set<string>()
  const messages: string[] = []
  for (const host of loaded.hosts.values()) {
    const own = [...host.variables].map(([name, { value, origin }]): [string, Raw] => [
      name,
      { value, place: origin },
    ])
    const found = finder.find(new Map([...own, ...extra]), () => false)
    if (!found || seen.has(found.chain.join())) continue
    seen.add(found.chain.join())
    messages.push(`${host.name}: ${recursionError(found, host.name).message}`)
  }
  return messages
}

async function limited(
  loaded: Inventory,
  limit: string | undefined,
  warn: (text: string) => unknown,
): Promise<ReadonlySet<string> | undefined> {
  const terms = limit === undefined ? undefined : await readLimit(limit)
  if (terms === undefined) return undefined
  const { hosts, warnings } = selectHosts(loaded, 'all', terms)
  warnings.map(showWarning).forEach(warn)
  return new Set(hosts)
}

function view(shown: Shown, top: string | undefined, options: InventoryOptions): string {
  if (options.graph) {
    const group = top ?? 'all'
    if (!shown.inventory.groups.has(group)) throw unknown(`there is no group ${group} in the inventory`)
    return graphView(shown, group, options.vars ?? false)
  }
  const print = (value: Value): string => (options.yaml ? printYaml(value) : `${printJson(value)}\n`)
  if (options.host === undefined) return print(options.yaml ? yamlView(shown) : listView(shown))
  const host = findHost(shown.inventory, options.host)
  if (!host) throw unknown(`there is no host ${options.host} in the inventory`)
  return print(variablesOf(host, shown))
}

function explained({ inventory: loaded, extra }: Shown, options: InventoryOptions, style: Style): string {
  const { host, name } = splitTarget(loaded, options.explain ?? '')
  const found = name === undefined ? explainAll(loaded, host, extra) : [explain(loaded, host, name, extra)]
  if (options.json) {
    const data = found.map(explanationData)
    return `${printJson(name === undefined ? data : (data[0] ?? null))}\n`
  }
  return name === undefined
    ? overviewText(found, style)
    : found.map((one) => explanationText(one, style)).join('')
}

function unknown(message: string): HakubeError {
  return new HakubeError(message, {
    code: 'unknown-host',
    hint: '`hakube inventory --graph` shows the groups and hosts',
  })
}
