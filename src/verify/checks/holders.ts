import { type Finding, listed, ok, problem } from '../finding.ts'
import type { Seen } from '../seen.ts'
import { canHold, candidates, hasFailover, holdersOf, instanceOf, membersOf, vipsOf } from './common.ts'

/** Which hosts answered at all. */
export function reachable(seen: Seen): Finding[] {
  const gone = [...seen.missing].map(([host, why]) =>
    problem('reachable', 'unknown', {
      where: host,
      what: why,
      why: 'nothing is known about it: it may be down, or hold the address as well',
      todo: `look at it with \`hakube facts ${host}\`; if it is gone for good, take it out of the inventory`,
    }),
  )
  if (gone.length > 0) return gone
  return [ok('reachable', listed([...seen.nodes.keys()]), 'all of them answer')]
}

/** Exactly one holder of every virtual address, by the nodes' own addresses and by what the others' tables say. */
export function oneHolder(seen: Seen): Finding[] {
  if (!hasFailover(seen)) {
    return [
      problem('one-holder', 'fail', {
        where: listed(vipsOf(seen)),
        what: 'there is one node only, so there is no virtual address',
        why: 'when that node is gone, so is the endpoint',
        todo: 'add a second and a third node to the inventory, and run `hakube apply`',
      }),
    ]
  }
  return vipsOf(seen).flatMap((vip) => [holderOf(seen, vip), ...outside(seen, vip)])
}

function holderOf(seen: Seen, vip: string): Finding {
  const holders = holdersOf(seen, vip)
  const [first] = holders
  if (holders.length > 1) {
    return problem('one-holder', 'fail', {
      where: vip,
      what: `${listed(holders)} hold it at the same time`,
      why: 'clients reach one or the other by chance, and connections break when their switch changes its mind',
      todo: 'see whether VRRP (protocol 112) passes between them in both directions, and whether somebody added the address by hand: `ip addr show`',
    })
  }
  if (first !== undefined && !seen.views.get(first)?.keepalived) {
    return problem('one-holder', 'fail', {
      where: vip,
      what: `${first} has it, which is none of the nodes that are to hold it`,
      why: 'keepalived does not know of it, and would bring the address up a second time',
      todo: `take it away from ${first}: \`ip addr del ${vip} dev …\``,
    })
  }
  if (first !== undefined) return ok('one-holder', vip, `${first} holds it`)
  const unasked = membersOf(seen).filter((member) => !member.seen)
  return problem('one-holder', unasked.length > 0 ? 'unknown' : 'fail', {
    where: vip,
    what:
      unasked.length > 0
        ? `no node that answers holds it; ${listed(unasked.map(({ name }) => name))} could not be asked`
        : 'nobody holds it',
    why: 'without a holder no client reaches the API',
    todo: 'look at `systemctl status keepalived` and `journalctl -u keepalived` on the nodes',
  })
}

/** Who the others believe to have the address: a hardware address of a holder, or a stranger's. */
function outside(seen: Seen, vip: string): Finding[] {
  const macs = new Map<string, string>()
  for (const [host, node] of seen.nodes) for (const mac of node.macs) macs.set(mac, host)
  const said = [...seen.nodes].flatMap(([observer, node]) =>
    (node.neighbours.get(vip) ?? []).map(({ mac, state }) => ({
      observer,
      mac,
      state,
      owner: macs.get(mac),
    })),
  )
  const holders = holdersOf(seen, vip)
  // That nobody has it is said already.
  if (said.length === 0 && holders.length === 0) return []
  if (said.length === 0) {
    return [
      problem('one-holder', 'unknown', {
        where: vip,
        what: 'not seen from outside: no other node has it in its neighbour table',
        why: 'a stranger with the same address would only show there',
        todo: 'ask from another host of the network: `ip neigh show` after a connection to it',
      }),
    ]
  }
  const wrong = said.filter(({ owner }) => owner === undefined || !holders.includes(owner))
  if (wrong.length === 0) {
    return [ok('one-holder', vip, `${listed(said.map(({ observer }) => observer))} see it there`)]
  }
  return wrong.map(({ observer, mac, owner, state }) => {
    // A host that could not be asked may well be the one.
    const isStranger = owner === undefined && seen.missing.size === 0
    const whom =
      owner === undefined
        ? `${mac}, ${isStranger ? 'no node of the endpoint' : 'no node that was asked'}`
        : owner
    return problem('one-holder', state === 'REACHABLE' || isStranger ? 'fail' : 'warn', {
      where: vip,
      what: `${observer} sees it at ${whom} (${state})`,
      why: isStranger
        ? 'another machine in the network uses the address: clients reach it instead of the API'
        : 'packets of that node go to one that does not hold the address',
      todo: isStranger
        ? 'find the machine by its hardware address on the switch, or choose another ha_vip'
        : `clear the entry on ${observer} with \`ip neigh flush to ${vip}\`, and see whether gratuitous ARP reaches it`,
    })
  })
}

/** The holder is the node with the highest priority that can hold the address, or nopreempt explains it. */
export function rightHolder(seen: Seen): Finding[] {
  return vipsOf(seen).flatMap((vip) => {
    const [holder, second] = holdersOf(seen, vip)
    if (holder === undefined || second !== undefined) return []
    const member = membersOf(seen).find(({ name }) => name === holder)
    const best = candidates(seen, vip)[0]
    if (!member || !best) return []
    if (!canHold(member)) {
      return [
        problem('right-holder', 'fail', {
          where: vip,
          what: `${holder} holds it, and keepalived or its check fails there`,
          why: 'the address should have moved to a node that works',
          todo: `run the check on ${holder} by hand: \`${member.view.check.command}\``,
        }),
      ]
    }
    const priority = instanceOf(member.view, vip)?.priority ?? 0
    const highest = instanceOf(best.view, vip)?.priority ?? 0
    if (priority >= highest)
      return [ok('right-holder', vip, `${holder} has the highest priority (${priority})`)]
    if (!member.view.vrrp.preempt) {
      return [
        ok(
          'right-holder',
          vip,
          `${holder} (${priority}) keeps it although ${best.name} (${highest}) is back: nopreempt, each move cuts connections`,
        ),
      ]
    }
    return [
      problem('right-holder', 'warn', {
        where: vip,
        what: `${holder} (${priority}) holds it, and ${best.name} (${highest}) should take it back`,
        why: 'ha_preempt says that the first node has the address whenever it can',
        todo: `wait 10 s (preempt_delay) and verify again; then look at \`journalctl -u keepalived\` on ${best.name}`,
      }),
    ]
  })
}
