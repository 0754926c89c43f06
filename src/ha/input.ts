import { type Dict, isDict, toJson, type Value } from '../value.ts'
import { type Family, parseAddress } from './address.ts'
import type { Distribution } from './versions.ts'

/** One address of an interface. */
export interface InterfaceAddress {
  address: string
  family: Family
  prefix: number
  /** The interface's own address; keepalived adds the virtual ones as further addresses. IPv4 only. */
  primary: boolean
}

export interface Interface {
  name: string
  addresses: readonly InterfaceAddress[]
}

/** What is known of a host from its facts. */
export interface HostFacts {
  osFamily: string | undefined
  distribution?: Distribution | undefined
  interfaces: readonly Interface[]
  /** Interface of the default route. */
  defaultInterface: { readonly 4?: string; readonly 6?: string }
}

export interface HostInput {
  name: string
  /** All variables whose name begins with ha_, as plain data. */
  variables: ReadonlyMap<string, unknown>
  /** The inventory's `ip` and `ip6`, as kubespray writes them: a node's addresses inside the cluster. */
  ip: string | undefined
  ip6: string | undefined
  /** Where SSH connects to. Never used as a node's address: it may lead through a NAT. */
  ansibleHost: string | undefined
  /** undefined: not gathered, such as of a host that cannot be reached. */
  facts: HostFacts | undefined
}

/**
 * The variables of one host (an entry of hostvars) as far as the endpoint is concerned. Reading facts connects to
 * the host where it is not in the play: `facts: false` reads what the inventory says and nothing else.
 */
export function readHost(
  name: string,
  variables: Dict,
  want: { facts: boolean } = { facts: true },
): HostInput {
  const own = new Map<string, unknown>()
  for (const key of variables.keys()) {
    if (typeof key === 'string' && key.startsWith('ha_')) own.set(key, toJson(variables.get(key) ?? null))
  }
  return {
    name,
    variables: own,
    ip: text(variables.get('ip')),
    ip6: text(variables.get('ip6')),
    ansibleHost: text(variables.get('ansible_host')),
    facts: want.facts ? readFacts(variables) : undefined,
  }
}

function readFacts(variables: Dict): HostFacts | undefined {
  const names = variables.get('ansible_interfaces')
  if (!Array.isArray(names)) return undefined
  const interface4 = text(member(variables.get('ansible_default_ipv4'), 'interface'))
  const interface6 = text(member(variables.get('ansible_default_ipv6'), 'interface'))
  return {
    osFamily: text(variables.get('ansible_os_family')),
    distribution: readDistribution(variables),
    interfaces: names.flatMap((each) => readInterface(variables, text(each) ?? '')),
    defaultInterface: {
      ...(interface4 === undefined ? {} : { 4: interface4 }),
      ...(interface6 === undefined ? {} : { 6: interface6 }),
    },
  }
}

function readDistribution(variables: Dict): Distribution | undefined {
  const [name, family, version] = ['distribution', 'os_family', 'distribution_version'].map((fact) =>
    text(variables.get(`ansible_${fact}`)),
  )
  return name === undefined || version === undefined ? undefined : { name, family: family ?? name, version }
}

function readInterface(variables: Dict, name: string): Interface[] {
  const facts = variables.get(`ansible_${name.replaceAll(/[^A-Za-z0-9_]/g, '_')}`)
  if (!isDict(facts)) return []
  const secondaries = list(facts.get('ipv4_secondaries')).map((each) => readAddress(each, false))
  const addresses = [
    ...readAddress(facts.get('ipv4'), true),
    ...secondaries.flat(),
    ...list(facts.get('ipv6')).flatMap((each) => readAddress(each, false)),
  ]
  return [{ name: text(facts.get('device')) ?? name, addresses }]
}

function readAddress(facts: Value | undefined, primary: boolean): InterfaceAddress[] {
  const address = parseAddress(text(member(facts, 'address')) ?? '')
  const prefix = Number(text(member(facts, 'prefix')))
  if (!address || !Number.isInteger(prefix)) return []
  return [{ ...address, prefix, primary }]
}

function member(value: Value | undefined, key: string): Value | undefined {
  return isDict(value) ? value.get(key) : undefined
}

function list(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : []
}

function text(value: Value | undefined): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}
