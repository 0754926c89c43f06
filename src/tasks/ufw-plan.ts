import { lines, sh } from '../shell/sh.ts'
import type { Diff, Plan } from '../task.ts'
import { SBIN } from '../world/script-reply.ts'
import type { World, WorldQuestion } from '../world/world.ts'
import { editing } from './edited-file.ts'
import { missingTool } from './missing-tool.ts'
import { type Step, takeStep } from './ufw-change.ts'
import {
  AFTER,
  CONF,
  DEFAULTS,
  isEnabled,
  serviceAsk,
  settingOf,
  ufwBecomes,
  ufwQuestions,
  ufwState,
  type UfwState,
} from './ufw-look.ts'
import { printLists } from './ufw-place.ts'
import { profilesAsk } from './ufw-profiles.ts'

/** What a task wants of ufw, in the order in which Ansible does it. */
export interface UfwWish {
  steps: readonly Step[]
}

/** The files whose text these steps may change or need. */
function edited({ steps }: UfwWish): string[] {
  return [DEFAULTS, CONF, ...(steps.some(({ what }) => what === 'default') ? AFTER : [])]
}

export function asksOf(wish: UfwWish): WorldQuestion[] {
  const rules = wish.steps.flatMap((step) => (step.what === 'rule' ? [step.wish] : []))
  const named = rules.some(({ rule }) => rule.toApp !== '')
  return [
    ...ufwQuestions(edited(wish)),
    ...(named ? [{ kind: 'script', ask: profilesAsk } as const] : []),
    ...rules.flatMap(({ services }) =>
      services.map((name) => ({ kind: 'script', ask: serviceAsk(name) }) as const),
    ),
  ]
}

export function planUfw(wish: UfwWish, world: World): Plan {
  return editing(() => plan(wish, world))
}

function plan(wish: UfwWish, world: World): Plan {
  const before = ufwState(edited(wish), world)
  if (!before) return missingTool(world, 'ufw', 'ufw')
  let after = before
  const commands: string[][] = []
  let started = false
  for (const step of wish.steps) {
    const taken = takeStep(after, step, world)
    if (taken.command) commands.push([...taken.command])
    if (taken.command && step.what !== 'rule' && step.what !== 'logging') started ||= taken.after.active
    after = taken.after
  }
  const result = { commands: commands.map((words) => ['ufw', ...words].join(' ')) }
  if (commands.length === 0) return { status: 'ok', reason: reasonOf(wish.steps, after), result }
  const diff = differences(before, after)
  const resets = wish.steps.some((step) => step.what === 'state' && step.state === 'reset')
  // A start writes them, too: what is logged depends on the defaults.
  const wrote =
    resets ||
    started ||
    commands.some(([word]) => word === 'logging') ||
    diff.some(({ type }) => type === 'text')
  return {
    status: 'change',
    summary: commands.map((words) => summaryOf(words)).join(', '),
    diff,
    apply: lines(
      SBIN,
      ...commands.map((words) => sh`LC_ALL=C ufw ${words} </dev/null || exit 1`),
      sh`LC_ALL=C ufw status verbose </dev/null || :`,
    ),
    effects: ufwBecomes(before, after, { wrote, started, resets }, world),
    result,
  }
}

function summaryOf(words: readonly string[]): string {
  return `ufw ${words.filter((word) => word !== '-f').join(' ')}`
}

function differences(before: UfwState, after: UfwState): Diff[] {
  const field = (name: string, of: (state: UfwState) => string) => {
    const [first, second] = [of(before), of(after)]
    return first === second ? [] : [{ name, before: first, after: second }]
  }
  const policy = (chain: string) => (state: UfwState) =>
    (settingOf(state, `default_${chain}_policy`) ?? '').toUpperCase()
  const fields = [
    ...field('now', ({ active }) => (active ? 'active' : 'inactive')),
    ...field('at boot', (state) => (isEnabled(state) ? 'active' : 'inactive')),
    ...field('incoming', policy('input')),
    ...field('outgoing', policy('output')),
    ...field('routed', policy('forward')),
    ...field('logging', (state) => settingOf(state, 'loglevel') ?? ''),
  ]
  const text = ({ rules }: UfwState): string =>
    printLists(rules)
      .map((line) => `${line.replace(/^(\d) /, 'IPv$1 ')}\n`)
      .join('')
  const [first, second] = [text(before), text(after)]
  return [
    ...(fields.length === 0 ? [] : [{ type: 'fields' as const, subject: 'ufw', fields }]),
    ...(first === second
      ? []
      : [{ type: 'text' as const, path: 'rules of ufw', before: first, after: second }]),
  ]
}

function reasonOf(steps: readonly Step[], state: UfwState): string {
  const words = steps.map((step) => {
    if (step.what === 'state') return `is ${isEnabled(state) ? 'on' : 'off'}, now and at boot`
    if (step.what === 'default') return `does ${step.policy} what is ${step.direction}`
    if (step.what === 'logging') return `has its log at ${settingOf(state, 'loglevel') ?? ''}`
    return `${step.wish.remove ? 'does not have' : 'has'} this rule`
  })
  return `ufw ${words.join(', ')}`
}
