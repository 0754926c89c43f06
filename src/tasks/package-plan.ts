import type { Answer } from '../connect/connection.ts'
import type { Plan, Result } from '../task.ts'
import { aptPin } from '../world/package-names.ts'
import { anythingMayCome, managerWrites } from '../world/packages-write.ts'
import { NEWEST, afterInstall, afterUpgrade } from '../world/packages-bring.ts'
import { afterRemoval } from '../world/packages-go.ts'
import { type Effect, UnknownAnswer, type World, effect } from '../world/world.ts'
import { replyWith } from '../world/script-reply.ts'
import {
  afterUpdate,
  aptScript,
  areFresh,
  listsAsk,
  listsBecomeYoung,
  listsWritten,
  offersUnknown,
  readLists,
} from './package-apt.ts'
import { dnfScript, updatesAsk } from './package-dnf.ts'
import { bringFiles, type PackageFile } from './package-file.ts'
import {
  CHANGE_HELD,
  isUpdateOnly,
  type Manager,
  type PackageTask,
  type Transaction,
} from './package-task.ts'
import { planUpkeep, upkeepChanged } from './package-upkeep.ts'
import { splitLines } from './run-command.ts'
import { aptStep, dnfStep, fileStep, type Step } from './package-step.ts'

/** Seconds that a transaction may take: mirrors can be slow, a hung one must end. */
const TIMEOUT = 1800

export function planPackages(task: PackageTask, world: World): Plan {
  const manager = managerOf(task, world)
  if (typeof manager !== 'string') return manager
  if (task.upkeep) return planUpkeep(task, task.upkeep, manager)
  const known = manager === 'apt' ? knownOffers(world) : world
  if (isUpdateOnly(task) && !task.update)
    return { status: 'ok', reason: 'no package is named', result: noOutput }
  if (isUpdateOnly(task)) return planLists(task, manager, known)
  return task.state === 'absent' ? planRemoval(task, manager, known) : planInstall(task, manager, known)
}

/** Check mode: apt was asked before an earlier task changed its sources or preferences. */
function knownOffers(world: World): World {
  if (!world.touches('/etc/apt')) return world
  return world.after([offersUnknown("what apt's lists offer with other sources is not known yet")])
}

function managerOf(task: PackageTask, world: World): Manager | Plan {
  const { packageManager } = world.get('platform', {})
  const manager = packageManager === 'yum' ? 'dnf' : packageManager
  if (manager !== 'apt' && manager !== 'dnf') {
    const what = manager === 'unknown' ? 'no package manager' : `the package manager ${manager}`
    return { status: 'fail', message: `this host has ${what}; ${task.module} needs apt or dnf` }
  }
  if (task.manager !== undefined && task.manager !== manager) {
    const hint = `write package: instead of ${task.module}:, or add when: ansible_pkg_mgr == "${task.module}"`
    return {
      status: 'fail',
      message: `${task.module} is not for this host, which has ${packageManager}`,
      hint,
    }
  }
  const [file] = task.files
  if (file && file.manager !== manager)
    return {
      status: 'fail',
      message: `${task.module}: ${file.shown} is not for this host, which has ${packageManager}`,
    }
  const [foreign] = task.ofOne[manager === 'apt' ? 'dnf' : 'apt']
  if (foreign !== undefined) {
    return {
      status: 'fail',
      message: `${task.module}: ${foreign} is not for this host, which has ${packageManager}`,
      hint: `give it only where it fits: ${foreign}: "{{ (ansible_pkg_mgr == '${manager === 'apt' ? 'dnf' : 'apt'}') | ternary(…, omit) }}"`,
    }
  }
  return manager
}

/** update_cache without names. */
function planLists(task: PackageTask, manager: Manager, world: World): Plan {
  if (manager === 'dnf') {
    const apply = dnfScript(task, undefined)
    return {
      status: 'change',
      summary: 'fetch the lists of packages',
      diff: [],
      apply,
      timeout: TIMEOUT,
      effects: [managerWrites],
      counts: false,
    }
  }
  if (task.maxAge > 0) {
    if (areFresh(world.get('script', listsAsk(task.maxAge)))) {
      return {
        status: 'ok',
        reason: `apt's lists are younger than ${task.maxAge} s`,
        result: { cache_updated: false },
      }
    }
  }
  return {
    status: 'change',
    summary: "fetch apt's lists of packages",
    diff: [],
    apply: aptScript(task, undefined),
    timeout: TIMEOUT,
    effects: afterUpdate(task.maxAge),
    once: true,
    maybe: true,
  }
}

function planInstall(task: PackageTask, manager: Manager, world: World): Plan {
  const reasons: string[] = []
  const steps: Step[] = []
  const files: PackageFile[] = []
  for (const name of task.names) {
    const step = manager === 'apt' ? aptStep(name, task, world) : dnfStep(name, task, world)
    if (typeof step === 'string') reasons.push(step)
    else steps.push(step)
  }
  for (const file of task.files) {
    const step = fileStepOf(file, task, world)
    if (typeof step === 'string') reasons.push(step)
    else if ('status' in step) return step
    else {
      steps.push(step)
      files.push(file)
    }
  }
  if (steps.length === 0) return { status: 'ok', reason: reasons.join(', '), result: noOutput }
  const problem = steps.find((step) => step.problem)?.problem
  if (problem && !task.update) return { status: 'fail', ...problem }
  const { osFamily } = world.get('platform', {})
  const effects: Effect[] = steps.flatMap((step) =>
    step.from === undefined
      ? afterInstall(step.name, step.to, osFamily, world, task.policy)
      : afterUpgrade(step.name, step.to ?? step.from, osFamily, task.policy),
  )
  if (manager === 'apt' && task.update)
    effects.push(
      ...(task.state === 'latest'
        ? [listsBecomeYoung(task.maxAge), ...listsWritten(task.maxAge)]
        : afterUpdate(task.maxAge)),
    )
  if (manager === 'dnf' && task.state === 'latest' && task.names.length > 0) {
    effects.push(effect('script', updatesAsk(task).id, () => replyWith([])))
  }
  const changes = steps.map((step) =>
    step.from === undefined ? `install ${step.name}` : `change ${step.name} from ${step.from} to ${step.to}`,
  )
  const brought = bringFiles(files)
  const specs = [...steps.flatMap((step) => step.spec ?? []), ...brought.specs]
  return change(task, manager, { action: 'install', specs, before: brought.before }, steps, effects, changes)
}

/** A file of which nothing is known yet may bring anything. */
function fileStepOf(file: PackageFile, task: PackageTask, world: World): Step | string | Plan {
  try {
    return fileStep(file, task, world)
  } catch (error) {
    if (!(error instanceof UnknownAnswer)) throw error
    return { status: 'unknown', why: error.message, effects: anythingMayCome(file.shown) }
  }
}

function planRemoval(task: PackageTask, manager: Manager, world: World): Plan {
  const steps: Step[] = []
  for (const name of task.names) {
    const { installed, providedBy, residue, held } = world.get('package', { name })
    const own = installed !== undefined && providedBy === undefined
    if (own || (task.purge && residue === true)) {
      const bare = manager === 'apt' ? aptPin(name).name : name
      steps.push({
        name: bare,
        from: installed ?? 'removed, with its configuration left',
        to: undefined,
        spec: bare,
        ...(held === true && { held }),
      })
    }
  }
  if (steps.length === 0)
    return { status: 'ok', reason: `${task.names.join(', ')} not installed`, result: noOutput }
  const { osFamily } = world.get('platform', {})
  const effects = steps.flatMap((step) => afterRemoval(step.name, osFamily, task.purge, task.policy))
  const changes = steps.map((step) => `remove ${step.name}`)
  return change(
    task,
    manager,
    { action: 'remove', specs: steps.flatMap((step) => step.spec ?? []) },
    steps,
    effects,
    changes,
  )
}

function change(
  task: PackageTask,
  manager: Manager,
  transaction: Transaction,
  steps: readonly Step[],
  effects: readonly Effect[],
  changes: readonly string[],
): Plan {
  const held = steps.find((step) => step.held && !task.aptWords.includes(CHANGE_HELD))
  if (held)
    return {
      status: 'fail',
      message: `${held.name} is on hold`,
      hint: `${task.module === 'apt' ? '' : 'write apt: instead, with '}allow_change_held_packages: yes permits the change; dpkg_selections with selection: install releases it`,
    }
  const later = transaction.action === 'install' ? NEWEST : '(not installed)'
  const fields = steps.map(({ name, from, to }) => ({
    name,
    before: from ?? '(not installed)',
    after: to ?? later,
  }))
  return {
    status: 'change',
    summary: changes.join(', '),
    diff: [{ type: 'fields', subject: 'packages', fields }],
    apply: manager === 'apt' ? aptScript(task, transaction) : dnfScript(task, transaction),
    timeout: TIMEOUT,
    effects: [managerWrites, ...effects],
  }
}

const noOutput: Result = { rc: 0, msg: '', results: [] }

export function packageResult(task: PackageTask, output: Answer): Result {
  const stdout = output.stdout.toString('utf8').trimEnd()
  const stderr = output.stderr.toString('utf8').trimEnd()
  const lists = task.upkeep ? undefined : readLists(stdout)
  if (lists) return lists
  return {
    rc: output.code,
    msg: '',
    results: [],
    stdout,
    stderr,
    stdout_lines: splitLines(stdout),
    stderr_lines: splitLines(stderr),
    ...(task.upkeep && upkeepChanged(task.upkeep, output)),
  }
}
