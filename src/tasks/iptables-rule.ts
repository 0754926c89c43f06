/** What a rule is made of, under Ansible's names. Texts that begin with ! are meant negated. */
export interface RuleParams {
  ip_version: 'ipv4' | 'ipv6'
  wait?: string | undefined
  protocol?: string | undefined
  source?: string | undefined
  destination?: string | undefined
  match: readonly string[]
  tcp_flags?: { flags: readonly string[]; flags_set: readonly string[] } | undefined
  jump?: string | undefined
  gateway?: string | undefined
  log_prefix?: string | undefined
  log_level?: string | undefined
  to_destination?: string | undefined
  destination_ports: readonly string[]
  to_source?: string | undefined
  goto?: string | undefined
  in_interface?: string | undefined
  out_interface?: string | undefined
  fragment?: string | undefined
  set_counters?: string | undefined
  source_port?: string | undefined
  destination_port?: string | undefined
  to_ports?: string | undefined
  set_dscp_mark?: string | undefined
  set_dscp_mark_class?: string | undefined
  syn: 'ignore' | 'match' | 'negate'
  ctstate: readonly string[]
  src_range?: string | undefined
  dst_range?: string | undefined
  match_set?: string | undefined
  match_set_flags?: string | undefined
  limit?: string | undefined
  limit_burst?: string | undefined
  uid_owner?: string | undefined
  gid_owner?: string | undefined
  reject_with?: string | undefined
  icmp_type?: string | undefined
  comment?: string | undefined
}

/** A rule as words for iptables, in an order that it takes: what a match has stands behind it. */
export function ruleWords(rule: RuleParams): string[] {
  const { match } = rule
  const words = [
    ...one('-w', rule.wait),
    ...one('-p', rule.protocol),
    ...one('-s', rule.source),
    ...one('-d', rule.destination),
    ...match.flatMap((each) => one('-m', each)),
    ...tcpFlags(rule),
    ...one('-j', rule.jump),
    ...(rule.jump?.toLowerCase() === 'tee' ? one('--gateway', rule.gateway) : []),
    ...one('--log-prefix', rule.log_prefix),
    ...one('--log-level', rule.log_level),
    ...one('--to-destination', rule.to_destination),
    ...(rule.destination_ports.length > 0
      ? ['-m', 'multiport', '--dports', rule.destination_ports.join(',')]
      : []),
    ...one('--to-source', rule.to_source),
    ...one('-g', rule.goto),
    ...one('-i', rule.in_interface),
    ...one('-o', rule.out_interface),
    ...one('-f', rule.fragment),
    ...one('-c', rule.set_counters),
    ...one('--source-port', rule.source_port),
    ...one('--destination-port', rule.destination_port),
    ...one('--to-ports', rule.to_ports),
    ...one('--set-dscp', rule.set_dscp_mark),
    ...one('--set-dscp-class', rule.set_dscp_mark_class),
    ...(rule.syn === 'match' ? ['--syn'] : rule.syn === 'negate' ? ['!', '--syn'] : []),
    ...states(rule),
    ...withMatch(match, 'iprange', [
      ...one('--src-range', rule.src_range),
      ...one('--dst-range', rule.dst_range),
    ]),
    ...withMatch(match, 'set', [
      ...one('--match-set', rule.match_set),
      ...(rule.match_set !== undefined && rule.match_set_flags !== undefined ? [rule.match_set_flags] : []),
    ]),
    ...withMatch([], 'limit', [...one('--limit', rule.limit), ...one('--limit-burst', rule.limit_burst)]),
    ...withMatch([], 'owner', one('--uid-owner', rule.uid_owner)),
    ...withMatch([], 'owner', one('--gid-owner', rule.gid_owner)),
    ...(rule.jump === undefined && rule.reject_with !== undefined ? ['-j', 'REJECT'] : []),
    ...one('--reject-with', rule.reject_with),
    ...one(rule.ip_version === 'ipv4' ? '--icmp-type' : '--icmpv6-type', rule.icmp_type),
    ...withMatch([], 'comment', one('--comment', rule.comment)),
  ]
  return words
}

function one(flag: string, value: string | undefined): string[] {
  if (value === undefined) return []
  return value.startsWith('!') ? ['!', flag, value.slice(1).trimStart()] : [flag, value]
}

function tcpFlags({ tcp_flags: flags }: RuleParams): string[] {
  return flags === undefined ? [] : ['--tcp-flags', flags.flags.join(','), flags.flags_set.join(',')]
}

/** ctstate goes to the match that is there already, conntrack or state; else to conntrack. */
function states({ match, ctstate }: RuleParams): string[] {
  if (ctstate.length === 0) return []
  const text = ctstate.join(',')
  if (match.includes('conntrack')) return ['--ctstate', text]
  if (match.includes('state')) return ['--state', text]
  return ['-m', 'conntrack', '--ctstate', text]
}

/** Options of a match, which is named unless that was done. */
function withMatch(named: readonly string[], match: string, words: readonly string[]): string[] {
  if (words.length === 0) return []
  return named.includes(match) ? [...words] : ['-m', match, ...words]
}
