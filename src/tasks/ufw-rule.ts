/** One rule of ufw, as it stands in user.rules and user6.rules ("tuple"). */
export interface UfwRule {
  v6: boolean
  /** allow, deny, reject or limit. */
  action: string
  /** Empty, log or log-all. */
  log: string
  protocol: string
  toPort: string
  to: string
  fromPort: string
  from: string
  /** Application profiles; empty: none. */
  toApp: string
  fromApp: string
  direction: 'in' | 'out'
  in: string
  out: string
  /** Of packets that pass through. */
  route: boolean
  /** In hexadecimal, as ufw keeps it. */
  comment: string
}

/** The rule behind `### tuple ###`; undefined where ufw would leave it out. */
export function readRule(tuple: string, v6: boolean): UfwRule | undefined {
  const [line = '', comment = ''] = tuple.split(' comment=')
  const words = line.trim().split(/\s+/)
  if (words.length < 6 || words.length > 9) return undefined
  const [action = '', protocol = '', toPort = '', to = '', fromPort = '', from = ''] = words
  const apps = words.length >= 8 ? words.slice(6, 8).map(appName) : []
  const last = words.length % 2 === 1 ? (words.at(-1) ?? 'in') : 'in'
  const [word = '', log = ''] = action.replace(/^.*:/, '').split('_')
  const [first = '', second = ''] = last.split('!')
  const name = (text: string) => text.slice(text.indexOf('_') + 1)
  return anywhere({
    v6,
    action: word,
    log,
    protocol,
    toPort,
    to,
    fromPort,
    from,
    toApp: apps[0] ?? '',
    fromApp: apps[1] ?? '',
    direction: last.startsWith('out') ? 'out' : 'in',
    in: first.startsWith('in_') ? name(first) : '',
    out: first.startsWith('out_') ? name(first) : second === '' ? '' : name(second),
    route: action.includes(':'),
    comment: comment.trim(),
  })
}

function appName(word: string): string {
  return word === '-' ? '' : word.replaceAll('%20', ' ')
}

/** The same the other way round. */
export function printRule(rule: UfwRule): string {
  const { toApp, fromApp, direction } = rule
  const action = `${rule.route ? 'route:' : ''}${rule.action}${rule.log === '' ? '' : `_${rule.log}`}`
  const app = (name: string) => (name === '' ? '-' : name.replaceAll(' ', '%20'))
  const apps = toApp === '' && fromApp === '' ? [] : [app(toApp), app(fromApp)]
  const both = rule.in !== '' && rule.out !== ''
  const one = rule.in === '' ? rule.out : rule.in
  const way = both ? `in_${rule.in}!out_${rule.out}` : one === '' ? direction : `${direction}_${one}`
  const words = [action, rule.protocol, rule.toPort, rule.to, rule.fromPort, rule.from, ...apps, way]
  return words.join(' ') + (rule.comment === '' ? '' : ` comment=${rule.comment}`)
}

export const ALL_4 = '0.0.0.0/0'
export const ALL_6 = '::/0'

/** "Anywhere" in the version of the rule. */
export function anywhere(rule: UfwRule): UfwRule {
  const [own, other] = rule.v6 ? [ALL_6, ALL_4] : [ALL_4, ALL_6]
  const of = (address: string) => (address === 'any' || address === other ? own : address)
  return { ...rule, to: of(rule.to), from: of(rule.from) }
}

/** What of two rules is the same: all of it, all but the comment, all but what is done and logged, or less. */
export type Likeness = 'same' | 'comment' | 'action' | 'none'

export function compareRules(one: UfwRule, other: UfwRule): Likeness {
  const place = (rule: UfwRule) => printRule({ ...rule, action: '', log: '', comment: '' })
  if (one.v6 !== other.v6 || place(one) !== place(other)) return 'none'
  if (one.action !== other.action || one.log !== other.log) return 'action'
  return one.comment === other.comment ? 'same' : 'comment'
}

/** What the rules of one application have in common; undefined: the rule is about none. */
export function applicationOf(rule: UfwRule): string | undefined {
  const { toApp, fromApp, to, from, toPort, fromPort } = rule
  if (toApp === '' && fromApp === '') return undefined
  const ends = [
    toApp === '' ? toPort : toApp,
    to,
    fromApp === '' ? fromPort : fromApp,
    from,
    ...(rule.in === '' && rule.out === '' ? [rule.direction] : []),
    ...(rule.in === '' ? [] : [`in_${rule.in}`]),
    ...(rule.out === '' ? [] : [`out_${rule.out}`]),
  ]
  return ends.join(' ')
}

/** How many rules that is to a user of ufw: those of one application count once. */
export function countRules(rules: readonly UfwRule[]): number {
  const apps = new Set<string>()
  return rules.filter((rule) => isNew(rule, apps)).length
}

/** Whether this is the first rule of its application. */
export function isNew(rule: UfwRule, apps: Set<string>): boolean {
  const app = applicationOf(rule)
  if (app === undefined) return true
  if (apps.has(app)) return false
  apps.add(app)
  return true
}
