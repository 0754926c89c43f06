import type { View } from '../../ha/view.ts'
import type { TaskOutcome } from '../../report/events.ts'
import type { Diff } from '../../task.ts'
import { type Finding, listed, ok, problem } from '../finding.ts'
import { apiServerLines, splitServer } from '../haproxy-cfg.ts'
import { readKeepalivedConf, type KeepalivedConf, type VrrpInstance } from '../keepalived-conf.ts'
import type { Seen } from '../seen.ts'
import { instanceOf, membersOf, vipsOf } from './common.ts'
import { describe } from './servers.ts'

/** haproxy's servers are the inventory's control plane, all of it and nobody else. */
export function backends(seen: Seen): Finding[] {
  const asked = membersOf(seen).filter(
    ({ view, seen: node }) => view.haproxy && node?.haproxyCfg !== undefined,
  )
  const out = asked.flatMap(({ name, view, seen: node }) => {
    const lines = apiServerLines(node?.haproxyCfg ?? '').map(({ address }) => address)
    const expected = view.servers.map(({ address }) => address)
    const strangers = [...new Set(lines.filter((address) => !expected.includes(address)))]
    const absent = view.servers.filter(({ address }) => !lines.includes(address))
    return [
      ...strangers.map((address) => stranger(seen, name, address)),
      ...(absent.length === 0
        ? []
        : [
            problem('backends', 'fail', {
              where: name,
              what: `haproxy there does not know ${listed(absent.map((one) => `${one.name} (${one.address})`))}`,
              why: 'these API servers take no part in the endpoint: it stands on fewer than it seems',
              todo: 'run `hakube apply`',
            }),
          ]),
    ]
  })
  if (out.length > 0 || asked.length === 0) return out
  const [first] = asked
  const servers = first?.view.servers.map(({ name }) => name) ?? []
  return [
    ok('backends', listed(asked.map(({ name }) => name)), `haproxy knows ${listed(servers)}, and no others`),
  ]
}

function stranger(seen: Seen, node: string, address: string): Finding {
  const host = splitServer(address)?.host ?? address
  const owner = seen.owners.get(host)
  const probe = seen.probes.find((one) => one.from === node && `${one.address}:${one.port}` === address)
  const who = owner === undefined ? 'no host of the inventory' : `${owner}, which is not in the control plane`
  return problem('backends', 'fail', {
    where: node,
    what: `haproxy there sends clients to ${address}: ${who}${probe ? `; it ${describe(probe.result)}` : ''}`,
    why: 'a worker has no API server, and an API server of another cluster answers for the wrong one',
    todo: 'run `hakube apply`, which takes the backends from the inventory; add the host to the control plane if it belongs there',
  })
}

/** VRRP on the nodes is as the inventory says: IDs, priorities, intervals, versions, peers and addresses. */
export function agreement(seen: Seen): Finding[] {
  const asked = membersOf(seen).flatMap(({ name, view, seen: node }) =>
    view.keepalived && node?.keepalivedConf !== undefined
      ? [{ name, view, conf: readKeepalivedConf(node.keepalivedConf) }]
      : [],
  )
  const out = asked.flatMap(({ name, view, conf }) => {
    const differences = [
      ...compareGlobals(view, conf),
      ...vipsOf(seen).flatMap((vip) => compareOne(view, conf, vip)),
    ]
    if (differences.length === 0) return []
    return [
      problem('agreement', 'fail', {
        where: name,
        what: differences.join('; '),
        why: 'nodes that do not agree take no notice of each other, and then more than one holds the address, or none takes over',
        todo: 'run `hakube check` to see the difference, and `hakube apply`',
      }),
    ]
  })
  out.push(...samePriorities(asked))
  if (out.length > 0 || asked.length === 0) return out
  const vrids = asked[0]?.view.instances.map(({ vrid }) => vrid) ?? []
  const names = listed(asked.map(({ name }) => name))
  return [
    ok(
      'agreement',
      names,
      `VRID ${listed(vrids.map(String))}, priorities and intervals are as the inventory has them`,
    ),
  ]
}

function compareGlobals(view: View, conf: KeepalivedConf): string[] {
  // keepalived's own default is version 2.
  const version = conf.version ?? 2
  return version === view.vrrp.version ? [] : [`VRRP version ${version} instead of ${view.vrrp.version}`]
}

function compareOne(view: View, conf: KeepalivedConf, vip: string): string[] {
  const wanted = instanceOf(view, vip)
  if (!wanted) return []
  const found = conf.instances.find(({ addresses }) => addresses.some((one) => one.split('/')[0] === vip))
  if (!found) return [`no vrrp_instance has ${vip}`]
  const say = (what: string, is: string | number | undefined, should: string | number): string[] =>
    String(is) === String(should) ? [] : [`${what} ${is ?? '(none)'} instead of ${should}`]
  return [
    ...say('VRID', found.vrid, wanted.vrid),
    ...say('priority', found.priority, wanted.priority),
    ...say('advert_int', found.advert ?? 1, view.vrrp.advert),
    // Without its facts, which interface a node has is not known.
    ...(wanted.interface === '' ? [] : say('interface', found.interface, wanted.interface)),
    ...comparePeers(found, view, wanted),
    ...(found.nopreempt === !view.vrrp.preempt
      ? []
      : [found.nopreempt ? 'nopreempt is set' : 'nopreempt is missing']),
  ]
}

function comparePeers(found: VrrpInstance, view: View, wanted: View['instances'][number]): string[] {
  if (!view.vrrp.unicast)
    return found.peers.length === 0 ? [] : ['it has unicast peers, and VRRP is to be multicast']
  const absent = wanted.peers.filter((peer) => !found.peers.includes(peer))
  const more = found.peers.filter((peer) => !wanted.peers.includes(peer))
  return [
    ...(absent.length === 0 ? [] : [`its unicast peers lack ${listed(absent)}`]),
    ...(more.length === 0 ? [] : [`its unicast peers have ${listed(more)}, no node of the endpoint`]),
  ]
}

/** Two nodes with one priority: the higher address wins, whoever that is. */
function samePriorities(asked: readonly { name: string; conf: KeepalivedConf }[]): Finding[] {
  const seen = new Map<string, string>()
  const out: Finding[] = []
  for (const { name, conf } of asked) {
    for (const { vrid, priority } of conf.instances) {
      const key = `${vrid} ${priority}`
      const other = seen.get(key)
      if (other !== undefined && priority !== undefined) {
        out.push(
          problem('agreement', 'fail', {
            where: `${other}, ${name}`,
            what: `both have priority ${priority} for VRID ${vrid}`,
            why: 'with equal priorities both become master at once, and the higher address wins later',
            todo: 'run `hakube apply`, which gives every node a priority of its own',
          }),
        )
      } else seen.set(key, name)
    }
  }
  return out
}

/** Modules whose outcome the check of the services tells better. */
const SERVICES = new Set(['systemd', 'service', 'ansible.builtin.systemd', 'ansible.builtin.service'])

/** What `hakube apply` would change now, apart from services: the playbook itself says so, in check mode. */
export function drift(seen: Seen): Finding[] {
  const odd = seen.outcomes.filter(
    (outcome) =>
      !outcome.handler &&
      !SERVICES.has(outcome.module) &&
      ['would-change', 'unknown', 'failed'].includes(outcome.status),
  )
  const hosts = [...new Set(seen.outcomes.map(({ host }) => host))]
  const bad = hosts.flatMap((host) =>
    drifted(
      host,
      odd.filter((outcome) => outcome.host === host),
    ),
  )
  if (bad.length > 0 || hosts.length === 0) return bad
  return [ok('drift', listed(hosts), 'files, packages and settings are as the inventory has them')]
}

/** What one host would be changed in, as one finding; what cannot be told, as another. */
function drifted(host: string, odd: readonly TaskOutcome[]): Finding[] {
  const named = ({ task, item, reason }: TaskOutcome) =>
    `${item === undefined ? task : `${task} (${item})`}: ${reason}`
  const changes = odd.filter(({ status }) => status === 'would-change')
  const [first] = changes
  const rest = changes.length > 1 ? `, and ${changes.length - 1} more` : ''
  const diff = changes.flatMap((outcome) => outcome.diff.map(withoutPasswords))
  return [
    ...(first
      ? [
          problem('drift', 'fail', {
            where: host,
            what: `${named(first)}${rest}`,
            why: 'the node is not what the inventory says, and may act otherwise than the others in a failover',
            todo: 'run `hakube apply`, or put into the inventory what was changed by hand',
            diff,
          }),
        ]
      : []),
    ...odd
      .filter(({ status }) => status !== 'would-change')
      .map((outcome) =>
        problem('drift', outcome.status === 'failed' ? 'fail' : 'unknown', {
          where: host,
          what: named(outcome),
          why: 'whether the node is as the inventory says cannot be told',
          todo: outcome.hint ?? 'run `hakube check -v`',
        }),
      ),
  ]
}

/** keepalived's password is in its configuration, and must not get into a report. */
function withoutPasswords(diff: Diff): Diff {
  if (diff.type === 'fields') return diff
  const mask = (text: string) => text.replaceAll(/(\bauth_pass\s+)\S+/g, '$1********')
  return { ...diff, before: mask(diff.before), after: mask(diff.after) }
}
