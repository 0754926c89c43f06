import { type Finding, listed, ok, problem } from '../finding.ts'
import { programsOf } from '../questions.ts'
import type { Seen } from '../seen.ts'
import { membersOf } from './common.ts'

/** Seconds between two clocks: certificates and tokens stand a little, logs of a failover do not. */
const SKEW_WARN = 2
const SKEW_FAIL = 60

/** keepalived and haproxy run, and will after a reboot. */
export function units(seen: Seen): Finding[] {
  const asked = membersOf(seen).filter((member) => member.seen)
  const out = asked.flatMap(({ name, view, seen: node }) =>
    programsOf(view).flatMap((program) => {
      const unit = node?.units.get(program)
      const words = unit === undefined ? 'was not asked about' : stateOf(unit)
      if (words === undefined) return []
      const isUnknown = unit === undefined || unit === 'unknown'
      return [
        problem('units', isUnknown ? 'unknown' : words.startsWith('has changed') ? 'warn' : 'fail', {
          where: name,
          what: `${program} ${words}`,
          why:
            program === 'keepalived'
              ? 'the node takes no part in failover'
              : 'the node cannot serve clients when it gets the address',
          todo: `\`systemctl status ${program}\` says why; \`hakube apply\` starts and enables it`,
        }),
      ]
    }),
  )
  if (out.length > 0 || asked.length === 0) return out
  const programs = [...new Set(asked.flatMap(({ view }) => programsOf(view)))]
  return [ok('units', listed(asked.map(({ name }) => name)), `${listed(programs)} run, and are enabled`)]
}

type Unit =
  NonNullable<ReturnType<Seen['nodes']['get']>>['units'] extends ReadonlyMap<string, infer U> ? U : never

/** What is wrong with a unit, in words; undefined for one that is well. */
function stateOf(unit: Unit): string | undefined {
  if (unit === 'unknown') return 'cannot be asked about: there is no systemd'
  if (!unit.known) return 'is not installed'
  if (unit.activity !== 'active') return `is ${unit.activity}`
  if (!['enabled', 'static', 'alias', 'indirect', 'enabled-runtime'].includes(unit.enablement))
    return `runs, but is ${unit.enablement}: it will not after a reboot`
  return unit.needsReload ? 'has changed unit files that systemd has not read' : undefined
}

/** keepalived's check, run just now as keepalived runs it. */
export function checkScript(seen: Seen): Finding[] {
  const asked = membersOf(seen).filter(({ view, seen: node }) => view.keepalived && node?.check)
  const out = asked.flatMap(({ name, view, seen: node }) => {
    if (!node?.check || node.check.code === 0) return []
    const words = node.check.words.split('\n')[0] ?? ''
    return [
      problem('check-script', 'fail', {
        where: name,
        what: `it fails with ${node.check.code}${words === '' ? '' : `: ${words}`}`,
        why: 'keepalived gives the address up there, and does not take it over',
        todo: `run it by hand there: \`${view.check.command}\``,
      }),
    ]
  })
  if (out.length > 0 || asked.length === 0) return out
  return [ok('check-script', listed(asked.map(({ name }) => name)), 'it succeeds')]
}

/** Kernel parameters that the set-up needs, as the kernel has them now. */
export function kernel(seen: Seen): Finding[] {
  const asked = membersOf(seen).filter(({ view, seen: node }) => node && view.sysctls.length > 0)
  const out = asked.flatMap(({ name, view, seen: node }) =>
    view.sysctls.flatMap((wanted) => {
      const value = node?.sysctls.get(wanted.name)
      if (value === wanted.value) return []
      return [
        problem('kernel', 'fail', {
          where: name,
          what: `${wanted.name} is ${value ?? 'not there'} instead of ${wanted.value}`,
          why: 'haproxy cannot listen on an address that another node holds, and does not start again',
          todo: 'run `hakube apply`; look for another file in /etc/sysctl.d that sets it, too',
        }),
      ]
    }),
  )
  if (out.length > 0) return out
  const [first] = asked
  if (!first) return []
  const names = first.view.sysctls.map(({ name, value }) => `${name} = ${value}`)
  return [ok('kernel', listed(asked.map(({ name }) => name)), listed(names))]
}

/** The same programs everywhere. */
export function versions(seen: Seen): Finding[] {
  return (['keepalived', 'haproxy'] as const).flatMap((program) => {
    const by = new Map<string, string[]>()
    for (const { name, seen: node } of membersOf(seen)) {
      const version = node?.versions.get(program)
      if (version !== undefined) by.set(version, [...(by.get(version) ?? []), name])
    }
    const all = [...by.values()].flat()
    if (by.size === 0) return []
    if (by.size === 1) return [ok('versions', listed(all), `${program} ${[...by.keys()].join()}`)]
    const words = [...by].map(([version, hosts]) => `${version} on ${listed(hosts)}`)
    return [
      problem('versions', 'warn', {
        where: listed(all),
        what: `${program} ${words.join(', ')}`,
        why: 'after a failover the endpoint runs on a program that was not tried before',
        todo: 'bring the nodes to one version, one after the other',
      }),
    ]
  })
}

/** The nodes' clocks against the controller's and each other's. */
export function clocks(seen: Seen): Finding[] {
  const read = [...seen.nodes].flatMap(([name, { clock }]) => (clock ? [{ name, ...clock }] : []))
  const silent = [...seen.nodes].filter(([, { clock }]) => !clock).map(([name]) => name)
  const out = read.flatMap(({ name, least, most }) => {
    // Only what is certain counts: a slow connection widens the bounds.
    const off = least > 0 ? least : most < 0 ? -most : 0
    return off < SKEW_WARN ? [] : [skewed(name, `the controller’s`, off, least > 0)]
  })
  const apart = furthest(read)
  if (out.length === 0 && apart && apart.seconds >= SKEW_WARN)
    out.push(skewed(apart.ahead, `that of ${apart.behind}`, apart.seconds, true))
  if (silent.length > 0) {
    out.push(
      problem('clocks', 'unknown', {
        where: listed(silent),
        what: '`date` does not tell the time in seconds',
        why: 'tokens and certificates are refused where clocks differ',
        todo: 'look at the clocks by hand',
      }),
    )
  }
  if (out.length > 0 || read.length === 0) return out
  const worst = Math.max(...read.map(({ least, most }) => Math.max(Math.abs(least), Math.abs(most))))
  return [
    ok(
      'clocks',
      listed(read.map(({ name }) => name)),
      `within ${worst < 0.1 ? '0.1' : worst.toFixed(1)} s of the controller’s`,
    ),
  ]
}

function skewed(name: string, of: string, seconds: number, ahead: boolean): Finding {
  return problem('clocks', seconds >= SKEW_FAIL ? 'fail' : 'warn', {
    where: name,
    what: `its clock is ${seconds.toFixed(1)} s ${ahead ? 'ahead of' : 'behind'} ${of}`,
    why: 'tokens and certificates are refused where clocks differ, etcd complains, and logs of a failover cannot be compared',
    todo: 'start a time service: `systemctl enable --now chronyd` (chrony), or systemd-timesyncd',
  })
}

interface Read {
  name: string
  least: number
  most: number
}

/** The two clocks that are certain to be furthest from each other. */
function furthest(read: readonly Read[]): { ahead: string; behind: string; seconds: number } | undefined {
  const ahead = [...read].sort((a, b) => b.least - a.least)[0]
  const behind = [...read].sort((a, b) => a.most - b.most)[0]
  if (!ahead || !behind || ahead === behind) return undefined
  return { ahead: ahead.name, behind: behind.name, seconds: ahead.least - behind.most }
}
