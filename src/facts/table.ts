import { count, table, type Column } from '../report/columns.ts'
import { terminalText } from '../terminal-text.ts'
import { isDict, type Dict, type Value } from '../value.ts'

const COLUMNS: readonly Column[] = [
  { title: 'host' },
  { title: 'system' },
  { title: 'interface' },
  { title: 'address' },
  { title: 'gateway' },
  { title: 'packages' },
  { title: 'services' },
  { title: 'selinux' },
  { title: 'cpus', align: 'right' },
  { title: 'memory', align: 'right' },
  { title: 'machine' },
]

/** The facts that matter for an endpoint, one host per line, for `hakube facts`. */
export function factsTable(facts: ReadonlyMap<string, Dict>): string {
  const rows = [...facts].map(([host, own]) => rowOf(host, own).map((text) => ({ text: terminalText(text) })))
  if (rows.length === 0) return 'no facts of any host\n'
  const lines = table(COLUMNS, rows, (title) => title)
  return [...lines, '', count(rows.length, 'host')].map((line) => `${line}\n`).join('')
}

function rowOf(host: string, facts: Dict): string[] {
  const via = text(facts, 'default_ipv4', 'interface') === '-' ? 'default_ipv6' : 'default_ipv4'
  return [
    host,
    `${text(facts, 'distribution')} ${text(facts, 'distribution_version')}`,
    text(facts, via, 'interface'),
    addressOf(facts, via),
    text(facts, via, 'gateway'),
    text(facts, 'pkg_mgr'),
    text(facts, 'service_mgr'),
    selinuxOf(facts),
    text(facts, 'processor_vcpus'),
    memoryOf(facts.get('memtotal_mb')),
    `${text(facts, 'architecture')} ${text(facts, 'virtualization_type')}`,
  ]
}

function addressOf(facts: Dict, via: string): string {
  const address = text(facts, via, 'address')
  return address === '-' ? address : `${address}/${text(facts, via, 'prefix')}`
}

function selinuxOf(facts: Dict): string {
  const status = text(facts, 'selinux', 'status')
  return status === 'enabled' ? text(facts, 'selinux', 'mode') : status
}

function memoryOf(megabytes: Value | undefined): string {
  return typeof megabytes === 'number' ? `${(megabytes / 1024).toFixed(1)} GiB` : '-'
}

/** The text at the end of these keys, `-` where there is none. */
function text(facts: Dict, ...path: readonly string[]): string {
  let value: Value | undefined = facts
  for (const key of path) value = isDict(value) ? value.get(key) : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '-'
}
