import type { World } from '../world/world.ts'
import { EditError } from './edited-file.ts'
import {
  AFTER,
  CONF,
  DEFAULTS,
  isEnabled,
  serviceAsk,
  settingOf,
  type UfwState,
  usesIpv6,
  withSetting,
} from './ufw-look.ts'
import { placeRules, type RuleLists, rulesOfApplication } from './ufw-place.ts'
import { profileName, profilesOf } from './ufw-profiles.ts'
import { isNew, type UfwRule } from './ufw-rule.ts'
import { hasSeveral, isSeveral, type RuleWish, SEVERAL } from './ufw-wish.ts'
import { linesOf } from '../world/script-reply.ts'

/** One thing that a task wants of ufw. */
export type Step =
  | { what: 'state'; state: 'enabled' | 'disabled' | 'reloaded' | 'reset' }
  | { what: 'default'; policy: 'allow' | 'deny' | 'reject'; direction: 'incoming' | 'outgoing' | 'routed' }
  | { what: 'rule'; wish: RuleWish }
  | { what: 'logging'; level: string }

/** Where a step leads, and the words for ufw that lead there; undefined: it is so already. */
export interface Taken {
  after: UfwState
  command: readonly string[] | undefined
}

const CHAIN = { incoming: 'INPUT', outgoing: 'OUTPUT', routed: 'FORWARD' } as const
const WORD = { allow: 'ACCEPT', deny: 'DROP', reject: 'REJECT' } as const
const LEVELS = new Set(['off', 'low', 'medium', 'high', 'full'])

/** Pure: what one step does. Throws EditError where ufw refuses it. */
export function takeStep(state: UfwState, step: Step, world: World): Taken {
  switch (step.what) {
    case 'state':
      return takeState(state, step.state)
    case 'default':
      return takeDefault(state, step)
    case 'logging':
      return takeLogging(state, step.level)
    case 'rule':
      return takeRule(state, step.wish, world)
  }
}

function takeState(state: UfwState, wanted: Extract<Step, { what: 'state' }>['state']): Taken {
  const [enabled, { active }] = [isEnabled(state), state]
  if (wanted === 'reloaded')
    return { after: enabled ? { ...state, active: true } : state, command: ['-f', 'reload'] }
  if (wanted === 'enabled') {
    if (enabled && active) return { after: state, command: undefined }
    const after = withLevel(enabled ? state : withSetting(state, CONF, 'ENABLED', 'yes'))
    return { after: { ...after, active: true }, command: ['-f', 'enable'] }
  }
  const off = { ...(enabled ? withSetting(state, CONF, 'ENABLED', 'no') : state), active: false }
  // A reset stops it only where it is enabled.
  if (wanted === 'reset')
    return {
      after: { ...off, active: active && !enabled, rules: { v4: [], v6: [] } },
      command: ['-f', 'reset'],
    }
  return enabled || active ? { after: off, command: ['-f', 'disable'] } : { after: state, command: undefined }
}

/** Starting gives it a level of its log, where it has none that it knows. */
function withLevel(state: UfwState): UfwState {
  return LEVELS.has(settingOf(state, 'loglevel') ?? '') ? state : withSetting(state, CONF, 'LOGLEVEL', 'low')
}

function takeDefault(state: UfwState, { policy, direction }: Extract<Step, { what: 'default' }>): Taken {
  const chain = CHAIN[direction]
  const word = WORD[policy]
  if (settingOf(state, `default_${chain.toLowerCase()}_policy`) === word.toLowerCase())
    return { after: state, command: undefined }
  const set = withSetting(state, DEFAULTS, `DEFAULT_${chain}_POLICY`, `"${word}"`)
  const [from, to] = policy === 'allow' ? ['UFW BLOCK', 'UFW ALLOW'] : ['UFW ALLOW', 'UFW BLOCK']
  const after = [...set.files].map(
    ([path, text]) => [path, AFTER.some((one) => one === path) ? text.replaceAll(from, to) : text] as const,
  )
  const active = isEnabled(state) || state.active
  return { after: { ...set, files: new Map(after), active }, command: ['default', policy, direction] }
}

function takeLogging(state: UfwState, level: string): Taken {
  const before = settingOf(state, 'loglevel')
  const wanted = level !== 'on' ? level : before === undefined || before === 'off' ? 'low' : before
  if (wanted === before) return { after: state, command: undefined }
  return { after: withSetting(state, CONF, 'LOGLEVEL', wanted), command: ['logging', level] }
}

function takeRule(state: UfwState, wish: RuleWish, world: World): Taken {
  const ipv6 = usesIpv6(state)
  const lists: RuleLists = ipv6 ? state.rules : { v4: state.rules.v4, v6: [] }
  const position = positionOf(wish, state, lists)
  const rules = rulesFor(wish, lists, world)
  const { version, remove } = wish
  const placed = placeRules(lists, { rules, version, remove, position: position ?? 0, ipv6 })
  if (placed.v4 === lists.v4 && placed.v6 === lists.v6) return { after: state, command: undefined }
  const after = { ...state, rules: ipv6 ? placed : { ...placed, v6: state.rules.v6 } }
  const place = position === undefined ? [] : ['insert', String(position)]
  const route = wish.rule.route ? ['route'] : []
  return { after, command: [...route, ...(remove ? ['delete'] : []), ...place, ...wish.words] }
}

/** The rule, or one for each port of its application, with services as numbers. */
function rulesFor(wish: RuleWish, lists: RuleLists, world: World): UfwRule[] {
  const { toApp } = wish.rule
  let rule = wish.rule
  for (const side of ['toPort', 'fromPort'] as const)
    if (wish.services.includes(rule[side])) rule = withService(rule, side, world)
  if (toApp === '') return [withPorts(rule)]
  const profiles = profilesOf(world)
  const name = profileName(profiles, toApp)
  if (name === undefined && !wish.remove)
    throw new EditError(`ufw has no application profile ${JSON.stringify(toApp)} (ufw app list)`)
  const named = { ...rule, toApp: name ?? toApp, toPort: name ?? toApp }
  if (wish.remove) return rulesOfApplication(lists, named, wish.version)
  return (profiles.get(named.toApp) ?? []).map((port) => {
    const [number = '', protocol = 'any'] = port.split('/')
    return withPorts({ ...named, toPort: number, protocol })
  })
}

/** A service or an application may have brought the protocol that several ports need. */
function withPorts(rule: UfwRule): UfwRule {
  if (isSeveral([rule.toPort, rule.fromPort]) && !hasSeveral(rule.protocol)) throw new EditError(SEVERAL)
  return rule
}

function withService(rule: UfwRule, side: 'toPort' | 'fromPort', world: World): UfwRule {
  const said = linesOf(world.get('script', serviceAsk(rule[side]))).map((line) => line.split(' '))
  const port = said.find(([kind]) => kind === '/any')?.[1]
  if (port === undefined) throw new EditError(`this host knows no service ${rule[side]}`)
  const kinds = said.flatMap(([kind = '']) => (kind === '/any' ? [] : [kind.slice(1)]))
  const own = kinds.length === 1 ? (kinds[0] ?? 'any') : 'any'
  if (rule.protocol !== 'any' && own !== 'any' && own !== rule.protocol)
    throw new EditError(`${rule[side]} is a service over ${own}, not over ${rule.protocol}`)
  return { ...rule, [side]: port, protocol: rule.protocol === 'any' ? own : rule.protocol }
}

/**
 * The number before which the rule is inserted; undefined: it goes to the end. As with Ansible, places that are
 * counted from others need an active ufw, which then numbers its rules.
 */
function positionOf({ insert }: RuleWish, state: UfwState, lists: RuleLists): number | undefined {
  if (!insert) return undefined
  const { number, from } = insert
  if (from === 'zero') return number
  const apps = new Set<string>()
  const shown = state.active ? [...lists.v4, ...lists.v6].filter((rule) => isNew(rule, apps)) : []
  const six = shown.map(looksLikeIpv6)
  const last = shown.length
  const last4 = six.lastIndexOf(false) + 1
  const start = {
    'first-ipv4': 1,
    'last-ipv4': last4 === 0 ? 1 : last4,
    'first-ipv6': last4 + 1,
    'last-ipv6': six.includes(true) ? last : last + 1,
  }[from]
  if (number + start < 1)
    throw new EditError(`insert: ${number} counted from ${from} is before the first rule`)
  return number + start > last ? undefined : number + start
}

/** Whether ufw marks the rule with (v6) in its listing: one with addresses it does not. */
function looksLikeIpv6(rule: UfwRule): boolean {
  if (Buffer.from(rule.comment, 'hex').toString('utf8').includes('(v6)')) return true
  if (!rule.v6) return false
  const [to, from] = [rule.to === '::/0', rule.from === '::/0']
  const side = (anywhere: boolean, app: string, port: string): boolean =>
    app === '' && port !== 'any' ? to && from : anywhere
  return side(to, rule.toApp, rule.toPort) || side(from, rule.fromApp, rule.fromPort)
}
