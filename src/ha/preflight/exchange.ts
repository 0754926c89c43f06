import { listed } from '../../verify/finding.ts'
import { type Family, familyOf } from '../address.ts'
import { ok, type PreflightFinding, problem } from './finding.ts'
import type { PreflightSeen } from './seen.ts'
import { LISTEN } from './speak.ts'
import { addressesOf, nodesOf } from './who.ts'

/** Milliseconds in which both have to have been at it, for certain, before silence means anything. */
const TOGETHER = 1000

/** Every node hears VRRP from every other one, in the way in which keepalived will talk. */
export function exchange(seen: PreflightSeen): PreflightFinding[] {
  const nodes = nodesOf(seen)
  if (nodes.length < 2) return []
  const families = new Set(
    [...seen.views.values()].flatMap(({ vips, keepalived }) => (keepalived ? vips.map(familyOf) : [])),
  )
  return [...families].flatMap((family) => ofFamily(seen, nodes, family))
}

function ofFamily(seen: PreflightSeen, nodes: readonly string[], family: Family): PreflightFinding[] {
  const [view] = seen.views.values()
  const mode = `${view?.vrrp.unicast ? 'unicast' : 'multicast'}, IPv${family}`
  const out: PreflightFinding[] = []
  for (const to of nodes) {
    const silent: string[] = []
    const unproven = new Map<string, string[]>()
    for (const from of nodes) {
      if (from === to || hears(seen, from, to, family)) continue
      const doubt = doubtAbout(seen, from, to)
      if (doubt === undefined) silent.push(from)
      else unproven.set(doubt, [...(unproven.get(doubt) ?? []), from])
    }
    if (silent.length > 0) out.push(blocked(seen, silent, to, mode, view?.vrrp.unicast ?? true))
    for (const [doubt, from] of unproven) out.push(notProven(from, to, mode, doubt))
  }
  if (out.length > 0) return out
  const tools = [...new Set([...seen.heard.values()].flatMap(({ tool }) => tool ?? []))]
  return [ok('vrrp', listed(nodes), `each hears each (${mode}, by ${listed(tools)})`)]
}

function hears(seen: PreflightSeen, from: string, to: string, family: Family): boolean {
  const sources = addressesOf(seen, from)
  const adverts = seen.heard.get(to)?.adverts ?? []
  return adverts.some(({ source }) => familyOf(source) === family && sources.has(source))
}

/** Why silence proves nothing; undefined if it does. */
function doubtAbout(seen: PreflightSeen, from: string, to: string): string | undefined {
  for (const host of [from, to]) {
    if (seen.hosts.has(host) && seen.heard.has(host)) continue
    return `${host} was not asked${seen.missing.has(host) ? `: ${seen.missing.get(host)}` : ''}`
  }
  const [speaker, listener] = [seen.heard.get(from), seen.heard.get(to)]
  if (!speaker || !listener) return `${from} or ${to} was not asked`
  for (const [host, { tool, errors }] of [
    [from, speaker],
    [to, listener],
  ] as const) {
    if (tool === undefined)
      return `${host} has ${errors.length > 0 ? `trouble with it (${errors[0]})` : 'neither perl nor Python to try it with'}`
  }
  const weak = [from, to].find((host) => seen.heard.get(host)?.tool === 'keepalived')
  if (weak !== undefined) return `${weak} has only keepalived to try it with, whose silence proves nothing`
  if (speaker.sent === 0) return `${from} could not send${speaker.errors[0] ? ` (${speaker.errors[0]})` : ''}`
  const deaf = listener.errors.find((words) => words.startsWith('socket') || words.startsWith('join'))
  if (deaf !== undefined) return `${to} could not listen (${deaf})`
  const apart = Math.max(
    listener.began.latest - speaker.began.earliest,
    speaker.began.latest - listener.began.earliest,
  )
  if (LISTEN - apart < TOGETHER) return `${from} and ${to} were not certain to be at it at the same time`
  const opened = [from, to].filter((host) => seen.opening.has(host))
  if (opened.length > 0) return `firewalld is active on ${listed(opened)}, and gets its rule in this run`
  return undefined
}

const WHY = 'nodes that do not hear each other hold the address at the same time'

function blocked(
  seen: PreflightSeen,
  from: readonly string[],
  to: string,
  mode: string,
  unicast: boolean,
): PreflightFinding {
  const firewalled = [to, ...from].filter((host) => seen.hosts.get(host)?.units.get('firewalld') === 'active')
  const opener = 'firewall-cmd --permanent --add-protocol=vrrp && firewall-cmd --reload'
  const todo =
    firewalled.length > 0
      ? `on ${listed(firewalled)}: \`${opener}\``
      : `let protocol 112 (VRRP) through to ${to}: packet filters on the hosts, security groups and switches between them`
  return problem('vrrp', 'fail', {
    where: to,
    what: `it hears nothing from ${listed(from)} (${mode})`,
    why: WHY,
    todo: unicast ? todo : `${todo}; where switches drop multicast, leave ha_vrrp at unicast`,
  })
}

function notProven(from: readonly string[], to: string, mode: string, doubt: string): PreflightFinding {
  return problem('vrrp', 'unknown', {
    where: to,
    what: `whether it hears ${listed(from)} was not proven (${mode}): ${doubt}`,
    why: WHY,
    todo: 'see after the run that one node holds the address: `hakube verify`',
  })
}
