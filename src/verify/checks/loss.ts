import type { View } from '../../ha/view.ts'
import { type Finding, type Level, listed, problem } from '../finding.ts'
import type { Seen } from '../seen.ts'
import { candidates, hasFailover, holdersOf, instanceOf, vipsOf } from './common.ts'
import { isWell, serversOf } from './servers.ts'

/** What would happen if each host of the endpoint died now: who would take over, and what would be left. */
export function nodeLoss(seen: Seen): Finding[] {
  return [...seen.views.keys()].map((host) => lossOf(seen, host))
}

/** One consequence of a loss, and how bad it is. */
interface Effect {
  level: Level
  words: string
}

function lossOf(seen: Seen, host: string): Finding {
  const effects = [...moves(seen, host), ...serversLeft(seen, host), ...majority(seen, host)]
  const worst = (['fail', 'unknown', 'warn'] as const).find((level) =>
    effects.some((one) => one.level === level),
  )
  const what = effects.map(({ words }) => words).join('; ')
  if (worst === undefined) return { check: 'node-loss', level: 'ok', where: host, what }
  return problem('node-loss', worst, {
    where: host,
    what,
    why: 'the endpoint would not survive the loss of this one host',
    todo: 'repair what the other findings name, or add a node',
  })
}

function moves(seen: Seen, host: string): Effect[] {
  const view = seen.views.get(host)
  if (!view || (!view.keepalived && !view.haproxy)) return []
  if (!hasFailover(seen)) return [{ level: 'fail', words: 'the endpoint is gone: there is no second node' }]
  return vipsOf(seen).map((vip): Effect => {
    const next = candidates(seen, vip).find(({ name }) => name !== host)
    const holders = holdersOf(seen, vip)
    if (!next) return { level: 'fail', words: `nobody else can hold ${vip}` }
    if (!holders.includes(host)) {
      const [holder] = holders
      if (holder === undefined) return { level: 'fail', words: `${vip} has no holder as it is` }
      return { level: 'ok', words: `${vip} stays on ${holder}` }
    }
    const seconds = masterDownInterval(next.view, vip)
    return { level: 'ok', words: `${vip} moves to ${next.name} after about ${seconds.toFixed(1)} s` }
  })
}

/**
 * Seconds until a backup takes over from a master that has gone silent (RFC 5798, RFC 3768): three adverts, and the
 * less the higher its priority.
 */
export function masterDownInterval(view: View, vip: string): number {
  const { advert, version } = view.vrrp
  const priority = instanceOf(view, vip)?.priority ?? 100
  const skew = ((256 - priority) / 256) * (version === 3 ? advert : 1)
  return 3 * advert + skew
}

function serversLeft(seen: Seen, host: string): Effect[] {
  const servers = serversOf(seen)
  const well = servers.filter(({ probes }) => probes.some(({ result }) => isWell(result)))
  const left = well.filter(({ name }) => name !== host)
  const words = `${left.length} of ${servers.length} API servers are left${left.length > 0 ? ` (${listed(left.map(({ name }) => name))})` : ''}`
  if (left.length > 0) return [{ level: 'ok', words }]
  const isUnseen = servers.every(({ probes }) => probes.every(({ result }) => result.outcome === 'unasked'))
  return [
    {
      level: isUnseen ? 'unknown' : 'fail',
      words: isUnseen ? 'whether an API server is left is not known' : words,
    },
  ]
}

/** etcd beside the API servers needs more than half of its members. */
function majority(seen: Seen, host: string): Effect[] {
  const servers = serversOf(seen).map(({ name }) => name)
  const members = servers.filter((name) => seen.nodes.get(name)?.kubernetes.etcd)
  // None at all: etcd is elsewhere, or not there yet.
  if (members.length === 0 || !servers.includes(host)) return []
  const left = members.filter((name) => name !== host).length
  const needed = Math.floor(servers.length / 2) + 1
  if (left >= needed) return []
  return [
    {
      level: 'fail',
      words: `etcd has ${left} of ${servers.length} members left and needs ${needed}: the API stops`,
    },
  ]
}
