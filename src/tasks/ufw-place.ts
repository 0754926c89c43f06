import { EditError } from './edited-file.ts'
import { normalRule } from './ufw-normal.ts'
import {
  anywhere,
  applicationOf,
  compareRules,
  countRules,
  isNew,
  readRule,
  printRule,
  type UfwRule,
} from './ufw-rule.ts'

/** The rules of a host in their order. */
export interface RuleLists {
  v4: readonly UfwRule[]
  v6: readonly UfwRule[]
}

/** A rule that is to come or to go. */
export interface Placing {
  /** One, or one for each port of an application; `v6` does not matter yet. */
  rules: readonly UfwRule[]
  version: 4 | 6 | 'both'
  remove: boolean
  /** From 1 over both lists; 0: at the end. */
  position: number
  /** Whether ufw looks after IPv6 on this host. */
  ipv6: boolean
}

/** The rules afterwards, by ufw's own steps. Throws EditError where ufw refuses them. */
export function placeRules(before: RuleLists, placing: Placing): RuleLists {
  const { version, position, ipv6 } = placing
  if (version === 6 && !ipv6) throw new EditError('ufw does not look after IPv6 on this host')
  const all = countRules(before.v4) + countRules(before.v6)
  if (position > all) throw new EditError(`there is no rule ${position} to insert before: there are ${all}`)
  let lists = before
  const rules = position === 0 ? placing.rules : placing.rules.toReversed()
  // ufw counts the rules before the first one only, and adjusts what it has counted as it goes.
  const counted = { v4: countRules(before.v4) }
  for (const [index, rule] of rules.entries())
    lists =
      version === 'both' && ipv6
        ? placeBoth(lists, rule, placing, { index, counted })
        : placeOne(lists, rule, placing, counted)
  return lists
}

function placeOne(lists: RuleLists, rule: UfwRule, placing: Placing, counted: { v4: number }): RuleLists {
  const { remove, position, version, ipv6 } = placing
  const v6 = version === 6
  if (!ipv6) return place(lists, { rule, v6, remove, position })
  if (position !== 0 && v6 !== position > counted.v4)
    throw new EditError(`rule ${position} is of the other IP version, and this one cannot be inserted there`)
  return place(lists, { rule, v6, remove, position: v6 && position > 0 ? position - counted.v4 : position })
}

/** A rule for both versions goes to the place in one list, and beside its like in the other one. */
function placeBoth(
  before: RuleLists,
  rule: UfwRule,
  { remove, position: wanted }: Placing,
  { index, counted }: { index: number; counted: { v4: number } },
): RuleLists {
  let position = wanted
  if (!remove && wanted > counted.v4) position = otherPosition(before, wanted - counted.v4 + index, true)
  const lists = place(before, { rule, v6: false, remove, position })
  if (remove || wanted === 0) return place(lists, { rule, v6: true, remove, position })
  counted.v4 = countRules(lists.v4)
  position = wanted + 1
  if (position <= counted.v4) {
    const like = otherPosition(lists, position, false)
    position = like > 0 ? like - index : 0
  }
  if (position > counted.v4) position -= counted.v4
  return place(lists, { rule, v6: true, remove, position })
}

/** Where the other list has the rule that stands at this place of one list, as a user counts; 0: nowhere. */
function otherPosition(lists: RuleLists, position: number, v6: boolean): number {
  const [own, other] = v6 ? [lists.v6, lists.v4] : [lists.v4, lists.v6]
  if (position < 1 || position > own.length) throw new EditError(`there is no rule at place ${position}`)
  const apps = new Set<string>()
  const hidden = own.slice(0, position).filter((rule) => !isNew(rule, apps)).length
  const rule = own[position - 1 + hidden]
  if (!rule) throw new EditError(`there is no rule at place ${position}`)
  const like = anywhere({ ...rule, v6: !v6 })
  return other.findIndex((each) => compareRules(each, like) === 'same') + 1
}

interface One {
  rule: UfwRule
  v6: boolean
  remove: boolean
  position: number
}

/** One rule in one of the lists. */
function place(lists: RuleLists, { rule: given, v6, remove, position }: One): RuleLists {
  const rule = normalRule(anywhere({ ...given, v6 }))
  const before = v6 ? lists.v6 : lists.v4
  if (position < 0 || position > before.length)
    throw new EditError(`there is no rule ${position} to insert before`)
  const { rules, skipped } = listWith(before.map(normalRule), rule, remove, position)
  if (skipped) return lists
  return v6 ? { ...lists, v6: rules } : { ...lists, v4: rules }
}

function listWith(
  before: readonly UfwRule[],
  rule: UfwRule,
  remove: boolean,
  position: number,
): { rules: UfwRule[]; skipped: boolean } {
  const out: UfwRule[] = []
  let [at, found, modified, inserted, matches] = [position, false, false, false, false]
  let last: UfwRule | undefined
  for (const [index, each] of before.entries()) {
    if (index + 1 === at) {
      // Not between the rules of one application.
      if (last !== undefined && isApp(each) && ends(last) === ends(each)) at += 1
      else {
        inserted = true
        out.push(rule)
      }
    }
    last = each
    const likeness = compareRules(each, rule)
    if (likeness !== 'none') matches = true
    if (likeness === 'same' && !found && !inserted) {
      found = true
      if (!remove) out.push(rule)
    } else if (likeness === 'comment' && remove && rule.comment === '') found = true
    else if (likeness !== 'none' && likeness !== 'same' && !remove && !inserted) {
      found = true
      modified = true
      out.push(rule)
    } else out.push(each)
  }
  if (inserted) return { rules: out, skipped: matches }
  if (!found && !remove) out.push(rule)
  const skipped = remove ? !found : found && !modified
  return { rules: out, skipped }
}

function isApp(rule: UfwRule): boolean {
  return rule.toApp !== '' || rule.fromApp !== ''
}

function ends({ to, from, toApp, fromApp }: UfwRule): string {
  return [to, from, toApp, fromApp].join(' ')
}

/** The rules of an application that the host has, to be removed. */
export function rulesOfApplication(lists: RuleLists, like: UfwRule, version: Placing['version']): UfwRule[] {
  const v6 = version === 6
  const app = applicationOf(normalRule(anywhere({ ...like, v6 })))
  const rules = (v6 ? lists.v6 : lists.v4).map(normalRule)
  return rules
    .filter((rule) => applicationOf(rule) === app)
    .map((rule) => ({ ...rule, action: like.action, log: like.log }))
}

/** The lists as their files have them, to be compared. */
export function printLists({ v4, v6 }: RuleLists): string[] {
  return [...v4.map((rule) => `4 ${printRule(rule)}`), ...v6.map((rule) => `6 ${printRule(rule)}`)]
}

export function readLists(lines: readonly string[]): RuleLists {
  const read = (digit: string) =>
    lines.flatMap((line) =>
      line.startsWith(`${digit} `) ? (readRule(line.slice(2), digit === '6') ?? []) : [],
    )
  return { v4: read('4'), v6: read('6') }
}
