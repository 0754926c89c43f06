import * as z from 'zod'
import { defineTask } from '../task.ts'
import { wrong } from './package-params.ts'
import { bool, int, oneOf, text } from './params.ts'
import type { Step } from './ufw-change.ts'
import { asksOf, planUfw, type UfwWish } from './ufw-plan.ts'
import { FROM, ruleWish } from './ufw-wish.ts'

/** ufw splits its arguments at blanks. */
const word = text.refine((value) => !/\s/.test(value), 'cannot have a blank in it')
const DIRECTIONS = ['in', 'incoming', 'out', 'outgoing', 'routed'] as const
const PROTOCOLS = ['any', 'tcp', 'udp', 'ipv6', 'esp', 'ah', 'gre', 'igmp'] as const

const params = z.strictObject({
  state: oneOf(['enabled', 'disabled', 'reloaded', 'reset'])
    .optional()
    .describe(
      'enabled, disabled: on or off, now and at boot. reloaded: read its files again. reset: as installed, and off.',
    ),
  default: oneOf(['allow', 'deny', 'reject'])
    .optional()
    .describe('What becomes of packets that no rule is about.'),
  direction: oneOf(DIRECTIONS)
    .optional()
    .describe('Of a default: incoming (without it), outgoing or routed. Of a rule: in (without it) or out.'),
  logging: z
    .union([
      oneOf(['on', 'off', 'low', 'medium', 'high', 'full']),
      z.boolean().transform((on) => (on ? 'on' : 'off')),
    ])
    .optional()
    .describe('How much ufw logs; on: low, where it was off.'),
  rule: oneOf(['allow', 'deny', 'limit', 'reject']).optional().describe('What a rule does with its packets.'),
  delete: bool.default(false).describe('The rule is not to be there.'),
  insert: int.optional().describe('A new rule goes before the one with this number, instead of to the end.'),
  insert_relative_to: oneOf(FROM)
    .default('zero')
    .describe(
      'What `insert` is added to; other than zero, only while ufw is active, and at the end otherwise.',
    ),
  route: bool.default(false).describe('The rule is about packets that pass through.'),
  log: bool.default(false).describe('Log new connections of the rule.'),
  from_ip: word.default('any').describe('Address or network that it comes from.'),
  from_port: word
    .optional()
    .describe('Port, range (8000:8010), several of them or a service that it comes from.'),
  to_ip: word.default('any').describe('Address or network that it goes to.'),
  to_port: word.optional().describe('Port, range, several of them or a service that it goes to.'),
  proto: oneOf(PROTOCOLS).optional().describe('The protocol.'),
  name: text
    .optional()
    .describe('An application with a profile in /etc/ufw/applications.d, instead of ports.'),
  interface: word.optional().describe('The interface, in or out by `direction`.'),
  interface_in: word.optional().describe('The interface that it comes in by.'),
  interface_out: word.optional().describe('The interface that it goes out by.'),
  comment: text.optional().describe('Kept with the rule.'),
})

export default defineTask({
  name: 'ufw',
  aliases: ['community.general.ufw', 'community.general.system.ufw'],
  summary: 'Switch the firewall ufw on or off, set its defaults, and add and remove rules.',
  kind: ({ state }) => (state === 'reloaded' || state === 'reset' ? 'action' : 'state'),
  params,
  paramAliases: {
    policy: 'default',
    if: 'interface',
    if_in: 'interface_in',
    if_out: 'interface_out',
    from: 'from_ip',
    src: 'from_ip',
    to: 'to_ip',
    dest: 'to_ip',
    port: 'to_port',
    protocol: 'proto',
    app: 'name',
  },
  example: `
- name: Let clients reach the API server
  ufw:
    rule: allow
    to_port: 6443
    proto: tcp
    from_ip: 10.0.0.0/8
`,
  returns: {
    commands: 'What was run of ufw.',
    msg: 'What ufw says of itself afterwards, where something was run.',
  },
  notes: [
    'Only what differs is run. Ansible runs all of it each time, so that state: enabled loads changed files of rules as well: notify a handler with state: reloaded instead.',
    'What is written while ufw is off is a change; Ansible sees what ufw shows, and says ok for a default and changed for each logging.',
    'Whether the kernel can limit connections over IPv6 is not looked at; ufw leaves such a rule out where it cannot.',
    'Comments need ufw 0.35 or newer. ufw has to be run by root. It was tried with ufw 0.36.2 of Debian 12; ufw on EL-like hosts is not shown.',
  ],
  prepare,
  asks: asksOf,
  plan: planUfw,
  result: (_wish, output) => ({
    msg: output.stdout
      .toString('utf8')
      .slice(Math.max(output.stdout.toString('utf8').lastIndexOf('Status: '), 0))
      .trimEnd(),
  }),
  isDone: (_wish, output) => /^Skipping unsupported /m.test(output.stdout.toString('utf8')),
})

function prepare(given: z.output<typeof params>): UfwWish {
  const refuse = (message: string): never => {
    throw wrong(`ufw: ${message}`)
  }
  const { state, default: policy, rule, logging, direction } = given
  const exclusive = [given.name, given.proto, logging].filter((one) => one !== undefined)
  if (exclusive.length > 1) refuse('name, proto and logging exclude each other')
  if (direction !== undefined && (given.interface_in ?? given.interface_out) !== undefined)
    refuse('direction excludes interface_in and interface_out')
  if (given.interface !== undefined && direction === undefined) refuse('interface needs direction: in or out')
  const steps: Step[] = []
  if (state !== undefined) steps.push({ what: 'state', state })
  if (policy !== undefined) {
    if (direction === 'in' || direction === 'out')
      refuse('of a default, direction is incoming, outgoing or routed')
    const way = direction === 'outgoing' || direction === 'routed' ? direction : 'incoming'
    steps.push({ what: 'default', policy, direction: way })
  }
  if (rule !== undefined) steps.push({ what: 'rule', wish: ruleWish({ ...given, rule }) })
  if (logging !== undefined) steps.push({ what: 'logging', level: logging })
  if (steps.length === 0) refuse('one of state, default, rule and logging is needed')
  return { steps }
}
