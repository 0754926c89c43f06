import * as z from 'zod'
import { lines, nothing, type Script, sh } from '../shell/sh.ts'
import { defineTask, type Plan, type Result } from '../task.ts'
import type { Effect, World } from '../world/world.ts'
import { SBIN } from './account-look.ts'
import {
  chainBecomes,
  chainQuestion,
  type ChainSeen,
  chainSeen,
  program,
  type RulePlace,
} from './iptables-look.ts'
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

interface Wish extends RulePlace {
  what: 'rule' | 'chain' | 'policy' | 'flush'
  present: boolean
  insert: boolean
  number: string | undefined
  policy: string | undefined
  manage: boolean
  result: Result
}

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
  plan,
})

function prepare(given: z.output<typeof params>): Wish {
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

function plan(wish: Wish, world: World): Plan {
  const seen = chainSeen(wish, world)
  if (!seen.tool)
    return {
      status: 'fail',
      message: `this host has no ${program(wish)}`,
      hint: 'install it with a package task: iptables; where firewalld runs, write a firewalld task',
    }
  if (seen.problem !== undefined) return { status: 'fail', message: seen.problem }
  switch (wish.what) {
    case 'flush':
      return planFlush(wish, seen)
    case 'policy':
      return planPolicy(wish, seen)
    case 'chain':
      return planChain(wish, seen)
    case 'rule':
      return planRule(wish, seen)
  }
}

function planRule(wish: Wish, seen: ChainSeen): Plan {
  const { chain = '', rule = [], number } = wish
  if (seen.rule === wish.present)
    return done(wish, wish.present ? `${chain} has the rule` : `${chain} has no such rule`)
  if (!wish.present) {
    const remove = sh`while ${command(wish, '-C', chain, ...rule)} 2>/dev/null; do ${command(wish, '-D', chain, ...rule)} || exit 1; done`
    const gone = chainBecomes(wish, (now, own) => ({
      ...now,
      rules: Math.max(0, now.rules - 1),
      rule: now.rule && !own,
    }))
    return change(wish, `remove a rule from ${chain}`, rule.join(' '), '', remove, gone)
  }
  if (!seen.chain && !wish.manage) return noChain(chain)
  const make = seen.chain ? nothing : sh`${command(wish, '-N', chain)} || exit 1`
  const place = wish.insert ? ['-I', chain, ...(number === undefined ? [] : [number])] : ['-A', chain]
  const add = lines(make, sh`${command(wish, ...place, ...rule)} || exit 1`)
  const there = chainBecomes(wish, (now, own) => ({
    ...now,
    chain: true,
    rules: now.rules + 1,
    rule: now.rule || own,
  }))
  return change(wish, `add a rule to ${chain}`, '', rule.join(' '), add, there)
}

function planFlush(wish: Wish, seen: ChainSeen): Plan {
  const { chain } = wish
  const place = chain ?? `table ${wish.table}`
  if (chain !== undefined && !seen.chain) return noChain(chain)
  if (seen.rules === 0) return done(wish, `${place} has no rules`)
  const words = chain === undefined ? [] : [chain]
  const empty = chainBecomes(wish, (now) => ({ ...now, rules: 0, rule: false }))
  return change(
    wish,
    `remove all rules of ${place}`,
    `${seen.rules} rules`,
    '',
    sh`${command(wish, '-F', ...words)} || exit 1`,
    empty,
  )
}

function planPolicy(wish: Wish, seen: ChainSeen): Plan {
  const { chain = '', policy = '' } = wish
  if (!seen.chain) return noChain(chain)
  if (seen.policy === undefined)
    return { status: 'fail', message: `${chain} has no policy: only the kernel's own chains have one` }
  if (seen.policy === policy) return done(wish, `the policy of ${chain} is ${policy}`)
  const set = sh`${command(wish, '-P', chain, policy)} || exit 1`
  return change(
    wish,
    `set the policy of ${chain} to ${policy}`,
    seen.policy,
    policy,
    set,
    chainBecomes(wish, (now) => ({ ...now, policy })),
  )
}

function planChain(wish: Wish, seen: ChainSeen): Plan {
  const { chain = '', present } = wish
  if (seen.chain === present) return done(wish, `${chain} is ${present ? '' : 'not '}there`)
  if (!present && seen.policy !== undefined)
    return { status: 'fail', message: `${chain} is the kernel's own chain` }
  if (!present && seen.rules > 0)
    return { status: 'fail', message: `${chain} has rules`, hint: 'flush it before, with flush: yes' }
  const make = sh`${command(wish, present ? '-N' : '-X', chain)} || exit 1`
  const effect = chainBecomes(wish, (now) => ({ ...now, chain: present, rules: 0, rule: false }))
  return change(
    wish,
    `${present ? 'make' : 'remove'} chain ${chain}`,
    present ? 'absent' : 'present',
    present ? 'present' : 'absent',
    make,
    effect,
  )
}

function noChain(chain: string): Plan {
  return {
    status: 'fail',
    message: `there is no chain ${chain}`,
    hint: 'write chain_management: yes to have it made',
  }
}

function done(wish: Wish, reason: string): Plan {
  return { status: 'ok', reason, result: wish.result }
}

function change(
  wish: Wish,
  summary: string,
  before: string,
  after: string,
  apply: Script,
  effect: Effect,
): Plan {
  const subject = `${program(wish)} ${wish.table} ${wish.chain ?? ''}`.trimEnd()
  return {
    status: 'change',
    summary,
    diff: [{ type: 'fields', subject, fields: [{ name: wish.what, before, after }] }],
    apply: lines(SBIN, apply),
    effects: [effect],
    result: wish.result,
  }
}

function command(wish: Wish, ...rest: readonly string[]): Script {
  return sh`${[program(wish), '-t', wish.table, ...rest]}`
}
