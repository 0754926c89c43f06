import { lines, nothing, type Script, Script as Text, sh } from '../shell/sh.ts'
import type { Plan } from '../task.ts'
import type { World } from '../world/world.ts'
import { applyScript } from './container-apply.ts'
import { containerBecomes } from './container-becomes.ts'
import { asDiff, items, type Json, type JsonObject, object, show, textAt } from './container-compare.ts'
import { handOver } from './container-env.ts'
import { type Container, type LookFor, type Predicted, type Seen, stateOf } from './container-look.ts'
import { failsFor, firstMissing, mountedOf, notThere, type Sources } from './container-mounts.ts'
import { podmanVolumeOf } from './container-words.ts'
import { attachWords, createWords } from './podman-flags.ts'
import { fieldsOf, sourceOf } from './podman-formats.ts'
import type { PodmanParams } from './podman-params.ts'

/** A podman_container task, its arguments read. */
export interface PodmanTask {
  params: PodmanParams
  look: LookFor
}

/** Paths of the host that have to be there when it is made: podman makes none. */
export function wantedSources({
  volume = [],
  mount = [],
  env_file: file,
  label_file: labels,
}: PodmanSources): Sources {
  const mounts = mount.map((one) => fieldsOf(one)).filter((fields) => fields.get('type') === 'bind')
  const volumes = volume.map((one) => podmanVolumeOf(one).source ?? '').filter((path) => path.startsWith('/'))
  const files = [file, labels].flatMap((path) => (path === undefined ? [] : [path]))
  return { made: [], needed: [...volumes, ...mounts.map((fields) => sourceOf(fields) ?? ''), ...files] }
}

type PodmanSources = Pick<PodmanParams, 'volume' | 'mount' | 'env_file' | 'label_file'>

/** Those that it sees as it is, which have to be there when it starts. */
export function ownSources(container: Container): Sources {
  if (container.known) return mountedOf(container.info)
  const { wanted } = container.predicted
  const listed = (key: string) => items(wanted[key]).map(show)
  return wantedSources({ volume: listed('volume'), mount: listed('mount') })
}

/** All that the task says of the container. */
export function asked(params: PodmanParams): JsonObject {
  const { state: _state, recreate: _recreate, force_restart: _restart, pull: _pull, ...rest } = params
  return Object.fromEntries(
    Object.entries(rest).flatMap(([name, value]): [string, Json][] =>
      value === undefined ? [] : [[name, value]],
    ),
  )
}

/** What is to be done, as podman_container of Ansible names it. */
export type Action = 'create' | 'run' | 'recreate' | 'start' | 'stop' | 'restart'

/** What differs, and what nobody can tell. */
export interface Fields {
  fields: { name: string; before: string; after: string }[]
  unseen: string[]
}

interface Change {
  task: PodmanTask
  seen: Seen
  world: World
  pulls: boolean
  action: Action | undefined
  /** Where the pull brings another image than this, it is made anew all the same. */
  unlessImage?: string | undefined
  fields: Fields['fields']
}

const VERBS: Readonly<Record<Action, string>> = {
  create: 'make',
  run: 'start',
  recreate: 'make anew',
  start: 'start',
  stop: 'stop',
  restart: 'restart',
}

export function change({ task, seen, world, pulls, action, unlessImage, fields }: Change): Plan {
  const { params, look: wants } = task
  const { name, image, state, authfile } = params
  const made = action === 'create' || action === 'run' || action === 'recreate'
  const perhaps = unlessImage !== undefined
  const missing = made || perhaps ? firstMissing(wantedSources(params), world) : undefined
  if (made && missing !== undefined) return failsFor(missing)
  const { container } = seen
  const starts = action === 'start' || action === 'restart'
  const gone = starts && container ? firstMissing(ownSources(container), world) : undefined
  if (gone !== undefined) return failsFor(gone)
  const running = container !== undefined && stateOf(container).running
  const runsAnew = state === 'started' || running
  const runs =
    action === 'run' || action === 'start' || action === 'restart' || (action === 'recreate' && runsAnew)
  const act = actionScript(task, action, container, runs)
  const anew = lines(
    missing === undefined ? nothing : sh`echo ${notThere(missing)} >&2; exit 1`,
    actionScript(task, 'recreate', container, runsAnew),
  )
  const why = fields.map((field) => field.name)
  const before = container === undefined ? 'absent' : running ? 'running' : 'not running'
  const after = runs
    ? 'running'
    : action === 'create'
      ? 'made'
      : action === undefined
        ? before
        : 'not running'
  const shown = [...(before === after ? [] : [{ name: 'container', before, after }]), ...fields]
  return {
    status: 'change',
    summary:
      action === undefined
        ? `pull the image ${image ?? ''}`
        : `${VERBS[action]} the container ${name}${why.length > 0 ? ` (${why.join(', ')})` : ''}`,
    diff: shown.length > 0 ? [asDiff(name, shown)] : [],
    apply: applyScript(
      wants.tool,
      name,
      { removal: 60, fatal: params.detach && (runs || (perhaps && runsAnew)) },
      [
        pulls
          ? sh`hk_pull ${image ?? ''} ${authfile === undefined ? [] : [`--authfile=${authfile}`]}`
          : nothing,
        perhaps
          ? sh`if [ "$(hk_image ${image ?? ''})" != ${unlessImage} ]; then
${anew}
else
${act}
fi`
          : act,
      ],
    ),
    timeout: (pulls ? 1800 : 300) + (params.detach ? 0 : 86_400),
    effects: [
      containerBecomes(wants, {
        becomes: becomes(task, container, {
          made: made || perhaps,
          running: after === 'running',
          // A restart is not waited for.
          ends: runs && !params.detach && action !== 'restart',
          madeOf: pulls || typeof seen.image !== 'object' ? undefined : seen.image,
          pulls,
        }),
        pulled: pulls ? image : undefined,
      }),
    ],
    openEnded: true,
    ...(pulls && action === undefined && seen.image !== undefined ? { maybe: true } : {}),
    ...(runs || params.recreate || params.force_restart || params.pull === 'always' || params.pull === 'newer'
      ? { once: true }
      : {}),
  }
}

interface Outcome {
  made: boolean
  running: boolean
  /** Its task waits for its end. */
  ends: boolean
  madeOf: JsonObject | undefined
  pulls: boolean
}

/** What a later task of this run finds. What a container that stays is like does not change. */
function becomes(
  { params }: PodmanTask,
  container: Container | undefined,
  { made, running, ends, madeOf, pulls }: Outcome,
): Predicted | { info: JsonObject } | undefined {
  if (ends && params.rm) return undefined
  const state = { running: running && !ends, paused: false }
  if (made || container === undefined) {
    const imageId = madeOf === undefined ? null : textAt(madeOf, 'Id')
    return {
      ...state,
      image: params.image ?? '',
      imageId,
      madeOf,
      current: true,
      networks: {},
      wanted: asked(params),
    }
  }
  if (!container.known) return { ...container.predicted, ...state, ...(pulls ? { current: false } : {}) }
  const State = { ...object(container.info['State']), Running: state.running, Paused: false }
  return { info: { ...container.info, State } }
}

function actionScript(
  task: PodmanTask,
  action: Action | undefined,
  container: Container | undefined,
  runs: boolean,
): Script {
  const { params } = task
  const done = new Text('hk_did=yes')
  const act = (verb: string): Script =>
    lines(sh`hk_tool container ${verb} "$hk_name" >/dev/null || exit 1`, done)
  const up = new Text('hk_up')
  const begin = params.detach ? lines(act('start'), up) : foreground(params)
  switch (action) {
    case undefined:
      return nothing
    case 'stop':
      return act('stop')
    case 'restart':
      return lines(act('restart'), up)
    case 'start':
      return begin
    default:
      return lines(
        container !== undefined && stateOf(container).running ? act('stop') : nothing,
        container === undefined ? nothing : new Text('hk_remove -f'),
        createScript(params),
        done,
        runs ? begin : nothing,
      )
  }
}

/** Started, and waited for. What podman itself logs in between is not the container's. */
function foreground(params: PodmanParams): Script {
  return lines(
    sh`hk_output=$(hk_tool container start --attach ${attachWords(params)} "$hk_name" 2>&1)`,
    new Text(`hk_status=$?
hk_output=$(printf '%s\\n' "$hk_output" | sed '/^time="[^"]*" level=[a-z]* msg=/d')
hk_did=yes`),
  )
}

function createScript(params: PodmanParams): Script {
  const { before, flags } = handOver(
    Object.entries(params.env ?? {}).map(([name, value]) => [name, String(value)] as const),
  )
  const command = params.command ?? []
  return sh`( ${before}
hk_tool container create --name "$hk_name" ${createWords(params)} ${flags} ${params.image ?? ''} ${command} >/dev/null ) || exit 1`
}
