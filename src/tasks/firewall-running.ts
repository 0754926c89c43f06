import { lines, nothing, type Script, sh } from '../shell/sh.ts'
import type { Diff, Plan } from '../task.ts'
import type { Running } from './firewall-look.ts'
import { type Argument, argumentOf, type Opening, POLICY } from './firewall-policy.ts'

export interface Adjustment {
  idle: boolean
  diff: Diff[]
  apply: Script
  opens: string[]
  closes: string[]
  /** What firewalld has afterwards. */
  after: Running
}

/** What has to be told to the running firewalld. */
export function adjust(
  running: Running,
  wanted: readonly Opening[],
  exclusive: boolean,
): Adjustment | Extract<Plan, { status: 'fail' }> {
  const { policy, fleeting } = running
  const args = wanted.map(argumentOf)
  if (!policy) {
    if (fleeting.length > 0) return wouldDrop(fleeting)
    const reload = sh`firewall-cmd --reload >/dev/null || exit 1`
    return { idle: false, diff: [], apply: reload, opens: [], closes: [], after: runningWith(args) }
  }
  if (policy.others.length > 0) return tampered(policy.others)
  const has = { port: policy.ports, 'rich-rule': policy.rules }
  const add = (option: Argument['option']) =>
    args.flatMap((one) => (one.option === option && !has[option].includes(one.value) ? [one.value] : []))
  const remove = (option: Argument['option']) =>
    exclusive ? has[option].filter((value) => !args.some((one) => one.value === value)) : []
  const opens = [...add('port'), ...add('rich-rule')]
  const closes = [...remove('port'), ...remove('rich-rule')]
  const left = (option: Argument['option']) =>
    has[option]
      .filter((value) => !exclusive && !args.some((one) => one.value === value))
      .map((value) => ({ option, value }))
  const change = (name: string, before: string, after: string) => ({ name, before, after })
  return {
    idle: opens.length === 0 && closes.length === 0,
    diff: [
      {
        type: 'fields',
        subject: `policy ${POLICY} of the running firewalld`,
        fields: [
          ...opens.map((value) => change(value, 'closed', 'open')),
          ...closes.map((value) => change(value, 'open', 'closed')),
        ],
      },
    ],
    apply: lines(
      tell('add', 'port', add('port')),
      tell('add', 'rich-rule', add('rich-rule')),
      tell('remove', 'port', remove('port')),
      tell('remove', 'rich-rule', remove('rich-rule')),
    ),
    opens,
    closes,
    after: runningWith([...args, ...left('port'), ...left('rich-rule')]),
  }
}

/** firewall-cmd takes many of one option at a time, but no two options. */
export function tell(verb: 'add' | 'remove', option: Argument['option'], values: readonly string[]): Script {
  if (values.length === 0) return nothing
  const args = values.map((value) => `--${verb}-${option}=${value}`)
  return sh`firewall-cmd --policy=${POLICY} ${args} >/dev/null || exit 1`
}

function runningWith(args: readonly Argument[]): Running {
  const of = (option: Argument['option']) => args.flatMap((one) => (one.option === option ? [one.value] : []))
  return { policy: { ports: of('port'), rules: of('rich-rule'), others: [] }, fleeting: [] }
}

function wouldDrop(fleeting: readonly string[]): Extract<Plan, { status: 'fail' }> {
  return {
    status: 'fail',
    message: `the running firewalld has rules that the reload would drop: ${fleeting.join('; ')}`,
    hint: 'keep them with `firewall-cmd --runtime-to-permanent`, or drop them with `firewall-cmd --reload`',
  }
}

function tampered(others: readonly string[]): Extract<Plan, { status: 'fail' }> {
  return {
    status: 'fail',
    message: `somebody has changed the policy ${POLICY} in the running firewalld: ${others.join('; ')}`,
    hint: 'return it to its file with `firewall-cmd --reload`',
  }
}
