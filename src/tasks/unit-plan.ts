import type { Diff, Plan, Result } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import type { UnitReply } from '../world/replies.ts'
import { unitOf } from '../world/unit-files.ts'
import { runtimeEffects } from '../world/unit-runtime.ts'
import { type World, effect } from '../world/world.ts'
import { replyWith } from '../world/script-reply.ts'
import { type UnitTask, staleUnits } from './unit-task.ts'
import { type Step, unitScript } from './unit-script.ts'

type Known = Extract<UnitReply, { known: true }>

/** As `systemctl is-enabled` counts. For a static unit there is nothing to enable or disable. */
const ENABLED = new Set(['enabled', 'enabled-runtime', 'static', 'alias', 'generated', 'transient'])
const RUNNING = new Set(['active', 'activating', 'reloading', 'refreshing'])

export function planUnit(task: UnitTask, world: World): Plan {
  if (world.get('platform', {}).serviceManager !== 'systemd') {
    const hint = 'units need systemd; start the program with a command task instead'
    return { status: 'fail', message: `systemd does not run on this host, which ${task.module} needs`, hint }
  }
  if (task.unit === undefined) return planDaemon(task, world)
  const unit = unitOf(world, task.unit)
  const problem = problemOf(task, task.unit, unit)
  if (problem) return { status: 'fail', ...problem }
  return planSteps(task, task.unit, unit, isStale(task, world))
}

/** Whether a daemon_reload that is asked for has anything to do. */
function isStale(task: UnitTask, world: World): boolean {
  return task.daemonReload && world.get('script', staleUnits).stdout.toString('latin1') === 'yes\n'
}

/** daemon_reload and daemon_reexec without a unit: systemd's own affair, which Ansible does not count as a change. */
function planDaemon(task: UnitTask, world: World): Plan {
  if (!isStale(task, world) && !task.daemonReexec)
    return { status: 'ok', reason: 'systemd knows all unit files as they are', result: {} }
  const steps: Step[] = task.daemonReexec ? ['daemon-reexec'] : ['daemon-reload']
  return {
    status: 'change',
    summary: task.daemonReexec ? 'start systemd anew' : 'let systemd read the unit files again',
    diff: [],
    apply: unitScript(undefined, steps, task),
    effects: [nothingStale],
    counts: false,
  }
}

const nothingStale = effect('script', staleUnits.id, () => replyWith([]))

function isDaemon(step: Step): boolean {
  return step === 'daemon-reload' || step === 'daemon-reexec'
}

function problemOf(
  task: UnitTask,
  name: string,
  unit: UnitReply,
): { message: string; hint: string } | undefined {
  const starts = task.state !== undefined && task.state !== 'stopped'
  if (task.masked === true && (starts || task.enabled === true)) {
    return { message: `${name} cannot be masked and ${starts ? 'run' : 'enabled'}`, hint: 'drop masked: yes' }
  }
  const onlyMask = task.state === undefined && task.enabled === undefined
  if (!unit.known) {
    if (onlyMask) return undefined
    return {
      message: `there is no unit ${name} on this host`,
      hint: 'install its package or its unit file before this task',
    }
  }
  const masked = unit.enablement.startsWith('masked') && task.masked !== false
  if (masked && (starts || task.enabled === true)) {
    return { message: `${name} is masked`, hint: 'add masked: no' }
  }
  return undefined
}

function planSteps(task: UnitTask, name: string, unit: UnitReply, stale: boolean): Plan {
  const known: Known = unit.known
    ? unit
    : { known: true, enablement: 'not-found', activity: 'inactive', needsReload: false }
  const steps = stepsOf(task, known, stale)
  const result = resultOf(task, name, known)
  if (steps.length === 0) return { status: 'ok', reason: reasonOf(task, name, known), result }
  const after = afterSteps(steps, known)
  const changes = steps.filter((step) => !isDaemon(step))
  return {
    status: 'change',
    summary: steps.map((step) => `${step} ${isDaemon(step) ? 'systemd' : name}`).join(', '),
    diff: diffOf(name, known, after, changes),
    apply: unitScript(name, steps, task, known.oneshot === true),
    timeout: 300,
    effects: [
      // To read the unit files again makes none of a unit that is not there.
      effect('unit', name, () => (unit.known || changes.length > 0 ? after : unit)),
      ...(steps.some(isDaemon) ? [nothingStale] : []),
      ...runtimeEffects(name, known, steps),
    ],
    result,
    ...(steps.some((step) => ['start', 'restart', 'reload'].includes(step)) && { openEnded: true }),
    // A oneshot service is over once it has run, and an indirect unit stays indirect.
    ...((known.oneshot === true || known.enablement === 'indirect') && { once: true }),
    ...(changes.length === 0 && { counts: false }),
  }
}

/** What has to be done, in this order. */
function stepsOf(task: UnitTask, unit: Known, stale: boolean): Step[] {
  const steps: Step[] = []
  const acts = task.state === 'restarted' || task.state === 'reloaded'
  if (task.daemonReexec) steps.push('daemon-reexec')
  else if (task.daemonReload && (stale || unit.needsReload || acts)) steps.push('daemon-reload')
  const masked = unit.enablement.startsWith('masked')
  if (task.masked === true && !masked) steps.push('mask')
  if (task.masked === false && masked) steps.push('unmask')
  if (task.enabled === true && !ENABLED.has(unit.enablement)) steps.push('enable')
  if (task.enabled === false && ENABLED.has(unit.enablement) && unit.enablement !== 'static')
    steps.push('disable')
  const step = stateStep(task.state, unit)
  if (step !== undefined) steps.push(step)
  return steps
}

function stateStep(state: UnitTask['state'], { activity, ended = false }: Known): Step | undefined {
  const busy = RUNNING.has(activity)
  // Ansible counts a service as started that only dies over and over.
  const running = busy && !ended
  switch (state) {
    case 'started':
      return running ? undefined : 'start'
    case 'stopped':
      return busy || activity === 'deactivating' ? 'stop' : undefined
    case 'restarted':
      return 'restart'
    case 'reloaded':
      return running ? 'reload' : 'start'
    case undefined:
      return undefined
  }
}

function afterSteps(steps: readonly Step[], unit: Known): UnitReply | Unknown {
  let { enablement, activity } = unit
  for (const step of steps) {
    if (step === 'mask') enablement = 'masked'
    else if (step === 'unmask') enablement = ''
    else if (step === 'enable') enablement = 'enabled'
    else if (step === 'disable') enablement = 'disabled'
    else if (step === 'start' || step === 'restart') activity = unit.oneshot === true ? 'inactive' : 'active'
    else if (step === 'stop') activity = 'inactive'
  }
  if (enablement === '') return new Unknown('the mask hides whether the unit is enabled')
  const reloaded = steps.some(isDaemon)
  const { ended, ...rest } = unit
  return {
    ...rest,
    ...(ended === true && activity === unit.activity && { ended }),
    enablement,
    activity,
    needsReload: unit.needsReload && !reloaded,
  }
}

function diffOf(name: string, unit: Known, after: UnitReply | Unknown, steps: readonly Step[]): Diff[] {
  if (steps.length === 0) return []
  const fields: { name: string; before: string; after: string }[] = steps
    .filter((step) => step === 'restart' || step === 'reload')
    .map((step) => ({ name: 'action', before: '', after: step }))
  if (!(after instanceof Unknown) && after.known) {
    for (const field of ['enablement', 'activity'] as const) {
      const note = field === 'activity' && unit.ended === true ? ' (auto-restart)' : ''
      if (unit[field] !== after[field])
        fields.push({ name: field, before: `${unit[field]}${note}`, after: after[field] })
    }
  } else fields.push({ name: 'enablement', before: unit.enablement, after: '(not known under the mask)' })
  return [{ type: 'fields', subject: name, fields }]
}

function reasonOf(task: UnitTask, name: string, unit: Known): string {
  const parts = [
    ...(task.state === undefined ? [] : [unit.activity]),
    ...(task.enabled === undefined && task.masked === undefined ? [] : [unit.enablement]),
    ...(task.state === undefined && task.daemonReload ? ['known to systemd as its files are'] : []),
  ]
  return `${name} is ${parts.join(' and ')}`
}

function resultOf(task: UnitTask, name: string, unit: Known): Result {
  const status = new Map([
    ['Id', name],
    ['ActiveState', unit.activity],
    ['UnitFileState', unit.enablement],
  ])
  return {
    name: task.written ?? name,
    status,
    ...(task.state !== undefined && { state: task.state === 'stopped' ? 'stopped' : 'started' }),
    ...(task.enabled !== undefined && { enabled: task.enabled }),
  }
}
