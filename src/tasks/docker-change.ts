import type { Plan } from '../task.ts'
import { pathBecomes } from '../world/path-effects.ts'
import type { World } from '../world/world.ts'
import { applyScript } from './container-apply.ts'
import { asDiff, at, type JsonObject, object, textAt } from './container-compare.ts'
import {
  type Container,
  containerBecomes,
  type Left,
  type Predicted,
  type Seen,
  stateOf,
} from './container-look.ts'
import { volumeOf } from './container-words.ts'
import { expectations, IMAGES } from './docker-compare.ts'
import { networkChanges, networksOf } from './docker-network.ts'
import { dockerOptions } from './docker-options.ts'
import { actScript, type Make, type Steps, stepsScript } from './docker-script.ts'
import type { DockerTask } from './docker-task.ts'
import type { Wanted } from './docker-wanted.ts'
import { missingDirectories } from './make-directory.ts'

/** What is asked for, and what is there. */
export interface Case {
  task: DockerTask
  world: World
  seen: Seen
  wanted: Wanted
  env: readonly [string, string][]
}

/** Directories of the host that docker makes where they are not there. */
export function sources({ params }: DockerTask): string[] {
  const all = (params.volumes ?? []).map((one) => volumeOf(one).source ?? '')
  return [...new Set(all.filter((source) => source.startsWith('/')))]
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
  const directories = steps.anew === 'yes' ? missingSources(task, world) : []
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

function missingSources(task: DockerTask, world: World): string[] {
  return [...new Set(sources(task).flatMap((path) => missingDirectories(path, world)))]
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
      : container !== undefined && steps.anew === 'no' && stateOf(container).paused)
  if (container === undefined || steps.anew === 'yes') {
    return {
      running,
      paused,
      image: params.image ?? (container ? imageName(container) : ''),
      imageId: steps.pulls || typeof seen.image !== 'object' ? null : textAt(seen.image, 'Id'),
      wanted: made(given),
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
    wanted: { ...before.wanted, ...updated },
    networks: Object.fromEntries(networks),
  }
}

/** What is said of a container that is made anew. Without an image, nobody has looked at the one that it is made of. */
function made({ task, seen, wanted }: Case): JsonObject {
  const image = typeof seen.image === 'object' ? seen.image : undefined
  const all = Object.entries(expectations(task, wanted, image))
  const ofImage = task.params.image === undefined ? IMAGES : []
  return Object.fromEntries(all.filter(([name]) => !ofImage.includes(name)))
}
