import { HakubeError } from '../errors.ts'
import { ShlexError, shellWords } from '../inventory/shlex.ts'
import { humanToBytes } from '../jinja/filters/sizes.ts'
import type { Json, JsonObject } from './container-compare.ts'

/** Throws: the argument cannot be meant. */
export function refuse(message: string, hint?: string): never {
  throw new HakubeError(message, { code: 'wrong-parameter', hint })
}

/** The words of a command: a list as it is, a text by the rules of a shell. */
export function commandWords(name: string, given: readonly string[] | string): string[] {
  if (typeof given !== 'string') return [...given]
  try {
    return shellWords(given)
  } catch (error) {
    if (error instanceof ShlexError) refuse(`${name}: ${error.message} in ${JSON.stringify(given)}`)
    throw error
  }
}

/** 64M, 1.5 G, 1048576: a size in bytes. */
export function bytes(name: string, given: string): number {
  try {
    return humanToBytes(given, undefined, false)
  } catch {
    return refuse(
      `${name}: ${JSON.stringify(given)} is no size`,
      'write a number and B, K, M, G, T or P: 64M',
    )
  }
}

const UNITS = { h: 3_600_000_000_000, m: 60_000_000_000, s: 1_000_000_000, ms: 1_000_000, us: 1000 }

/** 1m30s in nanoseconds. */
export function nanoseconds(name: string, given: string): number {
  const parts = [...given.matchAll(/(\d+)(h|ms|us|m|s)/g)]
  const whole = parts.map(([part]) => part).join('')
  if (given === '' || whole !== given) {
    return refuse(`${name}: ${JSON.stringify(given)} is no duration`, 'write it like 1m30s or 500ms')
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * unitOf(unit), 0)
}

function unitOf(unit: string | undefined): number {
  return unit === 'h' || unit === 'm' || unit === 's' || unit === 'ms' || unit === 'us' ? UNITS[unit] : 0
}

/** 80 or 8000-8010 as a list of ports. */
export function portRange(given: string): number[] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(given)
  const [from, to] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])]
  if (!match || to < from || to > 65_535)
    return refuse(`${JSON.stringify(given)} is no port and no range of ports`)
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

/** A port of the container as inspect writes it, and where on the host it is reached. */
export interface Binding {
  /** 80/tcp */
  port: string
  /** undefined: not said. */
  ip: string | undefined
  /** A port, a range to choose from, or nothing for any. */
  hostPort: string
}

/** 8080:80, 127.0.0.1:53:53/udp, [::1]:80:80, 7000-7010:9010-9020, 80. */
export function portBindings(given: string): Binding[] {
  const match =
    /^(?:(?:(\d+\.\d+\.\d+\.\d+|\[[0-9a-fA-F:]+(?:%[^\]/]+)?\]):)?([\d-]*):)?([\d-]+)(?:\/(\w+))?$/.exec(
      given,
    )
  if (!match) {
    const hint = 'write [address:][port of the host:]port of the container[/udp]; an address is no host name'
    return refuse(`${JSON.stringify(given)} is no port to publish`, hint)
  }
  const [, ip, host = '', inside = '', protocol = 'tcp'] = match
  const ports = portRange(inside)
  const outside = host === '' || ports.length === 1 ? ports.map(() => host) : portRange(host).map(String)
  if (host !== '') portRange(host)
  return ports.slice(0, outside.length).map((port, index) => ({
    port: `${port}/${protocol}`,
    ip: ip?.replace(/^\[(.*)\]$/, '$1'),
    hostPort: outside[index] ?? '',
  }))
}

/** As inspect has it: by port of the container, sorted lists of { HostIp, HostPort }. */
export function bindingsByPort(bindings: readonly Binding[], defaultIp: string): JsonObject {
  const out: Record<string, JsonObject[]> = {}
  for (const { port, ip, hostPort } of bindings) {
    const list = (out[port] ??= [])
    list.push({ HostIp: ip ?? defaultIp, HostPort: hostPort })
  }
  return sortedBindings(out)
}

export function sortedBindings(ports: Record<string, Json | undefined> | JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(ports).map(([port, list]): [string, Json] => [
      port,
      (Array.isArray(list) ? list : []).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    ]),
  )
}

const MODES = /^(r[ow]|[zZ]|consistent|delegated|cached|r?(private|shared|slave)|nocopy)$/
const PODMAN_MODES = /^([UO]|copy|(no)?(dev|exec|suid)|r?(bind|unbindable)|idmap(=.*)?|(upper|work)dir=.*)$/

export interface Volume {
  /** A directory of the host, or a volume's name; undefined: a volume without a name. */
  source: string | undefined
  target: string
  mode: string
}

/** /host:/container[:mode], name:/container, /container. */
export function volumeOf(given: string): Volume {
  return readVolume(given, (mode) => MODES.test(mode))
}

/** The same, with the modes that only podman has. */
export function podmanVolumeOf(given: string): Volume {
  return readVolume(given, (mode) => MODES.test(mode) || PODMAN_MODES.test(mode))
}

function readVolume(given: string, isMode: (mode: string) => boolean): Volume {
  const parts = given.split(':')
  const [first = '', second, third] = parts
  if (parts.length > 3 || first === '') return refuse(`volumes: ${JSON.stringify(given)} is no volume`)
  if (/^[.~]/.test(first) && second !== undefined) {
    return refuse(`volumes: ${JSON.stringify(first)} is not an absolute path`, 'write the path from / on')
  }
  if (second === undefined) return { source: undefined, target: first, mode: 'rw' }
  if (third !== undefined && !third.split(',').every(isMode))
    return refuse(`volumes: ${JSON.stringify(third)} is no mode`, 'write ro or rw')
  return { source: first, target: second, mode: third ?? 'rw' }
}

/** Variables of a file with a line NAME=value each. A line that is none may be a secret: only its number is said. */
export function readEnvFile(path: string, text: string): [string, string][] {
  return text.split('\n').flatMap((line, index): [string, string][] => {
    const trimmed = line.trim()
    if (line.startsWith('#') || trimmed === '') return []
    const at = trimmed.indexOf('=')
    if (at === -1) return refuse(`${path}:${index + 1}: no NAME=value`)
    return [[trimmed.slice(0, at), trimmed.slice(at + 1)]]
  })
}

/** Fields of a --mount, which the programs read as CSV. */
export function csv(fields: readonly string[]): string {
  return fields.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join()
}

/** CAP_NET_ADMIN and net_admin are NET_ADMIN. */
export function capability(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, '')
}

/** The values of a dict as the programs have them: texts, and true rather than True. */
export function texts(given: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([key, item]) => [key, String(item)]))
}
