import { withPort } from '../ha/address.ts'
import { table, type Cell } from '../report/columns.ts'
import { oneLine, type Clean } from '../report/clean.ts'
import type { Style } from '../report/style.ts'
import { holdersOf, instanceOf } from './checks/common.ts'
import { isWell } from './checks/servers.ts'
import type { Probe } from './probe.ts'
import type { NodeSeen, Seen } from './seen.ts'

/** An endpoint at a glance. */
export interface Status {
  endpoints: readonly { address: string; holders: readonly string[] }[]
  nodes: readonly NodeStatus[]
}

/** Each field is one word or a few; undefined where the host has no such part. */
export interface NodeStatus {
  host: string
  /** MASTER, BACKUP or FAULT, one for each virtual address. */
  vrrp: string | undefined
  keepalived: string | undefined
  haproxy: string | undefined
  apiServer: string | undefined
  /** Why the host could not be asked. */
  trouble: string | undefined
}

/** What was seen of one endpoint, in a few words for each node. */
export function statusOf(seen: Seen): Status {
  const [first] = seen.views.values()
  return {
    endpoints: (first?.vips ?? []).map((vip) => ({
      address: withPort(vip, first?.port ?? 0),
      holders: holdersOf(seen, vip),
    })),
    nodes: [...seen.views].map(([host, view]) => {
      const node = seen.nodes.get(host)
      const unit = (name: 'keepalived' | 'haproxy', wanted: boolean) =>
        wanted ? (node ? unitWord(node, name) : '?') : undefined
      return {
        host,
        vrrp: view.keepalived ? (node ? vrrpWords(seen, host, node) : '?') : undefined,
        keepalived: unit('keepalived', view.keepalived),
        haproxy: unit('haproxy', view.haproxy),
        apiServer: view.apiserver.here ? apiWord(seen, host) : undefined,
        trouble: node ? undefined : seen.missing.get(host),
      }
    }),
  }
}

function unitWord(node: NodeSeen, name: string): string {
  const unit = node.units.get(name)
  if (unit === undefined || unit === 'unknown') return '?'
  return unit.known ? unit.activity : 'not installed'
}

function vrrpWords(seen: Seen, host: string, node: NodeSeen): string {
  const view = seen.views.get(host)
  if (!view || unitWord(node, 'keepalived') !== 'active') return '-'
  const words = view.vips.map((vip) => {
    if (holdersOf(seen, vip).includes(host)) return 'MASTER'
    const said = node.states.get(instanceOf(view, vip)?.name ?? '')
    if (said !== undefined && said !== 'MASTER') return said
    // A journal that has been cleared says nothing; the check tells the two apart.
    return node.check && node.check.code !== 0 ? 'FAULT' : 'BACKUP'
  })
  return new Set(words).size === 1 ? (words[0] ?? '-') : words.join('/')
}

function apiWord(seen: Seen, host: string): string {
  const server = [...seen.views.values()][0]?.servers.find(({ name }) => name === host)
  const probes = seen.probes.filter((one) => withPort(one.address, one.port) === server?.address)
  const probe = probes.find(({ result }) => !isWell(result)) ?? probes[0]
  return probe ? shortly(probe.result) : '?'
}

function shortly(result: Probe): string {
  switch (result.outcome) {
    case 'answered':
      return result.status === 200 ? 'ok' : String(result.status)
    case 'hang':
    case 'silent':
      return 'hangs'
    case 'not-tls':
      return 'no HTTPS'
    case 'unreachable':
      return 'down'
    case 'unasked':
      return '?'
  }
}

/** The screen: each address with its holder, and a row for each node. */
export function formatStatus(status: Status, style: Style, clean: Clean): string[] {
  const text = (words: string) => oneLine(clean(words))
  const heads = status.endpoints.map(({ address, holders }) => {
    const [holder, second] = holders
    if (holder === undefined) return `${style.bold(address)} → ${style.red('nobody')}`
    const names = text(holders.join(' and '))
    return `${style.bold(address)} → ${second === undefined ? style.green(names) : style.red(`${names}, at the same time`)}`
  })
  const cell = (word: string | undefined): Cell => ({
    text: word === undefined ? '' : text(word),
    ...paintOf(word, style),
  })
  const rows = status.nodes.map((node): Cell[] => [
    { text: text(node.host) },
    cell(node.vrrp),
    cell(node.keepalived),
    cell(node.haproxy),
    cell(node.apiServer),
    { text: text(node.trouble ?? ''), paint: style.red },
  ])
  const titles = ['node', 'VRRP', 'keepalived', 'haproxy', 'API server', ''].map((title) => ({ title }))
  return [...heads, '', ...table(titles, rows, style.dim)]
}

function paintOf(word: string | undefined, style: Style): Pick<Cell, 'paint'> {
  if (word === undefined) return {}
  if (['active', 'ok', 'MASTER'].includes(word)) return { paint: style.green }
  if (word === 'BACKUP') return {}
  if (word === '?' || word === 'activating' || word === 'reloading') return { paint: style.yellow }
  return { paint: style.red }
}
