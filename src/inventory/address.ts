import { smallest } from '../yaml/scalar.ts'

export interface Address {
  host: string
  port: number | bigint | undefined
}

const NUMBER_OR_LETTER_RANGE = '\\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\\]'
const LABEL = `(?:[\\p{L}\\p{N}_]|${NUMBER_OR_LETTER_RANGE})(?:[\\p{L}\\p{N}_-]|${NUMBER_OR_LETTER_RANGE})*(?<![_-])`
const HOST_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, 'iu')
// One part of an IPv6 address, or a range of them.
const PART = '(?:[0-9a-f]{1,4}|\\[[0-9a-f]+:[0-9a-f]+(?::[0-9]+)?\\])'
// Ansible looks only at how an address begins: what follows a "::" is never judged, such as the zone of fe80::1%eth0.
const IPV6 = new RegExp(
  `^(?:(?:${PART}:){7}${PART}|(?:${PART}:){1,6}:|::|(?:0:){6}(?:${PART}\\.){3}${PART}|(?:0:){5}ffff:(?:${PART}\\.){3}${PART}$)`,
  'i',
)
const BRACKETED = /^\[(.+)\]:([0-9]+)$/
const PLAIN = /^((?:[^:[\]]|\[[^\]]*\])*):([0-9]+)$/

/**
 * Takes `host`, `host:port` or `[host]:port` apart, where host is a name, an IPv4 or an IPv6 address that may
 * contain ranges like [1:3]. Undefined if it is none of these; Ansible then takes the whole text for a name.
 */
export function parseAddress(text: string): Address | undefined {
  let host = text
  let port: string | undefined
  for (const pattern of [BRACKETED, PLAIN]) {
    const match = pattern.exec(host)
    if (match) [, host = '', port] = match
  }
  if (!HOST_NAME.test(host) && !IPV6.test(host)) return undefined
  return { host, port: port === undefined ? undefined : smallest(BigInt(port)) }
}
