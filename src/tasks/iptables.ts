import * as z from 'zod'
import { defineTask } from '../task.ts'
import { chainQuestion } from './iptables-look.ts'
import { type FilterWish, planFilter } from './iptables-plan.ts'
import { ruleWords } from './iptables-rule.ts'
import { wrong } from './package-params.ts'
import { bool, name, oneOf, text, texts } from './params.ts'

const LEVELS = [
  '0',
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  'emerg',
  'alert',
  'crit',
  'error',
  'warning',
  'notice',
  'info',
  'debug',
] as const

const words = (what: string) => texts.default([]).describe(what)
const value = (what: string) => name.optional().describe(what)

const params = z.strictObject({
  chain: value('The chain: INPUT, FORWARD, OUTPUT, PREROUTING, POSTROUTING or one of your own.'),
  table: oneOf(['filter', 'nat', 'mangle', 'raw', 'security']).default('filter').describe('The table.'),
  state: oneOf(['present', 'absent'])
    .default('present')
    .describe('Whether the rule, or the chain, is to be there.'),
  action: oneOf(['append', 'insert'])
    .default('append')
    .describe('Where a new rule goes: at the end, or at the top.'),
  rule_num: value('With insert: at this place, from 1.'),
  ip_version: oneOf(['ipv4', 'ipv6']).default('ipv4').describe('iptables or ip6tables.'),
  protocol: value('tcp, udp, icmp, a number, all; ! in front negates, here and below.'),
  source: value('Address or network that it comes from.'),
  destination: value('Address or network that it goes to.'),
  match: words('Extensions to load, such as conntrack.'),
  tcp_flags: z
    .strictObject({
      flags: texts.describe('Flags to look at.'),
      flags_set: texts.describe('Those of them that have to be set.'),
    })
    .optional()
    .describe('TCP flags: a dictionary with the lists flags and flags_set.'),
  jump: value('Target: ACCEPT, DROP, REJECT, LOG, SNAT, a chain, …'),
  goto: value('A chain from which nothing comes back.'),
  gateway: value('With jump TEE: where copies go.'),
  log_prefix: text.optional().describe('With LOG: in front of the line.'),
  log_level: oneOf(LEVELS).optional().describe('With LOG: level in the log.'),
  in_interface: value('Where it comes in; eth+ means all that begin so.'),
  out_interface: value('Where it goes out.'),
  fragment: text.optional().describe('Second and later fragments only.'),
  set_counters: value('Packets and bytes to begin with.'),
  source_port: value('Port or range (8000:8010) that it comes from.'),
  destination_port: value('Port or range that it goes to.'),
  destination_ports: words('Several of them, and ranges.'),
  to_ports: value('With REDIRECT and MASQUERADE: ports.'),
  to_destination: value('With DNAT: the new destination.'),
  to_source: value('With SNAT: the new source.'),
  set_dscp_mark: value('With DSCP: the value.'),
  set_dscp_mark_class: value('With DSCP: its class.'),
  syn: oneOf(['ignore', 'match', 'negate'])
    .default('ignore')
    .describe('Only, or never, the first packet of a connection.'),
  ctstate: words('States of the connection: NEW, ESTABLISHED, RELATED, INVALID, …'),
  src_range: value('First and last address that it comes from.'),
  dst_range: value('First and last address that it goes to.'),
  match_set: value('Name of a set of ipset.'),
  match_set_flags: oneOf(['src', 'dst', 'src,dst', 'dst,src'])
    .optional()
    .describe('What is looked for in that set.'),
  limit: value('At most so often, such as 2/second.'),
  limit_burst: value('So many before limit counts.'),
  uid_owner: value('User, or range of users, whose process sends it.'),
  gid_owner: value('Group whose process sends it.'),
  reject_with: value('With REJECT, which is the target then: the answer.'),
  icmp_type: value('ICMP type.'),
  comment: text.optional().describe('Kept in the rule.'),
  policy: oneOf(['ACCEPT', 'DROP', 'QUEUE', 'RETURN'])
    .optional()
    .describe('What becomes of the rest in this chain; no rule then.'),
  flush: bool.default(false).describe('Remove all rules of the chain, or of the table.'),
  chain_management: bool
    .default(false)
    .describe('Make the chain where there is none; with absent and no rule, remove it.'),
  wait: value('Seconds to wait for another iptables.'),
  numeric: bool.default(false).describe('Nothing: no names are looked up in any case.'),
})

export default defineTask({
  name: 'iptables',
  aliases: ['ansible.builtin.iptables', 'ansible.legacy.iptables'],
  summary: 'A rule of the packet filter in the running kernel, the policy of a chain, or an empty chain.',
  kind: () => 'state',
  params,
  example: `
- name: Let VRRP in
  iptables:
    chain: INPUT
    protocol: vrrp
    in_interface: eth0
    jump: ACCEPT
    comment: keepalived
`,
  returns: {
    rule: 'The rule as words for iptables.',
    chain: 'As asked for. Also table, ip_version, state, flush and chain_management.',
  },
  notes: [
    'Rules are gone after a boot, unless something saves them (iptables-save, netfilter-persistent).',
    'Flushing what is empty is no change; Ansible reports one every time.',
    'absent removes the rule as often as it is there.',
    'Two tasks that write the same rule in different words are two rules to check mode.',
  ],
  prepare,
  asks: (wish) => [chainQuestion(wish)],
  plan: planFilter,
})

function prepare(given: z.output<typeof params>): FilterWish {
  const refuse = (message: string, hint?: string): never => {
    throw wrong(`iptables: ${message}`, hint)
  }
  const { chain, table, ip_version: version, flush, policy } = given
  if (!flush && chain === undefined) refuse('a chain is needed', 'add chain:')
  if (flush && policy !== undefined) refuse('flush and policy exclude each other', 'write two tasks')
  if (given.set_dscp_mark !== undefined && given.set_dscp_mark_class !== undefined)
    refuse('set_dscp_mark and set_dscp_mark_class exclude each other')
  if (given.jump?.toLowerCase() === 'tee' && given.gateway === undefined)
    refuse('TEE needs gateway', 'add gateway:')
  const logs = given.log_prefix !== undefined || given.log_level !== undefined
  if (logs && given.jump !== undefined && given.jump !== 'LOG')
    refuse('log_prefix and log_level need jump: LOG')
  const rule = ruleWords({ ...given, jump: logs ? 'LOG' : given.jump })
  const bare = rule.length === 0 || (rule.length === 2 && rule[0] === '-w')
  const present = given.state === 'present'
  if (bare && !present && !flush && policy === undefined && !given.chain_management)
    refuse('there is no rule to remove', 'say which, or remove the chain with chain_management: yes')
  const what = flush
    ? 'flush'
    : policy !== undefined
      ? 'policy'
      : bare && given.chain_management
        ? 'chain'
        : 'rule'
  return {
    version,
    table,
    chain,
    rule: what === 'rule' ? rule : undefined,
    what,
    present,
    insert: given.action === 'insert',
    number: given.rule_num,
    policy,
    manage: given.chain_management,
    result: {
      ip_version: version,
      table,
      ...(chain !== undefined && { chain }),
      flush,
      rule: rule.join(' '),
      state: given.state,
      chain_management: given.chain_management,
    },
  }
}
