import { listed } from '../../verify/finding.ts'
import { familyOf, fullPrefix } from '../address.ts'
import { ok, type PreflightFinding, problem } from './finding.ts'
import { type Advert, isMulticast } from './packet.ts'
import type { PreflightSeen } from './seen.ts'
import { LISTEN } from './speak.ts'
import { describeMac, holdersOf, hostWith, ownAddresses } from './who.ts'

/** Nobody but the endpoint's own nodes has a virtual address. */
export function virtualAddresses(seen: PreflightSeen): PreflightFinding[] {
  const vips = new Set([...seen.views.values()].flatMap(({ instances }) => instances.map(({ vip }) => vip)))
  return [...vips].flatMap((cidr) => {
    const [vip = '', prefix] = cidr.split('/')
    return Number(prefix) === fullPrefix(familyOf(vip)) ? routed(seen, vip) : onNetwork(seen, vip)
  })
}

const WHY_TAKEN = 'two machines with one address: some clients reach the one, some the other'
const TODO_TAKEN = 'take the address away from it, or choose another ha_vip'

function onNetwork(seen: PreflightSeen, vip: string): PreflightFinding[] {
  const looks = [...seen.heard].flatMap(([host, { vips }]) => {
    const entry = vips.get(vip)
    return entry ? [{ host, ...entry }] : []
  })
  const strangers = new Set<string>()
  const absent = new Set<string>()
  for (const { mac } of looks) {
    const owner = mac === undefined ? undefined : hostWith(seen, mac)
    if (mac === undefined || (owner !== undefined && holdersOf(seen, vip).includes(owner))) continue
    // A node of ours that nobody asked may have it; one that was asked has not, and yet answers.
    if (owner !== undefined && seen.views.get(owner)?.keepalived && !seen.hosts.has(owner)) absent.add(owner)
    else strangers.add(mac)
  }
  if (strangers.size > 0) {
    const words = [...strangers].map((mac) => describeMac(seen, mac))
    return [
      problem('vip', 'fail', {
        where: vip,
        what: `answered by ${listed(words)}`,
        why: WHY_TAKEN,
        todo: `${TODO_TAKEN}; if it is a former node, stop keepalived there first`,
      }),
    ]
  }
  const holders = holdersOf(seen, vip)
  if (holders.length > 0)
    return [ok('vip', vip, `${listed(holders)} ${holders.length > 1 ? 'hold' : 'holds'} it`)]
  if (absent.size > 0) return [ok('vip', vip, `${listed([...absent])} answers for it`)]
  const sure = looks.filter(({ state }) => state === 'FAILED').map(({ host }) => host)
  if (sure.length > 0) return [ok('vip', vip, `nobody answers for it, asked from ${listed(sure)}`)]
  return [
    problem('vip', 'unknown', {
      where: vip,
      what: 'whether somebody else has it was not seen: no host could ask the network',
      why: WHY_TAKEN,
      todo: 'look with `arping` from a host of its network',
    }),
  ]
}

/** Routers send it to whoever they are told to: no neighbour table has it, so a connection has to show it. */
function routed(seen: PreflightSeen, vip: string): PreflightFinding[] {
  const holders = holdersOf(seen, vip)
  if (holders.length > 0)
    return [ok('vip', vip, `${listed(holders)} ${holders.length > 1 ? 'hold' : 'holds'} it`)]
  const answers = seen.probes.filter(({ address }) => address === vip)
  const taken = answers.find(({ result }) => !['unreachable', 'silent', 'unasked'].includes(result.outcome))
  if (taken) {
    const what = `something answers on its port ${taken.port}, and no node has it`
    return [problem('vip', 'fail', { where: vip, what, why: WHY_TAKEN, todo: TODO_TAKEN })]
  }
  return [
    problem('vip', 'unknown', {
      where: vip,
      what: 'whether somebody else has it was not seen: it is in no network of a node, and does not answer',
      why: WHY_TAKEN,
      todo: 'ask who runs the routers that lead to it',
    }),
  ]
}

/** Virtual router IDs of others that can be heard: what is sent to everybody, and what is sent to our nodes. */
export function foreignRouters(seen: PreflightSeen): PreflightFinding[] {
  const own = ownAddresses(seen)
  const listening = [...seen.heard].filter(([, { tool }]) => tool !== undefined).map(([host]) => host)
  const adverts = new Map<string, { advert: Advert; by: string[] }>()
  for (const [host, { adverts: all }] of seen.heard) {
    for (const advert of all) {
      // Another run tries another endpoint on the same network.
      if (own.has(advert.source) || advert.trial) continue
      const key = `${advert.vrid} ${advert.source} ${isMulticast(advert)}`
      const known = adverts.get(key)
      if (!known) adverts.set(key, { advert, by: [host] })
      else if (!known.by.includes(host)) known.by.push(host)
    }
  }
  const views = [...seen.views.values()]
  const ours = new Set(views.flatMap(({ instances }) => instances.map(({ vrid }) => vrid)))
  const unicast = views.every((view) => view.vrrp.unicast)
  const clashes = [...adverts.values()].filter(({ advert }) => ours.has(advert.vrid))
  const out = clashes.map(({ advert, by }) => clash(advert, by, unicast))
  const others = [...adverts.values()].filter(({ advert }) => !ours.has(advert.vrid))
  if (others.length > 0) {
    const words = others.map(
      ({ advert }) => `${advert.vrid} by ${advert.source} (priority ${advert.priority})`,
    )
    out.push(ok('vrid', 'the network', `other virtual routers: VRID ${listed([...new Set(words)])}`))
  }
  if (out.length > 0) return out
  const seconds = LISTEN / 1000
  if (listening.length > 0)
    return [
      ok(
        'vrid',
        'the network',
        `no other virtual router within ${seconds} s, heard from ${listed(listening)}`,
      ),
    ]
  return [
    problem('vrid', 'unknown', {
      where: 'the network',
      what: `whether VRID ${listed([...ours].map(String))} is in use was not heard: no host could listen`,
      why: 'two virtual routers with one ID take each other’s address away',
      todo: 'listen on a host: `tcpdump -nei any ip proto 112 or ip6 proto 112`',
    }),
  ]
}

function clash(advert: Advert, by: readonly string[], unicast: boolean): PreflightFinding {
  const { vrid, source, priority, version } = advert
  const said = `${source} says VRRP ${version} with VRID ${vrid}, priority ${priority}`
  if (unicast && isMulticast(advert)) {
    return problem('vrid', 'warn', {
      where: listed(by),
      what: `${said}, to everybody on the network`,
      why: 'VRID in use: unicast nodes do not listen to it, but the next one that is set up with multicast would',
      todo: 'choose an ha_vrid of your own',
    })
  }
  return problem('vrid', 'fail', {
    where: listed(by),
    what: isMulticast(advert) ? `${said}, to everybody on the network` : `${said}, to ${listed(by)}`,
    why: 'two virtual routers with one ID take each other’s address away',
    todo: isMulticast(advert)
      ? 'choose another ha_vrid'
      : 'it takes these hosts for its peers: stop keepalived there if it is a former node, or choose another ha_vrid',
  })
}
