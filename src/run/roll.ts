import * as z from 'zod'
import type { Connection, Identity } from '../connect/connection.ts'
import { EXIT, HakubeError } from '../errors.ts'
import type { Course } from '../ha/course.ts'
import { readGroups } from '../ha/groups.ts'
import type { HealthAsk } from '../ha/health.ts'
import { checkCourses, Plan } from '../ha/objections.ts'
import { Problems } from '../ha/problems.ts'
import { backupsFirst, reorder, Rolling } from '../ha/rolling.ts'
import { Spoken } from '../ha/spoken.ts'
import { STATISTICS_PATH } from '../ha/view.ts'
import type { PlayRun, Step } from '../playbook/step.ts'
import type { Script } from '../shell/sh.ts'
import { isDict, toJson, type Value } from '../value.ts'
import { NotYet } from '../variables/not-yet.ts'
import type { TaskScope } from '../variables/scope.ts'
import type { VariableStore } from '../variables/store.ts'

/** What a run lends to the rolling change. */
export interface RollSettings {
  steps: readonly Step[]
  store: VariableStore
  /** Hosts that could be reached. */
  reached: readonly string[]
  scope(host: string, run: PlayRun): TaskScope
  identity(host: string, run: PlayRun): Identity
  connection(host: string): Connection
  /** Gives hosts that wait for a batch another place in the program. */
  recall(places: ReadonlyMap<string, number>): void
  say(text: string): void
  allowOutage: boolean
}

/**
 * A run that derives an endpoint (ha_topology) and works on it in batches (serial) is a rolling change; any other is
 * none. Decides at once in which order the nodes come.
 */
export function rollingOf(
  settings: RollSettings,
): { rolling: Rolling; isBatch(run: PlayRun): boolean } | undefined {
  const { steps, reached, store } = settings
  const derives = steps.some(
    ({ task }) => task && 'name' in task.module && task.module.name === 'ha_topology',
  )
  const runs = [...new Set(steps.map((step) => step.run))].filter((run) => run.play.serial !== undefined)
  const [first] = runs
  if (!derives || !first) return undefined
  const hosts = first.allHosts.filter((host) => reached.includes(host))
  for (const play of new Set(runs.map((run) => run.play))) {
    const batches = runs.filter((run) => run.play === play)
    reorder(
      batches,
      backupsFirst(first.allHosts, (host) => holdsVip(host, settings.scope(host, first), store)),
    )
  }
  const ask = async (host: string, script: Script): Promise<string> => {
    const shell = await settings.connection(host).shell(settings.identity(host, first))
    const { answers } = await shell.exchange({ questions: [{ id: 'rolling', script }] })
    return answers.get('rolling')?.stdout.toString('utf8') ?? ''
  }
  const change = async (host: string, script: Script): Promise<string> => {
    const shell = await settings.connection(host).shell(settings.identity(host, first))
    const { apply } = await shell.exchange({ apply: { script }, questions: [] })
    if (apply?.code === 0) return apply.stdout.toString('utf8')
    const words = apply?.stderr.toString('utf8').trim().split('\n').at(-1) || `exit status ${apply?.code}`
    throw new HakubeError(words, { code: 'rolling-failed', host, exitCode: EXIT.failed })
  }
  const nodes = {
    ask,
    change,
    endpoint: (host: string) => endpointOf(host, store),
    spoken: (host: string) => spokenOf(host, store),
    arrange: (from: PlayRun, order: readonly string[]) =>
      settings.recall(arranged(steps, comingBatches(runs, from), order)),
    say: (text: string) => settings.say(text),
  }
  const approve = (courses: readonly Course[]): void => {
    const plans = hosts.flatMap((host) => {
      const plan = Plan.safeParse(written(host, 'ha', store))
      return plan.success ? [[host, plan.data] as const] : []
    })
    checkCourses({
      courses,
      plans: new Map(plans),
      spoken: nodes.spoken,
      missing: missingFrom(hosts, settings),
      allowOutage: settings.allowOutage,
    })
  }
  return { rolling: new Rolling(nodes, hosts, approve), isBatch: (run) => runs.includes(run) }
}

/** What a task has set on a node, as plain data; undefined where it is not known yet. */
function written(host: string, name: string, store: VariableStore): unknown {
  try {
    return toJson(store.written(host, name, Number.POSITIVE_INFINITY) ?? null)
  } catch (error) {
    if (error instanceof NotYet) return undefined
    throw error
  }
}

/** What ha_vrrp has found on a node, under the name by which the bundled playbook registers it. */
function spokenOf(host: string, store: VariableStore): Spoken | undefined {
  const found = z.object({ vrrp: Spoken }).safeParse(written(host, 'hakube_vrrp', store))
  return found.success ? found.data.vrrp : undefined
}

/** Nodes of the endpoints at work that have no part in the run, and why. */
function missingFrom(hosts: readonly string[], { store }: RollSettings): Map<string, string> {
  const clusterOf = (host: string) => store.hosts.get(host)?.inventory.get('ha_cluster')?.value
  const clusters = new Set(hosts.map(clusterOf))
  const members = readGroups(store.groups, new Problems())?.nodes ?? []
  return new Map(
    members
      .filter((host) => !hosts.includes(host) && clusters.has(clusterOf(host)))
      .map((host) => [host, store.unreachable.has(host) ? 'cannot be reached' : 'is left out of this run']),
  )
}

/** A batch and those behind it in its play: what another play does with its hosts is another matter. */
export function comingBatches(runs: readonly PlayRun[], from: PlayRun): PlayRun[] {
  return runs.slice(runs.indexOf(from)).filter((run) => run.play === from.play)
}

/**
 * Gives the hosts of these batches this order, as far as they are in them. Returns the position in the program of
 * those that have another batch now.
 */
export function arranged(
  steps: readonly Step[],
  runs: readonly PlayRun[],
  order: readonly string[],
): Map<string, number> {
  const before = new Map(runs.flatMap((run) => run.hosts.map((host) => [host, run] as const)))
  // Who is not in the order cannot be reached, and nobody waits for it.
  const others = [...before.keys()].filter((host) => !order.includes(host))
  reorder(runs, [...others, ...order.filter((host) => before.has(host))])
  const places = new Map<string, number>()
  for (const run of runs) {
    const start = steps.find((step) => step.type === 'play' && step.run === run)
    for (const host of run.hosts) if (start && before.get(host) !== run) places.set(host, start.position)
  }
  return places
}

/** Before anything is derived: whether the node has an address that the inventory calls virtual. */
function holdsVip(host: string, scope: TaskScope, store: VariableStore): boolean {
  const facts = store.hosts.get(host)?.facts
  const own = ['all_ipv4_addresses', 'all_ipv6_addresses'].flatMap((name) => texts(facts?.get(name)))
  return texts(scope.lookup('ha_vip')).some((vip) => own.includes(vip.split('/')[0] ?? ''))
}

/** All texts in a value, however deep. */
function texts(value: Value | undefined): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(texts)
  return isDict(value) ? [...value.values()].flatMap(texts) : []
}

/** What ha_topology has derived for a node, as far as health is concerned. */
function endpointOf(host: string, store: VariableStore): HealthAsk | undefined {
  const ha = store.written(host, 'ha', Number.POSITIVE_INFINITY)
  if (!isDict(ha)) return undefined
  const [port, monitor] = [ha.get('port'), ha.get('monitor')]
  const monitorPort = isDict(monitor) ? monitor.get('port') : undefined
  if (typeof port !== 'number') return undefined
  const statistics =
    ha.get('haproxy') === true && typeof monitorPort === 'number'
      ? { port: monitorPort, path: STATISTICS_PATH }
      : undefined
  return { vips: texts(ha.get('vips')), port, statistics }
}

/**
 * A node that is down would come back with what it had, and its part of the change would be missing. `reached`: how many there
 * are that could be changed.
 */
export function refuseDegraded(lost: readonly string[], reached: number): void {
  if (lost.length === 0) return
  const nodes = lost.join(', ')
  const it = lost.length === 1 ? 'it' : 'them'
  throw new HakubeError(`${nodes} cannot be reached, so no node is changed`, {
    code: 'node-down',
    hint:
      reached === 0
        ? 'none of the nodes of this run could be reached, see above why: check the network of this machine, and addresses, ports and users in the inventory'
        : `bring ${it} back, leave ${it} out with --limit '!${lost.join(':!')}', or change the others with --allow-degraded`,
    exitCode: EXIT.unreachable,
  })
}
