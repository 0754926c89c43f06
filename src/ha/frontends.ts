import * as z from 'zod'
import { int } from '../tasks/params.ts'
import { type Family, parseAddress, withPort } from './address.ts'
import { nodeAddress } from './addresses.ts'
import type { Endpoint } from './endpoint.ts'
import type { HostInput } from './input.ts'
import type { Problems } from './problems.ts'

/** Names of haproxy's sections that the bundled template has already. */
const RESERVED = /^(kubernetes-api|hakube-.*)$/

const port = int.refine((value) => value >= 1 && value <= 65_535, 'must be a port from 1 to 65535')

const words = z.union(
  [z.string(), z.array(z.union([z.string(), z.number()]).transform(String))],
  'must be a group, or a list of hosts and addresses',
)

/** One thing where a list may stand. (A union of the two would only say "Invalid input".) */
function asList(value: unknown): unknown {
  return Array.isArray(value) ? value : [value]
}

const frontend = z.strictObject({
  name: z.string().regex(/^[A-Za-z][\w.-]{0,40}$/, 'must be a name of letters, digits, ., _ and -'),
  /** Several ports become several frontends, each to the same port of the servers. */
  port: z.preprocess(asList, z.array(port).min(1, 'has no port')),
  servers: words,
  server_port: port.optional(),
  check: z.enum(['tcp', 'http', 'https', 'none']).default('tcp'),
  check_path: z
    .string()
    .regex(/^\/[!-~]*$/, 'must be a path such as /healthz')
    .default('/'),
  check_port: port.optional(),
  check_status: int
    .refine((value) => value >= 100 && value <= 599, 'must be a status such as 200')
    .default(200),
  balance: z.enum(['leastconn', 'roundrobin', 'source']).default('leastconn'),
  bind: z.enum(['wildcard', 'vip']).optional(),
})

/** One or several services beside the API that haproxy offers on the virtual address. */
export const frontends = z.preprocess(asList, z.array(frontend)).superRefine((list, context) => {
  list.forEach(({ name, port: ports, server_port, check, check_port }, index) => {
    const wrong = (message: string) =>
      context.addIssue({ code: 'custom', path: [index], message: `${name}: ${message}` })
    if (RESERVED.test(name)) wrong('the name is taken by hakube itself')
    if (list.findIndex((other) => other.name === name) < index) wrong('there are two of this name')
    if (ports.length > 1 && server_port !== undefined)
      wrong('server_port goes with one port: several ports lead to the same ports of the servers')
    if (check === 'none' && check_port !== undefined) wrong('check_port means nothing without a check')
  })
})

export type GivenFrontend = z.output<typeof frontends>[number]

/** A frontend of haproxy with its backend, for one port. */
export interface Frontend {
  name: string
  port: number
  bind: 'wildcard' | 'vip'
  balance: string
  check: { type: 'tcp' | 'http' | 'https' | 'none'; path: string; status: number; port: number | undefined }
  servers: readonly FrontendServer[]
}

export interface FrontendServer {
  name: string
  /** Address and port. */
  address: string
  /** The host of the inventory, where it is one. */
  host: string | undefined
  port: number
}

/** Who serves: a host of the inventory, or an address, with a port of its own or none. */
type Server = { host: string } | { address: string; port: number | undefined }

interface Inventory {
  groups: ReadonlyMap<string, readonly string[]>
  has(host: string): boolean
}

/** The hosts of the inventory that frontends lead to. What is wrong with the names shows elsewhere. */
export function serverHosts(given: readonly GivenFrontend[], inventory: Inventory): Set<string> {
  const servers = given.flatMap(({ servers: names }) => listOf(names, inventory))
  return new Set(servers.flatMap((each) => (typeof each !== 'string' && 'host' in each ? [each.host] : [])))
}

/** The frontends with the addresses of their servers. */
export function readFrontends(
  given: readonly GivenFrontend[],
  endpoint: Pick<Endpoint, 'vips' | 'bind'>,
  inventory: Inventory & { host(name: string): HostInput },
  problems: Problems,
): Frontend[] {
  const main = endpoint.vips[0]?.family ?? 4
  return given.flatMap((each) => {
    const servers = listOf(each.servers, inventory).flatMap((server) => {
      if (typeof server !== 'string') return [server]
      problems.add(`ha_frontends: ${each.name}: "${server}" is no group, host or address`, {
        code: 'ha-frontends',
        variable: 'ha_frontends',
        hint: 'write a group of the inventory, or a list of its hosts and of addresses such as 10.0.0.30:5000; names are not looked up, since haproxy does not start where one cannot be',
      })
      return []
    })
    if (servers.length === 0 && !problems.any)
      problems.add(`ha_frontends: ${each.name} has no servers`, {
        code: 'ha-frontends',
        variable: 'ha_frontends',
        hint: 'put hosts into its group, or list them',
      })
    return each.port.map((one): Frontend => ({
      name: each.port.length > 1 ? `${each.name}-${one}` : each.name,
      port: one,
      bind: each.bind ?? endpoint.bind,
      balance: each.balance,
      check: { type: each.check, path: each.check_path, status: each.check_status, port: each.check_port },
      servers: servers.flatMap((server) =>
        locate(server, each.server_port ?? one, { main, endpoint, inventory, problems }),
      ),
    }))
  })
}

/** A server listed twice gets twice its share, and is mostly one that is written wrongly. */
export function checkServers(frontends: readonly Frontend[], problems: Problems): void {
  for (const { name, servers } of frontends) {
    servers.forEach(({ address }, index) => {
      if (servers.findIndex((other) => other.address === address) === index) return
      problems.add(`ha_frontends: ${name} has the server ${address} twice`, {
        code: 'ha-frontends',
        variable: 'ha_frontends',
        hint: 'write each server once',
      })
    })
  }
}

/** A text that is none of them comes back as it is. */
function listOf(names: string | readonly string[], inventory: Inventory): (Server | string)[] {
  const parts = typeof names === 'string' ? names.split(/[,\s]+/).filter(Boolean) : names
  return parts.flatMap((part): (Server | string)[] => {
    if (inventory.has(part)) return [{ host: part }]
    const group = inventory.groups.get(part)
    if (group) return group.map((host) => ({ host }))
    return [readServer(part) ?? part]
  })
}

/** "10.0.0.5", "10.0.0.5:5000", "fd00::5" or "[fd00::5]:5000". */
function readServer(text: string): Server | undefined {
  const plain = parseAddress(text)
  if (plain) return { address: plain.address, port: undefined }
  const [, bracketed, dotted, digits] = /^(?:\[([\da-fA-F:.]+)\]|([\d.]+)):(\d{1,5})$/.exec(text) ?? []
  const address = parseAddress(bracketed ?? dotted ?? '')
  const number = Number(digits)
  return address && number >= 1 && number <= 65_535 ? { address: address.address, port: number } : undefined
}

interface Around {
  main: Family
  endpoint: Pick<Endpoint, 'vips'>
  inventory: { host(name: string): HostInput }
  problems: Problems
}

function locate(server: Server, port: number, around: Around): FrontendServer[] {
  if ('host' in server) {
    const host = around.inventory.host(server.host)
    const given = serverAddresses(host)
    const address = nodeAddress({ host, given }, around.main, around.endpoint.vips, around.problems)
    if (address === undefined) return []
    return [{ name: server.host, address: withPort(address, port), host: server.host, port }]
  }
  const own = server.port ?? port
  // haproxy takes letters, digits, ., _, - and : in a server's name.
  const name = server.port === undefined ? server.address : `${server.address}_${server.port}`
  return [{ name, address: withPort(server.address, own), host: undefined, port: own }]
}

/** Of hosts that are only served, ha_address is all that matters; the rest of their ha_ variables is nobody's. */
function serverAddresses(host: HostInput): { ha_address?: string[] } {
  const value = host.variables.get('ha_address')
  const texts = typeof value === 'string' ? value.split(/[,\s]+/) : Array.isArray(value) ? value : []
  const read = texts.flatMap((text: unknown) =>
    typeof text === 'string' ? (parseAddress(text)?.address ?? []) : [],
  )
  return read.length > 0 ? { ha_address: read } : {}
}

/** A frontend's port, on a node that is one of its servers on the same port. */
export function ownPortUsers(frontends: readonly Frontend[], nodes: readonly string[]): Frontend[] {
  return frontends.filter(({ port, servers }) =>
    servers.some(
      (server) => server.host !== undefined && nodes.includes(server.host) && server.port === port,
    ),
  )
}
