import { pad } from '../report/columns.ts'
import { type Profile, PROFILES, type ProfileName } from './profile.ts'

export type Fault =
  | 'haproxy-dies'
  | 'haproxy-hangs'
  | 'keepalived-stops'
  | 'keepalived-dies'
  | 'node-dies'
  | 'cable-cut'
  | 'api-dies'
  | 'api-hangs'

/** The worst case of one fault, in seconds from its beginning. */
export interface FaultBudget {
  fault: Fault
  /** The fault in words. */
  title: string
  /** Nobody is served for this long; null = until somebody repairs it. */
  outage: number | null
  /** From then on every request is served as before; until then some are late or fail. */
  recovered: number | null
  /** How late a request can be in between. */
  delay: number
  /** How the two numbers come about, with the settings in it. */
  how: string
}

/** What the budget depends on. */
export interface BudgetSettings {
  failover: ProfileName
  /** VRRP version. */
  version: 2 | 3
  /** Priorities of the nodes, any order. */
  priorities: readonly number[]
  haproxy: boolean
  /** Whether the nodes run API servers too: a lost node then is a lost API server. */
  stacked: boolean
  /** The number of API servers. */
  servers: number
}

/**
 * From haproxy's end until keepalived on the same node has taken notice: systemd runs the stop command of the unit,
 * which writes a file that keepalived watches (inotify). Measured: 30 to 60 ms with an idle CPU.
 */
const HOOK = 0.15

/** The longest that the check script itself waits for an answer (`hakube-check`). */
const SCRIPT_READ = 2

/**
 * Worst cases of the faults that an endpoint is made for. The formulas, with their sources:
 *
 * - *Skew* (keepalived 2.2.7, vrrp.h, VRRP_TIMER_SKEW): version 3 (256 - priority) / 256 × advert, version 2
 *   (256 - priority) / 256 s. It is the wait of the next node after a node has said goodbye (priority 0).
 * - *Silence* (vrrp.h, VRRP_MS_DOWN_TIMER): 3 × advert + skew, the wait where nobody says anything any more.
 * - *Script* (vrrp_scheduler.c, vrrp_script_thread): runs start an interval apart. In the worst case the fault
 *   comes just after a run began, and a run that hangs delays the next one to the next multiple of the interval.
 * - *Dead backend* (haproxy 2.6, check.c and tcpcheck.c): `inter` counts from the end of the last check; after a
 *   first failure `fastinter` is used; a connection, TLS handshake included, gets min(inter, timeout connect), the
 *   answer gets `timeout check` from then on. An API server that hangs still takes connections at once.
 * - *Refused connection* (backend.c, back_handle_st_cer): with leastconn, min(1 s, timeout connect) passes before
 *   another server is tried; after a connection that timed out none does.
 */
export function budgetOf(settings: BudgetSettings): FaultBudget[] {
  const times = timesOf(settings)
  return [...nodeFaults(settings, times), ...apiFaults(settings, times)].map(rounded)
}

interface Times {
  profile: Profile
  /** Undefined with one node: there is nothing to move to. */
  vrrp: { skew: number; silence: number; advert: number } | undefined
  refused: number
  silent: number
  hung: number
}

function timesOf(settings: BudgetSettings): Times {
  const profile = PROFILES[settings.failover]
  const { inter, fastinter, timeout, fall } = profile.backend
  const checks = inter + (fall - 1) * fastinter
  const advert = settings.version === 3 ? profile.advert : profile.advertV2
  // Whoever fails, the best of the others takes over: at worst the second.
  const next = settings.priorities.toSorted((a, b) => b - a)[1]
  const skew = next === undefined ? 0 : ((256 - next) / 256) * (settings.version === 3 ? advert : 1)
  return {
    profile,
    vrrp: next === undefined ? undefined : { skew, silence: 3 * advert + skew, advert },
    refused: checks,
    silent: checks + fall * Math.min(inter, profile.connect),
    hung: checks + fall * Math.max(timeout, Math.min(inter, profile.connect)),
  }
}

function nodeFaults(settings: BudgetSettings, times: Times): FaultBudget[] {
  const { profile, vrrp, silent } = times
  const { check } = profile
  if (!vrrp) return [forever('node-dies', 'the node dies'), ...alone(settings)]
  const { skew, silence, advert } = vrrp
  const hang = scriptHang(check)
  const silenceText = `silence 3 × ${s(advert)} + skew ${s(skew)}`
  const both = settings.haproxy && settings.stacked
  const lost = {
    outage: silence,
    recovered: both ? Math.max(silence, silent) : silence,
    delay: both ? profile.connect : 0,
    how: both ? `${silenceText}; its API server: ${silentText(profile)}` : silenceText,
  }
  const rows: FaultBudget[] = [
    even('keepalived-stops', 'keepalived is stopped', skew, `goodbye, then skew ${s(skew)}`),
    even('keepalived-dies', 'keepalived is killed', silence, silenceText),
    { fault: 'node-dies', title: 'the node dies', ...lost },
    { fault: 'cable-cut', title: 'its cable is cut', ...lost },
  ]
  if (!settings.haproxy) return rows
  return [
    even('haproxy-dies', 'haproxy is stopped or killed', HOOK + skew, `unit ${s(HOOK)} + skew ${s(skew)}`),
    even(
      'haproxy-hangs',
      'haproxy hangs',
      hang + skew,
      `check: ${s(check.interval)} + ${check.fall} runs of ${s(Math.min(check.timeout, SCRIPT_READ))}, a run begins on the second, + skew ${s(skew)}`,
    ),
    ...rows,
  ]
}

/** One node: haproxy comes back by itself, the rest does not. */
function alone({ haproxy }: BudgetSettings): FaultBudget[] {
  return haproxy ? [forever('haproxy-hangs', 'haproxy hangs')] : []
}

function apiFaults(settings: BudgetSettings, times: Times): FaultBudget[] {
  const { profile, vrrp, refused, hung } = times
  const { check, backend } = profile
  const dies = ['api-dies', 'an API server dies'] as const
  const hangs = ['api-hangs', 'an API server hangs'] as const
  if (settings.servers < 2) return [forever(...dies), forever(...hangs)]
  if (!settings.haproxy) {
    if (!vrrp) return [forever(...dies), forever(...hangs)]
    const moved = `skew ${s(vrrp.skew)}`
    return [
      even(
        ...dies,
        check.fall * check.interval + vrrp.skew,
        `check ${check.fall} × ${s(check.interval)} + ${moved}`,
      ),
      even(...hangs, scriptHang(check) + vrrp.skew, `check: ${check.fall} runs that hang + ${moved}`),
    ]
  }
  const checks = `check ${s(backend.inter)} + ${backend.fall - 1} × ${s(backend.fastinter)}`
  return [
    {
      fault: dies[0],
      title: dies[1],
      outage: 0,
      recovered: refused,
      delay: Math.min(1, profile.connect),
      how: `${checks}; refused requests go elsewhere after ${s(Math.min(1, profile.connect))}`,
    },
    {
      fault: hangs[0],
      title: hangs[1],
      outage: 0,
      recovered: hung,
      delay: hung,
      how: `${checks} + ${backend.fall} × ${s(Math.max(backend.timeout, Math.min(backend.inter, profile.connect)))}; its connections are closed then`,
    },
  ]
}

function silentText({ backend, connect }: Profile): string {
  const { inter, fastinter, fall } = backend
  return `check ${s(inter)} + ${fall - 1} × ${s(fastinter)} + ${fall} × ${s(Math.min(inter, connect))}`
}

/** From a fault right after a run began, through `fall` runs that hang. */
function scriptHang({ interval, timeout, fall }: Profile['check']): number {
  const run = Math.min(timeout, SCRIPT_READ)
  const period = interval * (Math.floor(run / interval) + 1)
  return interval + (fall - 1) * period + run
}

/** A fault of which nothing is left once the address has moved. */
function even(fault: Fault, title: string, seconds: number, how: string): FaultBudget {
  return { fault, title, outage: seconds, recovered: seconds, delay: 0, how }
}

function forever(fault: Fault, title: string): FaultBudget {
  return { fault, title, outage: null, recovered: null, delay: 0, how: 'there is no other one' }
}

function rounded(row: FaultBudget): FaultBudget {
  const round = (seconds: number | null) => (seconds === null ? null : Math.round(seconds * 1000) / 1000)
  return { ...row, outage: round(row.outage), recovered: round(row.recovered), delay: round(row.delay) ?? 0 }
}

/** The budget as an aligned table, with what it rests on. */
export function budgetTable(settings: BudgetSettings, budget: readonly FaultBudget[], where: string): string {
  const profile = PROFILES[settings.failover]
  const advert = settings.version === 3 ? profile.advert : profile.advertV2
  const vrrp = settings.priorities.length > 1 ? `, VRRP ${settings.version} every ${s(advert)}` : ''
  const rows = [
    ['fault', 'no service', 'as before after', 'worst case is'],
    ...budget.map((row) => [row.title, shown(row.outage), shown(row.recovered), row.how]),
  ]
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, index) =>
        index === 3 ? cell : pad(cell, widths[index] ?? 0, index > 0 ? 'right' : 'left'),
      )
      .join('  '),
  )
  return [
    `worst cases ${where} with ha_failover=${settings.failover}${vrrp}:`,
    ...lines.map((line) => `  ${line}`),
  ].join('\n')
}

function shown(seconds: number | null): string {
  if (seconds === null) return 'until repaired'
  return seconds === 0 ? '-' : `${seconds.toFixed(2)} s`
}

/** Seconds as short as they are exact to the millisecond: "0.5 s", "26 ms". */
function s(seconds: number): string {
  const ms = Math.round(seconds * 1000)
  return ms < 100 && ms > 0 ? `${ms} ms` : `${ms / 1000} s`
}
