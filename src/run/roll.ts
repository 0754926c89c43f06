import type { Connection, Identity } from '../connect/connection.ts'
import type { HealthAsk } from '../ha/health.ts'
import { EXIT, HakubeError } from '../errors.ts'
import { backupsFirst, reorder, Rolling } from '../ha/rolling.ts'
import { STATISTICS_PATH } from '../ha/view.ts'
import type { PlayRun, Step } from '../playbook/program.ts'
import type { Script } from '../shell/sh.ts'
import { isDict, type Value } from '../value.ts'
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
  const rolling = new Rolling({ ask, change, endpoint: (host) => endpointOf(host, store) }, hosts)
  return { rolling, isBatch: (run) => runs.includes(run) }
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
