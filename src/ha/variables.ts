import * as z from 'zod'
import { bool, int } from '../tasks/params.ts'
import { frontends } from './frontends.ts'
import { CHECK_NAMES } from './preflight/finding.ts'
import { type Cidr, parseAddress, parseCidr } from './address.ts'

/** A whole number between two bounds, both included. */
function within(least: number, most: number) {
  return int.refine((value) => value >= least && value <= most, `must be a number from ${least} to ${most}`)
}

const port = within(1, 65_535)

/** A list, or one text with commas or blanks between its parts. */
function listOf<Item>(read: (text: string) => Item | undefined, what: string) {
  return z.union([z.string(), z.number(), z.array(z.unknown())]).transform((value, context) => {
    const parts = Array.isArray(value)
      ? value.map(String)
      : String(value)
          .split(/[,\s]+/)
          .filter(Boolean)
    const items: Item[] = []
    for (const part of parts) {
      const item = read(part)
      if (item === undefined) context.addIssue({ code: 'custom', message: `"${part}" is no ${what}` })
      else items.push(item)
    }
    if (parts.length === 0) context.addIssue({ code: 'custom', message: `there is no ${what} in it` })
    return items
  })
}

const vips = listOf<Cidr>(parseCidr, 'address: write one such as 10.0.0.10 or 10.0.0.10/24')
const addresses = listOf((text) => parseAddress(text)?.address, 'address')
const vrids = listOf((text) => {
  const vrid = /^\d+$/.test(text) ? Number(text) : 0
  return vrid >= 1 && vrid <= 255 ? vrid : undefined
}, 'virtual router ID: it must be a number from 1 to 255')

const preflightChecks = listOf(
  (text) => CHECK_NAMES.find((name) => name === text),
  `check of the preflight: there are ${CHECK_NAMES.join(', ')}`,
)

const path = z.string().regex(/^\/[!-~]*$/, 'must be a path such as /readyz')

export interface Stats {
  port: number
  path: string
  realm: string | undefined
}

const STATS_DEFAULTS = { port: 9000, path: '/haproxy_stats' }

/** `true`, a port, or a dict of port, path and realm. */
const stats = z
  .union(
    [
      z.strictObject({
        port: port.default(STATS_DEFAULTS.port),
        path: path.default(STATS_DEFAULTS.path),
        realm: z
          .string()
          .regex(/^[\w -]+$/, 'may have letters, digits, blanks, _ and -')
          .optional(),
      }),
      bool,
      port,
    ],
    'must be yes, no, a port, or a dict of port, path and realm',
  )
  .transform((value): Stats | undefined => {
    if (value === false) return undefined
    if (value === true) return { ...STATS_DEFAULTS, realm: undefined }
    if (typeof value === 'number') return { ...STATS_DEFAULTS, port: value, realm: undefined }
    return { port: value.port, path: value.path, realm: value.realm }
  })

/** One per endpoint: its value must be the same wherever it is set. */
export const endpointVariables = {
  ha_vip: vips.describe(
    'The virtual address, as address or CIDR, IPv4 or IPv6, or a list of them. Required.',
  ),
  ha_port: port.describe(
    'Port on which clients reach the API. 6443 on load balancers of their own, 8443 on control-plane nodes.',
  ),
  ha_bind: z
    .enum(['wildcard', 'vip'])
    .describe(
      'Addresses on which haproxy listens: all of the node’s (wildcard, the default), or the virtual ones only (vip).',
    ),
  ha_apiserver_port: port.describe('Port of the API servers. 6443.'),
  ha_check_path: path.describe('What health checks ask an API server for. /readyz.'),
  ha_haproxy: bool.describe(
    'Whether haproxy runs before the API servers. No: the virtual address leads straight to the API server of the node that holds it. Yes.',
  ),
  ha_vrid: vrids.describe('Virtual router ID, 1 to 255, one per virtual address. Computed from the address.'),
  ha_vrrp: z.enum(['unicast', 'multicast']).describe('How the nodes talk VRRP. unicast.'),
  ha_preempt: bool.describe(
    'Whether a node takes its virtual address back when it returns. Each move cuts connections. No; yes with several addresses of one family.',
  ),
  ha_failover: z
    .enum(['balanced', 'fast', 'calm'])
    .describe('Timers of VRRP, health checks and haproxy, set together: fast, balanced or calm. balanced.'),
  ha_idle_timeout: z
    .union([z.string(), z.number()])
    .transform(String)
    .refine(
      (text) => /^[1-9]\d{0,4}[smhd]$/.test(text),
      'must be a time with its unit, such as 4h, 30m or 90s',
    )
    .describe('How long a connection may say nothing until haproxy cuts it, such as 30m. 4h.'),
  ha_auth_pass: z
    .union([z.string(), z.number()])
    .transform(String)
    .refine(
      (text) => /^[!-~]{1,8}$/.test(text) && !/["#!]/.test(text),
      'must be 1 to 8 printable characters without blanks, ", # and !: keepalived uses no more than the first 8',
    )
    .describe(
      'A password for VRRP version 2, which crosses the network in clear text. None: version 3 is used, which has none.',
    ),
  ha_monitor_port: port.describe('Port on 127.0.0.1 on which haproxy tells keepalived that it works. 8404.'),
  ha_stats: stats.describe(
    'Statistics page of haproxy: yes, a port, or a dict of port, path and realm. None.',
  ),
  ha_firewall: bool.describe(
    'Whether firewalld, where it runs on a node, is told to let in what the endpoint needs. Yes; no leaves it alone and says what must be open.',
  ),
  ha_frontends: frontends.describe(
    'Further services on the virtual address, such as a registry or ingress: a list of dicts. None.',
  ),
  ha_cluster: z
    .union([z.string(), z.number()])
    .transform(String)
    .refine((text) => /^[\w.-]+$/.test(text), 'must be a name of letters, digits, ., _ and -')
    .describe('Name of the cluster that the host belongs to, where one inventory has several. None.'),
  ha_runtime: z
    .enum(['packages', 'containers'])
    .describe('How keepalived and haproxy are installed. packages.'),
  ha_skip_preflight: preflightChecks.describe(
    'Checks before the first change whose findings are said and do not stop the run, by name: a list. None.',
  ),
  ha_upgrade: bool.describe(
    'Whether haproxy and keepalived are brought to the newest releases of the repositories, one node after the other. No.',
  ),
  ha_remove_packages: bool.describe('Whether `hakube teardown` removes the packages, too. No.'),
  ha_adopt: bool.describe('Whether configurations that hakube did not write may be replaced. No.'),
}

/** These may differ from host to host. */
export const hostVariables = {
  ha_interface: z
    .string()
    .min(1, 'must be the name of an interface')
    .describe('Interface of the virtual address. The one whose network holds it.'),
  ha_address: addresses.describe(
    'The node’s address for VRRP and as a backend; a list for IPv4 and IPv6. The inventory’s ip, else the node’s address in the network of the virtual one.',
  ),
}

export const variables = { ...endpointVariables, ...hostVariables }
export type VariableName = keyof typeof variables
export type EndpointVariable = keyof typeof endpointVariables
export type Given = { [Name in VariableName]?: z.output<(typeof variables)[Name]> }

/** Designed, documented and not there yet. */
export const planned: Readonly<Record<string, string>> = {
  ha_services: 'virtual addresses for Services',
}

/** Values that are designed and not there yet. */
export const plannedValues: Partial<Record<VariableName, readonly unknown[]>> = {
  ha_runtime: ['containers'],
}
