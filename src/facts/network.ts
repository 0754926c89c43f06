import { sh } from '../shell/sh.ts'
import { dict, type Dict, type Value } from '../value.ts'
import { ipv4Facts, ipv6Facts, readIpAddresses, type Address } from './addresses.ts'
import { readIfconfig, readInet6 } from './ifconfig.ts'
import { interfaceFacts, interfaceFiles, interfaceNames } from './interfaces.ts'
import { readRouteGet, readRouteTable, type DefaultRoute } from './routes.ts'
import type { Seen } from './seen.ts'
import type { Facts, Subject } from './subject.ts'

/** Interfaces, addresses and default routes. `ip route get` only asks the kernel's table; nothing is sent. */
export const network: Subject = {
  files: [...interfaceFiles, '/proc/net/route', '/proc/net/if_inet6', '/etc/resolv.conf'],
  // The two addresses are public resolvers of names; any address that no local network holds would do.
  probe: sh`if command -v ip >/dev/null 2>&1; then
section addr
ip -o addr
section route4
ip -4 route get 8.8.8.8
section route6
ip -6 route get 2404:6800:400a:800::1012
elif command -v ifconfig >/dev/null 2>&1; then
section ifconfig
ifconfig -a
fi`,
  parse: (seen) => {
    const addresses = readAddresses(seen)
    const interfaces = new Map(interfaceNames(seen).map((name) => [name, interfaceFacts(seen, name)]))
    for (const address of addresses) addAddress(interfaces, address)
    const facts: Facts = {
      interfaces: [...interfaces.keys()].map(aliasName),
      default_ipv4: defaultFacts(route4(seen), 4, addresses, interfaces),
      default_ipv6: defaultFacts(readRouteGet(seen.section('route6') ?? ''), 6, addresses, interfaces),
      all_ipv4_addresses: all(addresses, 4, (address) => !address.startsWith('127.')),
      all_ipv6_addresses: all(addresses, 6, (address) => address !== '::1'),
      dns: dnsFacts(seen.file('/etc/resolv.conf') ?? ''),
    }
    for (const [name, fields] of interfaces) facts[factName(name)] = dict(fields)
    return facts
  },
}

function readAddresses(seen: Seen): Address[] {
  const ip = seen.section('addr')
  if (ip !== undefined) return readIpAddresses(ip)
  return [
    ...readIfconfig(seen.section('ifconfig') ?? ''),
    ...readInet6(seen.file('/proc/net/if_inet6') ?? ''),
  ]
}

function route4(seen: Seen): DefaultRoute {
  const ip = seen.section('route4')
  if (ip !== undefined) return readRouteGet(ip)
  return readRouteTable(seen.file('/proc/net/route') ?? '')
}

/** Ansible's way: the first address is `ipv4`, the rest are secondaries, an alias gets an entry of its own. */
function addAddress(interfaces: Map<string, Facts>, address: Address): void {
  const device = interfaces.get(address.device) ?? { device: address.device }
  interfaces.set(address.device, device)
  if (address.family === 6) {
    device['ipv6'] = [...list(device['ipv6']), dict(ipv6Facts(address))]
    return
  }
  const own = interfaces.get(address.label) ?? {}
  interfaces.set(address.label, own)
  const ipv4 = dict(ipv4Facts(address))
  if (own['ipv4'] === undefined && !address.secondary) own['ipv4'] = ipv4
  else own['ipv4_secondaries'] = [...list(own['ipv4_secondaries']), ipv4]
  if (own !== device && address.secondary) {
    device['ipv4_secondaries'] = [...list(device['ipv4_secondaries']), ipv4]
  }
}

function list(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : []
}

function defaultFacts(
  route: DefaultRoute,
  family: 4 | 6,
  addresses: readonly Address[],
  interfaces: ReadonlyMap<string, Facts>,
): Dict {
  const { interface: device, gateway } = route
  if (device === undefined) return dict({})
  const own = addresses.filter((each) => each.device === device && each.family === family)
  // Without `ip` the source address is not told: the kernel takes the interface's first global one.
  const address =
    own.find((each) => each.address === route.address) ?? own.find((each) => each.scope === 'global')
  const fields = interfaces.get(device) ?? {}
  return dict({
    interface: device,
    address: route.address ?? address?.address,
    gateway,
    ...(address ? pick(family === 4 ? ipv4Facts(address) : ipv6Facts(address), ['address']) : {}),
    macaddress: fields['macaddress'],
    mtu: fields['mtu'],
    type: fields['type'],
    alias: family === 4 ? address?.label : undefined,
  })
}

function pick(facts: Facts, without: readonly string[]): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => !without.includes(name)))
}

function all(addresses: readonly Address[], family: 4 | 6, keep: (address: string) => boolean): Value[] {
  return addresses.filter((each) => each.family === family && keep(each.address)).map((each) => each.address)
}

/** Ansible's name for an alias: colons become underscores. */
function aliasName(name: string): string {
  return name.replaceAll(':', '_')
}

/** The name of the fact that holds an interface: dashes become underscores too, dots stay. */
export function factName(name: string): string {
  return aliasName(name).replaceAll('-', '_')
}

function dnsFacts(text: string): Dict {
  const facts: Dict = new Map()
  for (const line of text.split('\n')) {
    const [word = '', ...rest] = line
      .replace(/^[#;].*/, '')
      .trim()
      .split(/\s+/)
    if (word === 'nameserver') facts.set('nameservers', [...list(facts.get('nameservers')), ...rest])
    else if (word === 'domain' && rest[0] !== undefined) facts.set('domain', rest[0])
    else if (word === 'search' || word === 'sortlist') facts.set(word, rest)
    else if (word === 'options') facts.set('options', dict(Object.fromEntries(rest.map(option))))
  }
  return facts
}

function option(text: string): [string, Value] {
  const [name = text, value] = text.split(/:(.*)/s)
  return [name, value === undefined || value === '' ? true : value]
}
