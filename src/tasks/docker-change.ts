import type { Plan } from '../task.ts'
import { pathBecomes } from '../world/path-effects.ts'
import type { World } from '../world/world.ts'
import { applyScript } from './container-apply.ts'
import { containerBecomes, type Left } from './container-becomes.ts'
import { asDiff, at, host, type JsonObject, object, textAt } from './container-compare.ts'
import { type Container, type Predicted, type Seen, stateOf } from './container-look.ts'
import { failsFor, firstMissing, missingSources, type Sources, sourcesOf } from './container-mounts.ts'
import { expectations, IMAGES } from './docker-compare.ts'
import { freshContainer } from './docker-fresh.ts'
import { networkChanges, networksOf } from './docker-network.ts'
import { dockerOptions } from './docker-options.ts'
import { actScript, grownMemory, type Make, type Steps, stepsScript } from './docker-script.ts'
import type { DockerTask } from './docker-task.ts'
import type { Wanted } from './docker-wanted.ts'

/** What is asked for, and what is there. */
export interface Case {
  task: DockerTask
  world: World
  seen: Seen
  wanted: Wanted
  env: readonly [string, string][]
}

/** The paths of the host that the task wants it to see. */
export function wantedSources({ wanted }: DockerTask): Sources {
  return sourcesOf(wanted['volume_binds'], wanted['mounts'])
}

/** Those that it sees as it is. */
export function ownSources(container: Container): Sources {
  if (!container.known)
    return sourcesOf(container.predicted.wanted['volume_binds'], container.predicted.wanted['mounts'])
  return sourcesOf(host('Binds')(container.info), host('Mounts')(container.info))
}

export function pullsAlways({ pull, imageIsId, params }: DockerTask): boolean {
  return pull === 'always' && !imageIsId && params.image !== undefined
}

export function networksIn(container: Container): JsonObject {
  return container.known
    ? object(at(container.info, 'NetworkSettings', 'Networks'))
    : container.predicted.networks
}

export function imageName(container: Container): string {
  return container.known ? textAt(container.info, 'Config', 'Image') : container.predicted.image
}

export function change(given: Case, container: Container | undefined, steps: Steps): Plan {
  const { task, seen, wanted, env, world } = given
  const { params, look: wants } = task
  const old = container === undefined ? undefined : stateOf(container)
  const make: Make = {
    wanted,
    env,
    // Without the parameter it is made of the image that it has.
    image: params.image ?? (container ? imageName(container) : ''),
    imageId: container?.known ? textAt(container.info, 'Image') : '',
    networks: networkChanges(task, undefined),
    exists: container !== undefined,
    running: old?.running ?? false,
    paused: old?.paused ?? false,
  }
  const removal = params.removal_wait_timeout ?? 300
  const perhaps = steps.anew === 'perhaps' && seen.image !== undefined
  const certain =
    steps.act !== undefined || steps.pause || steps.updates.length > 0 || steps.networks.length > 0
  const started = steps.act === 'start' || steps.act === 'restart' || steps.act === 'wait'
  const sources =
    container === undefined || steps.anew === 'yes' ? wantedSources(task) : ownSources(container)
  const starts = steps.act === 'start' || steps.act === 'restart'
  const missing = starts || steps.anew === 'yes' ? firstMissing(sources, world) : undefined
  if (missing !== undefined) return failsFor(missing)
  // Only when it starts.
  const directories = starts ? missingSources(sources, world) : []
  return {
    status: 'change',
    summary: steps.summary,
    diff: steps.fields.length > 0 ? [asDiff(params.name, steps.fields)] : [],
    apply: applyScript(
      wants.tool,
      params.name,
      { removal, fatal: params.detach !== false && params.state !== 'present' },
      [stepsScript(task, make, steps), actScript(task, make, steps)],
    ),
    openEnded: true,
    timeout:
      (steps.pulls ? 1800 : 300) + (params.detach === false ? 86_400 : 0) + params.healthy_wait_timeout,
    effects: [
      ...directories.map((path) =>
        pathBecomes(path, { type: 'directory', mode: 0o755, uid: 0, gid: 0, owner: 'root', group: 'root' }),
      ),
      containerBecomes(wants, left(given, container, steps)),
    ],
    // Waiting changes nothing, and what a pull brings only the pull shows.
    ...(steps.act === 'wait' && !steps.pulls && steps.anew === 'no' && !steps.pause ? { counts: false } : {}),
    ...(perhaps && !certain ? { maybe: true } : {}),
    ...(started || params.recreate || pullsAlways(task) ? { once: true } : {}),
  }
}

/** What a later task of this run finds, as far as it can be told. */
function left(given: Case, container: Container | undefined, steps: Steps): Left {
  const { seen, task } = given
  const { params } = task
  const removed = steps.act === 'start' && params.detach === false && (params.cleanup || params.auto_remove)
  const image = steps.pulls || seen.image === 'pulled' ? undefined : seen.image
  return {
    becomes: removed ? undefined : becomes(given, container, steps),
    pulled: steps.pulls ? params.image : undefined,
    ...(steps.anew === 'no' ? {} : { own: { image } }),
  }
}

function becomes(given: Case, container: Container | undefined, steps: Steps): Predicted {
  const { task, seen } = given
  const { params } = task
  const running =
    steps.act === undefined
      ? steps.anew !== 'yes' && container !== undefined && stateOf(container).running
      : steps.act !== 'stop' && params.detach !== false
  const paused =
    running &&
    (steps.pause
      ? params.paused === true
      : container !== undefined &&
        steps.anew === 'no' &&
        steps.act !== 'restart' &&
        stateOf(container).paused)
  // Its task has waited for it.
  const healthy = running && params.state === 'healthy'
  if (container === undefined || steps.anew === 'yes') {
    return {
      running,
      paused,
      healthy,
      image: params.image ?? (container ? imageName(container) : ''),
      imageId: steps.pulls || typeof seen.image !== 'object' ? null : textAt(seen.image, 'Id'),
      current: true,
      wanted: made(given, steps.pulls),
      networks: networksOf(task),
    }
  }
  const updated = Object.fromEntries(steps.updates.map(({ name, wanted: value }) => [name, value]))
  const before = container.known
    ? {
        image: imageName(container),
        imageId: steps.pulls ? null : textAt(container.info, 'Image'),
        wanted: Object.fromEntries(dockerOptions.map((option) => [option.name, option.seen(container.info)])),
        networks: networksIn(container),
      }
    : container.predicted
  const joined = steps.networks.length > 0 ? networksOf(task) : {}
  const left = new Set(steps.networks.filter(({ join }) => !join).map(({ name }) => name))
  const networks = Object.entries({ ...before.networks, ...joined }).filter(([name]) => !left.has(name))
  return {
    ...before,
    running,
    paused,
    healthy,
    ...(steps.pulls ? { current: false } : {}),
    // Perhaps it is made anew, of the image that is pulled.
    ...(steps.anew === 'perhaps' ? { imageId: null } : {}),
    wanted: { ...before.wanted, ...updated, ...grownSwap(given, steps, before.wanted) },
    networks: Object.fromEntries(networks),
  }
}

/** The limit of memory and swap grows with that of memory. */
function grownSwap({ wanted }: Case, { updates }: Steps, before: JsonObject): JsonObject {
  const memory = grownMemory(wanted, updates)
  const { memory_swap: swap } = before
  if (memory === undefined || typeof swap !== 'number') return {}
  return swap >= 0 && swap < memory ? { memory_swap: memory * 2 } : {}
}

/** What can be told of a container that is made. Without an image, nobody has looked at the one that it is made of. */
function made({ task, seen, wanted }: Case, pulls: boolean): JsonObject {
  const image = pulls || typeof seen.image !== 'object' ? undefined : seen.image
  const all = Object.entries(freshContainer(task, expectations(task, wanted, image), image))
  const ofImage = task.params.image === undefined ? IMAGES : []
  return Object.fromEntries(all.filter(([name, value]) => value !== undefined && !ofImage.includes(name)))
}
