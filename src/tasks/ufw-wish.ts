import { wrong } from './package-params.ts'
import { portsProblem, versionOf } from './ufw-normal.ts'
import { ALL_4, type UfwRule } from './ufw-rule.ts'

/** A rule as a task has it. */
export interface RuleWish {
  /** Its ports may be names of services, and those of an application are not filled in yet. */
  rule: UfwRule
  version: 4 | 6 | 'both'
  remove: boolean
  /** Where it goes, counted from a place that the rules of the host decide; undefined: at the end. */
  insert: { number: number; from: From } | undefined
  /** Names of services among the ports. */
  services: readonly string[]
  /** Words for ufw in front of `insert`, from the action on. */
  words: readonly string[]
}

export const FROM = ['zero', 'first-ipv4', 'last-ipv4', 'first-ipv6', 'last-ipv6'] as const
export type From = (typeof FROM)[number]

export interface RuleParams {
  rule: string
  direction?: string | undefined
  delete: boolean
  route: boolean
  insert?: number | undefined
  insert_relative_to: From
  interface?: string | undefined
  interface_in?: string | undefined
  interface_out?: string | undefined
  log: boolean
  from_ip: string
  from_port?: string | undefined
  to_ip: string
  to_port?: string | undefined
  proto?: string | undefined
  name?: string | undefined
  comment?: string | undefined
}

const PORTLESS = new Set(['ipv6', 'esp', 'ah', 'igmp', 'gre'])
const ONLY_4 = new Set(['ipv6', 'igmp'])

/** What the parameters come to. Throws HakubeError for what ufw would refuse whatever the host has. */
export function ruleWish(params: RuleParams): RuleWish {
  const { direction, route, proto = 'any', name } = params
  if (direction !== undefined && direction !== 'in' && direction !== 'out')
    refuse(`of a rule, direction is in or out, not ${direction}`)
  if (!route && given(params.interface_in) && given(params.interface_out))
    refuse('interface_in and interface_out together are for rules with route: yes')
  if (route && direction !== undefined && !given(params.interface))
    refuse('with route, direction needs interface')
  const [inside, outside] = interfaces(params)
  const [from, to] = [params.from_ip.toLowerCase(), params.to_ip.toLowerCase()]
  const version = versionFor([from, to], proto)
  const ports = [params.to_port, params.from_port].filter(given)
  for (const port of ports) {
    const problem = portsProblem(port)
    if (problem !== undefined) refuse(`${JSON.stringify(port)}: ${problem}`)
  }
  const services = ports.filter((port) => !/^\d/.test(port))
  if (services.length === 0 && isSeveral(ports) && !hasSeveral(proto))
    refuse(SEVERAL, 'write a task for each of them')
  if (PORTLESS.has(proto) && ports.length > 0) refuse(`${proto} has no ports`)
  if (given(name) && given(params.to_port)) refuse('name and to_port exclude each other')
  const comment = commentOf(params.comment)
  if (
    params.insert !== undefined &&
    params.insert_relative_to === 'zero' &&
    params.insert < 1 &&
    !params.delete
  )
    refuse('insert counts from 1')
  const way = direction === 'out' || (outside !== '' && inside === '') ? 'out' : 'in'
  return {
    rule: {
      v6: false,
      action: params.rule,
      log: params.log ? 'log' : '',
      protocol: proto,
      toPort: params.to_port || 'any',
      to: to === 'any' ? ALL_4 : to,
      fromPort: params.from_port || 'any',
      from: from === 'any' ? ALL_4 : from,
      toApp: name ?? '',
      fromApp: '',
      direction: way,
      in: inside,
      out: outside,
      route,
      comment: Buffer.from(comment, 'utf8').toString('hex'),
    },
    version,
    remove: params.delete,
    insert:
      params.insert === undefined || params.delete
        ? undefined
        : { number: params.insert, from: params.insert_relative_to },
    services,
    words: wordsOf(params, comment),
  }
}

export const SEVERAL = 'several ports need proto: tcp or udp'

/** Whether there are lists or ranges among these ports. */
export function isSeveral(ports: readonly string[]): boolean {
  return ports.some((port) => /[,:]/.test(port))
}

/** Whether one rule over this protocol may have several ports. */
export function hasSeveral(protocol: string): boolean {
  return protocol === 'tcp' || protocol === 'udp'
}

function refuse(message: string, hint?: string): never {
  throw wrong(`ufw: ${message}`, hint)
}

function given(text: string | undefined): text is string {
  return text !== undefined && text !== ''
}

/** The interfaces that a packet comes in and goes out by; empty: any. */
function interfaces({ direction, ...params }: RuleParams): [string, string] {
  const both = [params.interface, params.interface_in, params.interface_out].filter(given)
  for (const one of both)
    if (!/^[\w\-.+,=%@]{1,15}$/.test(one) || one === '.' || one === '..')
      refuse(`${JSON.stringify(one)} is not the name of an interface`)
  const own = params.interface ?? ''
  return [
    direction === 'in' && own !== '' ? own : (params.interface_in ?? ''),
    direction === 'out' && own !== '' ? own : (params.interface_out ?? ''),
  ]
}

function versionFor(addresses: readonly string[], proto: string): RuleWish['version'] {
  const versions = addresses.flatMap((address) => {
    if (address === 'any') return []
    const version = versionOf(address)
    if (version === undefined) refuse(`${JSON.stringify(address)} is no address and no network`)
    return [version]
  })
  const [first, second = first] = versions
  if (first !== second) refuse('from_ip and to_ip are of different IP versions')
  if (first === 6 && ONLY_4.has(proto)) refuse(`${proto} is for IPv4 only`)
  return first ?? (ONLY_4.has(proto) ? 4 : 'both')
}

function commentOf(comment = ''): string {
  if (comment.includes("'")) refuse("a comment cannot have ' in it")
  if (/[\n\0]/.test(comment)) refuse('a comment is one line')
  if (['in', 'out', 'log', 'log-all', 'comment'].includes(comment))
    refuse(`ufw takes the comment ${comment} for a part of the rule`)
  return comment
}

/** As Ansible writes them: from the action on. */
function wordsOf(params: RuleParams, comment: string): string[] {
  const { interface_in: inside, interface_out: outside, from_port: fromPort, to_port: toPort } = params
  return [
    params.rule,
    ...(params.direction === undefined ? [] : [params.direction]),
    ...(given(params.interface) ? ['on', params.interface] : []),
    ...(given(inside) ? ['in', 'on', inside] : []),
    ...(given(outside) ? ['out', 'on', outside] : []),
    ...(params.log ? ['log'] : []),
    'from',
    params.from_ip,
    ...(given(fromPort) ? ['port', fromPort] : []),
    'to',
    params.to_ip,
    ...(given(toPort) ? ['port', toPort] : []),
    ...(given(params.proto) ? ['proto', params.proto] : []),
    ...(given(params.name) ? ['app', params.name] : []),
    ...(comment === '' ? [] : ['comment', comment]),
  ]
}
