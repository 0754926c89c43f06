import { lines, nothing, type Script, sh } from '../shell/sh.ts'
import type { Plan, Result } from '../task.ts'
import type { Effect, World } from '../world/world.ts'
import { SBIN } from '../world/script-reply.ts'
import { chainBecomes, type ChainSeen, chainSeen, program, type RulePlace } from './iptables-look.ts'
import { missingTool } from './missing-tool.ts'

/** What an iptables task comes down to. */
export interface FilterWish extends RulePlace {
  what: 'rule' | 'chain' | 'policy' | 'flush'
  present: boolean
  insert: boolean
  number: string | undefined
  policy: string | undefined
  manage: boolean
  result: Result
}

/** Pure: what is to be done for the packet filter to be as wished. */
export function planFilter(wish: FilterWish, world: World): Plan {
  const seen = chainSeen(wish, world)
  if (!seen.tool)
    return missingTool(world, program(wish), 'iptables; where firewalld runs, write a firewalld task')
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

function planRule(wish: FilterWish, seen: ChainSeen): Plan {
  const { chain = '', rule = [], number } = wish
  if (seen.rule === wish.present)
    return done(wish, wish.present ? `${chain} has the rule` : `${chain} has no such rule`)
  if (!wish.present) {
    const remove = sh`while ${command(wish, '-C', chain, ...rule)} 2>/dev/null; do ${command(wish, '-D', chain, ...rule)} || exit 1; done`
    // A rule may be there more than once.
    const left = seen.rules === 1 ? 0 : Number.NaN
    const gone = chainBecomes(wish, {
      chain: (now, own) => ({
        ...now,
        rules: own ? Math.max(0, now.rules - 1) : left,
        rule: now.rule && !own,
      }),
      more: seen.rules === 1 ? -1 : Number.NaN,
    })
    return change(wish, `remove a rule from ${chain}`, rule.join(' '), '', remove, gone)
  }
  if (!seen.chain && !wish.manage) return noChain(chain)
  const make = seen.chain ? nothing : sh`${command(wish, '-N', chain)} || exit 1`
  const place = wish.insert ? ['-I', chain, ...(number === undefined ? [] : [number])] : ['-A', chain]
  const add = lines(make, sh`${command(wish, ...place, ...rule)} || exit 1`)
  const there = chainBecomes(wish, {
    chain: (now, own) => ({ ...now, chain: true, rules: now.rules + 1, rule: now.rule || own }),
    more: 1,
  })
  return change(wish, `add a rule to ${chain}`, '', rule.join(' '), add, there)
}

function planFlush(wish: FilterWish, seen: ChainSeen): Plan {
  const { chain } = wish
  const place = chain ?? `table ${wish.table}`
  if (chain !== undefined && !seen.chain) return noChain(chain)
  if (seen.rules === 0) return done(wish, `${place} has no rules`)
  if (Number.isNaN(seen.rules)) return uncounted(place)
  const words = chain === undefined ? [] : [chain]
  const empty = chainBecomes(wish, {
    chain: (now) => ({ ...now, rules: 0, rule: false }),
    more: -seen.rules,
  })
  return change(
    wish,
    `remove all rules of ${place}`,
    `${seen.rules} rules`,
    '',
    sh`${command(wish, '-F', ...words)} || exit 1`,
    empty,
  )
}

function planPolicy(wish: FilterWish, seen: ChainSeen): Plan {
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
    chainBecomes(wish, { chain: (now) => ({ ...now, policy }), more: 0 }),
  )
}

function planChain(wish: FilterWish, seen: ChainSeen): Plan {
  const { chain = '', present } = wish
  if (seen.chain === present) return done(wish, `${chain} is ${present ? '' : 'not '}there`)
  if (!present && seen.policy !== undefined)
    return { status: 'fail', message: `${chain} is the kernel's own chain` }
  if (!present && Number.isNaN(seen.rules)) return uncounted(chain)
  if (!present && seen.rules > 0)
    return { status: 'fail', message: `${chain} has rules`, hint: 'flush it before, with flush: yes' }
  const make = sh`${command(wish, present ? '-N' : '-X', chain)} || exit 1`
  const effect = chainBecomes(wish, {
    chain: (now) => ({ ...now, chain: present, rules: 0, rule: false }),
    more: 0,
  })
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

function uncounted(place: string): Plan {
  return { status: 'unknown', why: `how many rules ${place} has is not known yet` }
}

function done(wish: FilterWish, reason: string): Plan {
  return { status: 'ok', reason, result: wish.result }
}

function change(
  wish: FilterWish,
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

function command(wish: FilterWish, ...rest: readonly string[]): Script {
  return sh`${[program(wish), '-t', wish.table, ...rest]}`
}
