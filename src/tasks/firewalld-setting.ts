import { canonicalRule, ruleProblem } from './rich-rule.ts'
import { wrong } from './package-params.ts'

/** One setting of a zone, as a task is about it. */
export interface Setting {
  /** For people: "service http", "masquerading". */
  words: string
  /** Its field in the listing of a zone. */
  field: string
  /** Its value there; undefined: a switch, yes or no. */
  value: string | undefined
  /** The option of firewall-cmd after --add- and --remove-, with its value. */
  add: string
  remove: string
  /** Whether firewalld can let it end after a time. */
  canEnd: boolean
  /** Where names of this kind are defined. */
  known?: 'services' | 'icmptypes'
}

/** The parameters that name a setting; a task has one of them at most. */
export interface Given {
  service?: string | undefined
  port?: string | undefined
  port_forward?: readonly Forward[] | undefined
  protocol?: string | undefined
  rich_rule?: string | undefined
  source?: string | undefined
  interface?: string | undefined
  icmp_block?: string | undefined
  icmp_block_inversion?: boolean | undefined
  masquerade?: boolean | undefined
  forward?: boolean | undefined
  target?: string | undefined
}

export interface Forward {
  port: string
  proto: string
  toport: string
  toaddr?: string | undefined
}

/** The makers of those settings that are given, under the name of their parameter. */
function given(params: Given): { name: keyof Given; setting: Setting }[] {
  const out: { name: keyof Given; setting: Setting }[] = []
  const add = <Name extends keyof Given>(name: Name, make: (value: NonNullable<Given[Name]>) => Setting) => {
    const value = params[name]
    if (value !== undefined && value !== null) out.push({ name, setting: make(value) })
  }
  add('service', (name) => listed(`service ${name}`, 'services', 'service', name, 'services'))
  add('port', (text) => {
    const port = readPort(text)
    return listed(`port ${port}`, 'ports', 'port', port)
  })
  add('protocol', (name) => listed(`protocol ${name}`, 'protocols', 'protocol', name))
  add('icmp_block', (name) => listed(`ICMP block ${name}`, 'icmp-blocks', 'icmp-block', name, 'icmptypes'))
  add('source', (address) => ({
    ...listed(`source ${address}`, 'sources', 'source', address),
    canEnd: false,
  }))
  // An interface is in one zone only: it moves.
  add('interface', (name) => ({
    ...listed(`interface ${name}`, 'interfaces', 'interface', name),
    add: `--change-interface=${name}`,
    canEnd: false,
  }))
  add('rich_rule', (rule) => {
    const problem = ruleProblem(rule)
    if (problem !== undefined)
      throw wrong(
        `firewalld: ${JSON.stringify(rule)} is no rich rule: ${problem}`,
        'see man firewalld.richlanguage',
      )
    return { ...listed(`rule "${rule}"`, 'rich rules', 'rich-rule', rule), value: canonicalRule(rule) }
  })
  add('port_forward', readForward)
  add('masquerade', () => switched('masquerading', 'masquerade', true))
  add('forward', () => switched('forwarding within the zone', 'forward', false))
  add('icmp_block_inversion', () => switched('inversion of ICMP blocks', 'icmp-block-inversion', false))
  return out
}

function readForward([one, ...more]: readonly Forward[]): Setting {
  if (!one || more.length > 0)
    throw wrong('firewalld takes one port_forward in a task', 'write a task for each, or a loop')
  const { port, proto, toport, toaddr = '' } = one
  const value = `port=${port}:proto=${proto}:toport=${toport}:toaddr=${toaddr}`
  const setting = listed(`forward of port ${port}/${proto}`, 'forward-ports', 'forward-port', value)
  const option = toaddr === '' ? value.replace(/:toaddr=$/, '') : value
  return { ...setting, add: `--add-forward-port=${option}`, remove: `--remove-forward-port=${option}` }
}

function listed(
  words: string,
  field: string,
  option: string,
  value: string,
  known?: Setting['known'],
): Setting {
  const setting = {
    words,
    field,
    value,
    add: `--add-${option}=${value}`,
    remove: `--remove-${option}=${value}`,
  }
  return { ...setting, canEnd: true, ...(known && { known }) }
}

function switched(words: string, field: string, canEnd: boolean): Setting {
  return { words, field, value: undefined, add: `--add-${field}`, remove: `--remove-${field}`, canEnd }
}

function readPort(text: string): string {
  const [, port, protocol] = /^\s*(\d+(?:-\d+)?)\/(tcp|udp|sctp|dccp)\s*$/.exec(text) ?? []
  if (port === undefined || protocol === undefined)
    throw wrong(`firewalld: ${JSON.stringify(text)} is no port`, 'write port and protocol, such as 8443/tcp')
  return `${port}/${protocol}`
}

/** The setting that the parameters name, and whether a switch was given as "no"; undefined where they name none. */
export function readSetting(params: Given): { setting: Setting; inverted: boolean } | undefined {
  const found = given(params)
  const names = [...found.map(({ name }) => name), ...(params.target === undefined ? [] : ['target'])]
  if (names.length > 1)
    throw wrong(
      `firewalld: a task is about one setting, not about ${names.join(' and ')}`,
      'write a task for each',
    )
  const [first] = found
  return first && { setting: first.setting, inverted: params[first.name] === false }
}
