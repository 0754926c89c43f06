import { lines, type Script, sh } from '../shell/sh.ts'

/** What one node says of the endpoint, in one look. */
export interface Health {
  /** Virtual addresses that the node holds. */
  holds: ReadonlySet<string>
  /** State of each unit, in systemd's words. */
  units: ReadonlyMap<string, string>
  /** State of each API server as the node's haproxy sees it; empty without haproxy. */
  servers: ReadonlyMap<string, string>
  /** Virtual addresses through which the node reaches the endpoint's port. */
  reaches: ReadonlySet<string>
}

/** What is looked at: the same on all nodes of an endpoint. */
export interface HealthAsk {
  vips: readonly string[]
  port: number
  /** Port and path of haproxy's statistics on the node itself; undefined without haproxy. */
  statistics: { port: number; path: string } | undefined
}

/** haproxy's backend whose servers count. */
export const BACKEND = 'kubernetes-api'

/** Seconds that the node may take to connect to an address. */
const CONNECT = 2

/**
 * Looks and changes nothing. Only bash can talk TCP without a further program; where there is none, servers and
 * reachability are left out.
 */
export function healthScript({ vips, port, statistics }: HealthAsk): Script {
  // On lo it is lent (src/ha/lend.ts), and nobody's.
  const held = vips.map(
    (vip) => sh`ip -o addr show | grep -v '^1: lo ' | grep -qF ${` ${vip}/`} && echo holds ${vip}`,
  )
  const connect = 'exec 3<>"/dev/tcp/$1/$2"'
  const reach = vips.map(
    (vip) => sh`timeout ${CONNECT} bash -c ${connect} - ${vip} ${port} 2>/dev/null && echo reaches ${vip}`,
  )
  const units = sh`for unit in haproxy keepalived; do echo "unit $unit $(systemctl is-active $unit.service)"; done`
  return lines(...held, units, sh`command -v bash >/dev/null || exit 0`, ...reach, servers(statistics), sh`:`)
}

function servers(statistics: HealthAsk['statistics']): Script {
  if (!statistics) return sh`:`
  const get = `exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
printf 'GET %s;csv HTTP/1.0\\r\\n\\r\\n' "$2" >&3
cat <&3`
  return sh`timeout ${CONNECT} bash -c ${get} - ${statistics.port} ${statistics.path} 2>/dev/null |
  while IFS=, read -r backend server _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ state _; do
    case $backend,$server in
    ${BACKEND},BACKEND | ${BACKEND},FRONTEND) ;;
    ${BACKEND},*) echo "server $server $state" ;;
    esac
  done`
}

/** Reads what the script printed. Throws TypeError for a line that it cannot have printed. */
export function readHealth(text: string): Health {
  const health = {
    holds: new Set<string>(),
    units: new Map<string, string>(),
    servers: new Map<string, string>(),
    reaches: new Set<string>(),
  }
  for (const line of text.split('\n')) {
    const [word, subject = '', ...rest] = line.split(' ')
    const value = rest.join(' ')
    if (line === '') continue
    if (word === 'holds') health.holds.add(subject)
    else if (word === 'reaches') health.reaches.add(subject)
    else if (word === 'unit') health.units.set(subject, value)
    else if (word === 'server') health.servers.set(subject, value)
    else throw new TypeError(`not a line of the look at a node's health: ${line}`)
  }
  return health
}

export type Healths = ReadonlyMap<string, Health>

/**
 * What is worse than before on any node, a sentence each; empty if nothing is. `vips`: those of the endpoint;
 * `quiet`: nodes whose keepalived hakube has stopped itself.
 */
export function worse(
  before: Healths,
  now: Healths,
  vips: readonly string[],
  quiet: ReadonlySet<string> = new Set(),
): string[] {
  return [
    ...vips.flatMap((vip) => holderProblem(vip, before, now)),
    ...[...before].flatMap(([host, was]) => nodeProblems(host, was, now.get(host), quiet.has(host))),
  ]
}

function holderProblem(vip: string, before: Healths, now: Healths): string[] {
  const holders = holdersOf(vip, now)
  if (holders.length > 1) return [`${vip} is held by ${holders.join(' and ')} at the same time`]
  if (holders.length === 0 && holdersOf(vip, before).length > 0) return [`nobody holds ${vip}`]
  return []
}

/** The nodes that hold this address. */
export function holdersOf(vip: string, healths: Healths): string[] {
  return [...healths].filter(([, health]) => health.holds.has(vip)).map(([host]) => host)
}

function nodeProblems(host: string, was: Health, is: Health | undefined, quiet: boolean): string[] {
  if (!is) return [`${host} does not answer any more`]
  const problems: string[] = []
  for (const [unit, state] of was.units) {
    const now = is.units.get(unit) ?? 'gone'
    if (quiet && unit === 'keepalived') continue
    if (state === 'active' && now !== 'active') problems.push(`${unit} on ${host} was active and is ${now}`)
  }
  for (const [server, state] of was.servers) {
    const now = is.servers.get(server)
    // A server that is not configured any more is no loss.
    if (isUp(state) && now !== undefined && !isUp(now))
      problems.push(`haproxy on ${host} had the server ${server} up, now it is ${now}`)
  }
  for (const vip of was.reaches) {
    if (!is.reaches.has(vip)) problems.push(`${host} does not reach ${vip} any more`)
  }
  return problems
}

/** "UP", and "UP 1/2" while it begins to fail. */
function isUp(state: string): boolean {
  return state.startsWith('UP')
}
