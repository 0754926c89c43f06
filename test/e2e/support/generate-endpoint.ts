import type { InventoryVars } from '../../lab/inventory.ts'
import { Random } from './random.ts'

/** Where an endpoint of generated steps is, and which addresses are free for it. */
export interface EndpointSite {
  name: string
  hosts: readonly string[]
  vips: readonly [string, string]
  /** firewalld runs there. */
  firewalld: boolean
  /** API servers run there: keepalived alone has something to look at. */
  apiServers: boolean
}

/** One run of the bundled playbook, and what somebody does to the hosts before it. */
export interface EndpointStep {
  /** Repeats this step. */
  seed: number
  verb: 'apply' | 'teardown'
  vars: InventoryVars
  more: readonly string[]
  /** What happened since the last run, host by host. */
  stirs: readonly { host: string; script: string }[]
}

/** What administrators, packages and accidents do to a node. Each leaves the endpoint something to mend, or not. */
const STIRS = [
  'systemctl stop haproxy',
  'systemctl stop keepalived',
  'systemctl disable haproxy keepalived',
  'rm -f /etc/haproxy/haproxy.cfg',
  'rm -f /etc/keepalived/keepalived.conf',
  'rm -rf /usr/libexec/keepalived',
  'rm -rf /etc/systemd/system/haproxy.service.d && systemctl daemon-reload',
  'rm -f /etc/systemd/system/keepalived.service.d/hakube.conf && systemctl daemon-reload',
  'chmod 666 /usr/libexec/keepalived/hakube-check /etc/haproxy/haproxy.cfg',
  'chown nobody /etc/keepalived/keepalived.conf; chmod 700 /etc/systemd/system/haproxy.service.d',
  'echo "# a note" >> /etc/haproxy/haproxy.cfg',
  'echo "# a note" >> /etc/keepalived/keepalived.conf',
  'echo "exit 1" >> /usr/libexec/keepalived/hakube-check',
  'sysctl -qw net.ipv4.ip_nonlocal_bind=0',
  'sysctl -qw net.ipv4.ip_nonlocal_bind=1',
  'echo net.ipv4.ip_nonlocal_bind=0 > /etc/sysctl.d/90-hakube.conf',
  'rm -f /etc/sysctl.d/90-hakube.conf',
  'rm -rf /run/hakube',
  'rm -rf /var/lib/hakube',
  'systemctl restart haproxy keepalived',
] as const

const FIREWALL_STIRS = [
  'firewall-cmd -q --permanent --policy hakube --add-port 9999/tcp && firewall-cmd -q --reload',
  'firewall-cmd -q --policy hakube --add-port 9998/tcp',
  'rm -f /etc/firewalld/policies/hakube.xml && firewall-cmd -q --reload',
  'systemctl stop firewalld',
  'systemctl start firewalld',
] as const

const FRONTENDS = [
  "[{'name': 'registry', 'port': 5000, 'servers': ['10.88.0.90', '10.88.0.91:5001']}]",
  "[{'name': 'registry', 'port': 5000, 'servers': ['10.88.0.90'], 'check': 'https', 'check_path': '/v2/'}]",
  "[{'name': 'ingress', 'port': [8080, 8081], 'servers': 'control_plane', 'check': 'none', 'bind': 'vip'}]",
] as const

/** What one run is about. Most steps change a little of what the endpoint has, as people do. */
export function generateEndpointStep(
  seed: number,
  site: EndpointSite,
  before: InventoryVars | undefined,
): EndpointStep {
  const random = new Random(seed)
  const vars = before && random.chance(75) ? changed(random, site, before) : anew(random, site)
  const firewall = site.firewalld ? FIREWALL_STIRS : []
  const stirs = Array.from(
    {
      length: random.weighted([
        [3, 0],
        [4, 1],
        [2, 2],
        [1, 4],
      ]),
    },
    () => ({
      host: random.pick(site.hosts),
      script: random.pick([...STIRS, ...firewall, ...firewall]),
    }),
  )
  const limited = random.chance(50) ? ['--limit', random.pick(site.hosts)] : []
  if (before && random.chance(18)) return { seed, verb: 'teardown', vars: before, more: limited, stirs }
  const more = [...(random.chance(65) ? ['--adopt'] : []), ...(random.chance(10) ? ['--upgrade'] : [])]
  return { seed, verb: 'apply', vars, more, stirs }
}

type Draw = (random: Random, site: EndpointSite) => InventoryVars

/** Each settles some variables; none of them given is the default. */
const DRAWS: readonly Draw[] = [
  (random, { vips }) => ({
    ha_vip: random.weighted([
      [5, vips[0]],
      [1, vips[1]],
      [1, `${vips[0]}/24`],
      [2, `['${vips[0]}', '${vips[1]}']`],
    ]),
  }),
  (random) => random.some(30, { ha_port: random.pick([7443, 9443]) }),
  (random) => random.some(40, { ha_bind: random.pick(['vip', 'wildcard']) }),
  (random, { apiServers }) => random.some(apiServers ? 12 : 0, { ha_haproxy: false }),
  (random) => random.some(30, { ha_vrrp: 'multicast' }),
  (random) => random.some(30, { ha_preempt: random.chance(50) }),
  (random) =>
    random.pick<InventoryVars>([
      {},
      { ha_failover: 'fast' },
      { ha_failover: 'calm' },
      { ha_auth_pass: random.pick(['secret', 'another']) },
    ]),
  (random) => random.some(30, { ha_idle_timeout: random.pick(['30m', '6h']) }),
  (random) => random.some(30, { ha_monitor_port: 8405 }),
  (random) => random.some(30, { ha_stats: random.pick([true, 9001]) }),
  (random) => random.some(30, { ha_frontends: random.pick(FRONTENDS) }),
  (random) => random.some(30, { ha_check_path: '/healthz' }),
  (random, { firewalld }) => random.some(firewalld ? 15 : 0, { ha_firewall: false }),
]

function anew(random: Random, site: EndpointSite): InventoryVars {
  return settled(DRAWS.map((draw) => draw(random, site)))
}

/** The same with one or two of the draws made again. */
function changed(random: Random, site: EndpointSite, before: InventoryVars): InventoryVars {
  const again = new Set([random.pick(DRAWS), random.pick(DRAWS)])
  return settled(DRAWS.map((draw) => (again.has(draw) ? draw(random, site) : kept(draw, site, before))))
}

/** What a draw had settled: those of its variables that are there. */
function kept(draw: Draw, site: EndpointSite, before: InventoryVars): InventoryVars {
  const names = new Set<string>()
  for (let seed = 0; seed < 40; seed++)
    for (const name of Object.keys(draw(new Random(seed), site))) names.add(name)
  return Object.fromEntries(Object.entries(before).filter(([name]) => names.has(name)))
}

/** Without haproxy, settings that mean nothing then are left out: they would be refused. */
function settled(drawn: readonly InventoryVars[]): InventoryVars {
  const vars: InventoryVars = Object.assign({}, ...drawn)
  if (vars['ha_haproxy'] !== false) return vars
  const idle = ['ha_port', 'ha_bind', 'ha_idle_timeout', 'ha_monitor_port', 'ha_stats', 'ha_frontends']
  return Object.fromEntries(Object.entries(vars).filter(([name]) => !idle.includes(name)))
}
