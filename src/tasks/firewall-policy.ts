import { MARKER } from '../ha/marker.ts'

/** The policy that is hakube's own as a whole: what is not in it is not open because of hakube. */
export const POLICY = 'hakube'
export const POLICY_FILE = `/etc/firewalld/policies/${POLICY}.xml`

/** One thing that is let in: a port (8443/tcp) or vrrp, from everywhere or from one address only. */
export interface Opening {
  what: string
  from?: string | undefined
}

/** How firewall-cmd names an opening: `--add-port=…` or `--add-rich-rule=…`, and lists it again. */
export interface Argument {
  option: 'port' | 'rich-rule'
  value: string
}

export function argumentOf({ what, from }: Opening): Argument {
  if (from === undefined) return { option: 'port', value: what }
  const [port, protocol] = what.split('/')
  const element =
    protocol === undefined ? `protocol value="${what}"` : `port port="${port}" protocol="${protocol}"`
  const value = `rule family="${familyOf(from)}" source address="${from}" ${element} accept`
  return { option: 'rich-rule', value }
}

/** For people: "8443/tcp", "VRRP from 10.0.0.2". */
export function wordsOf({ what, from }: Opening): string {
  const name = what === 'vrrp' ? 'VRRP' : what
  return from === undefined ? name : `${name} from ${from}`
}

/**
 * The text of the policy. It holds whatever zone an interface or a source is in (ANY), and only after what the zones
 * themselves say (a positive priority), so that an administrator's own rules against somebody stay in force.
 */
export function policyText(openings: readonly Opening[]): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<!-- ${MARKER} -->
<policy priority="100" target="CONTINUE">
  <short>hakube</short>
  <description>What the highly available Kubernetes API endpoint needs.</description>
  <ingress-zone name="ANY"/>
  <egress-zone name="HOST"/>
${sorted(openings).map(lineOf).join('')}</policy>
`
}

const RULE = /<rule\b[^>]*>(.*?)<\/rule>/gs
const ELEMENT = /<port port="([^"]+)" protocol="([^"]+)"\/>|<protocol value="([^"]+)"\/>/g

/**
 * The openings in the policy's file, as policyText made it or as firewalld has rewritten it since, which gives each
 * element of a rule its own line. A rule that does anything but let one address in says nothing.
 */
export function readPolicy(text: string): Opening[] {
  const rules = [...text.matchAll(RULE)].flatMap(([, rule = '']): Opening[] => {
    const [, from, inner] = /^\s*<source address="([^"]+)"\/>(.*)<accept\/>\s*$/s.exec(rule) ?? []
    const whats = elements(inner ?? '')
    return from === undefined || whats.length !== 1 ? [] : whats.map((what) => ({ what, from }))
  })
  const ports = elements(text.replaceAll(RULE, '')).filter((what) => what.includes('/'))
  return [...ports.map((what) => ({ what })), ...rules]
}

function elements(text: string): string[] {
  return [...text.matchAll(ELEMENT)].map(([, port, protocol, other]) => other ?? `${port}/${protocol}`)
}

/** Every opening once, in a fixed order: what is for everybody first. */
export function sorted(openings: readonly Opening[]): Opening[] {
  const byKey = new Map(openings.map((one) => [`${one.from ?? ''} ${one.what}`, one]))
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

function lineOf({ what, from }: Opening): string {
  const [port, protocol] = what.split('/')
  const element =
    protocol === undefined ? `<protocol value="${what}"/>` : `<port port="${port}" protocol="${protocol}"/>`
  if (from === undefined) return `  ${element}\n`
  return `  <rule family="${familyOf(from)}"><source address="${from}"/>${element}<accept/></rule>\n`
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4'
}
