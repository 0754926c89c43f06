import { lines, Script, sh } from '../shell/sh.ts'
import { Unknown } from '../world/kind.ts'
import type { ScriptAsk, ScriptReply } from '../world/replies.ts'
import { type Effect, effectOnAll, type World } from '../world/world.ts'
import { replyWith, SBIN, wordsOf } from '../world/script-reply.ts'

/** Which chain of which table, and a rule in it; undefined: all chains, no rule. */
export interface RulePlace {
  version: 'ipv4' | 'ipv6'
  table: string
  chain: string | undefined
  rule: readonly string[] | undefined
}

/** What a host says of a chain. */
export interface ChainSeen {
  /** What went wrong with the look itself, in iptables' words. */
  problem: string | undefined
  tool: boolean
  chain: boolean
  policy: string | undefined
  /** NaN: nobody can tell, behind the removal of a rule that may be there several times. */
  rules: number
  rule: boolean
}

export function program({ version }: Pick<RulePlace, 'version'>): string {
  return version === 'ipv4' ? 'iptables' : 'ip6tables'
}

/** Everything about a chain begins like this. */
function prefix({ version, table, chain }: RulePlace): string {
  return `iptables ${version} ${table} ${chain ?? ''}`
}

/**
 * A legacy iptables makes the file of its lock even to look; with the lock elsewhere it writes nothing. iptables -S
 * asks for no names, so it does not wait for a name server.
 */
function ask(place: RulePlace): ScriptAsk {
  const tool = program(place)
  return {
    id: `${prefix(place)} ${place.rule === undefined ? '' : JSON.stringify(place.rule)}`,
    changes: true,
    text: lines(
      SBIN,
      sh`XTABLES_LOCKFILE=/dev/null; export XTABLES_LOCKFILE; tool=${tool}`,
      new Script(`command -v "$tool" >/dev/null 2>&1 || exit 0
echo tool yes`),
      // The whole table: asked about a chain that is not there, iptables over nftables says something else.
      sh`chain=${place.chain ?? ''}; said=$(${tool} ${['-t', place.table, '-S']} 2>&1) ||`,
      new Script(`{ printf 'problem %s\\n' "$(printf '%s\\n' "$said" | head -n 1)"; exit 0; }
printf '%s\\n' "$said" | {
  rules=0 there=$([ -n "$chain" ] || echo yes)
  while read -r what name more; do
    [ -z "$chain" ] || [ "$name" = "$chain" ] || continue
    case $what in
    -N) there=yes ;;
    -P) there=yes; [ -z "$chain" ] || echo "policy $more" ;;
    -A) rules=$((rules + 1)) ;;
    esac
  done
  [ -z "$there" ] || printf 'chain yes\\nrules %s\\n' "$rules"
}`),
      place.rule === undefined || place.chain === undefined
        ? new Script(':')
        : sh`${tool} ${['-t', place.table, '-C', place.chain, ...place.rule]} >/dev/null 2>&1 && echo rule yes || :`,
    ),
  }
}

export function chainQuestion(place: RulePlace) {
  return { kind: 'script', ask: ask(place) } as const
}

export function chainSeen(place: RulePlace, world: World): ChainSeen {
  return read(world.get('script', ask(place)))
}

function read(reply: ScriptReply): ChainSeen {
  const said = wordsOf(reply)
  return {
    problem: said.get('problem'),
    tool: said.has('tool'),
    chain: said.has('chain'),
    policy: said.get('policy'),
    rules: Number(said.get('rules') ?? 0),
    rule: said.has('rule'),
  }
}

/** What happens to the rules of a chain, or of all chains of the table. */
export interface ChainChange {
  /** What was asked about the chain is this from now on; `own`: of this very rule. */
  chain: (seen: ChainSeen, own: boolean) => ChainSeen
  /** How many rules the table has more; NaN where nobody can tell. */
  more: number
}

/** The same to be asked of the chain, of each chain of the table where none is named, and of the table as a whole. */
export function chainBecomes(place: RulePlace, { chain: change, more }: ChainChange): Effect {
  const { id } = ask(place)
  const start = prefix(place)
  const table = ask({ ...place, chain: undefined, rule: undefined }).id
  return effectOnAll('script', (before, key) => {
    if (before instanceof Unknown) return before
    if (key === table) {
      const seen = read(before)
      return print(place.chain === undefined ? change(seen, true) : { ...seen, rules: seen.rules + more })
    }
    if (!key.startsWith(place.chain === undefined ? start : `${start} `)) return before
    return print(change(read(before), key === id))
  })
}

function print({ problem, tool, chain, policy, rules, rule }: ChainSeen): ScriptReply {
  return replyWith([
    ...(problem === undefined ? [] : [`problem ${problem}`]),
    ...(tool ? ['tool yes'] : []),
    ...(policy === undefined ? [] : [`policy ${policy}`]),
    ...(chain ? ['chain yes', `rules ${rules}`] : []),
    ...(rule ? ['rule yes'] : []),
  ])
}
