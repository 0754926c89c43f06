import { Script as Text } from '../shell/sh.ts'
import type { Plan } from '../task.ts'
import { fromJson } from '../value.ts'
import { Unknown } from '../world/kind.ts'
import { UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import { applyScript } from './container-apply.ts'
import { asDiff, difference, type JsonObject, same, textAt } from './container-compare.ts'
import { type Container, containerBecomes, look, lookQuestion, type Seen, stateOf } from './container-look.ts'
import { commandWords } from './container-words.ts'
import { type Action, asked, change, type Fields, type PodmanTask, sources } from './podman-change.ts'
import { checkPodman, podmanDifferences } from './podman-flags.ts'
import type { PodmanParams } from './podman-params.ts'

export function readPodmanTask(given: PodmanParams): PodmanTask {
  const params =
    given.command === undefined ? given : { ...given, command: commandWords('command', given.command) }
  checkPodman(params)
  const { executable, name, image, state } = params
  return {
    params,
    look: {
      tool: { name: 'podman', executable, options: [] },
      container: name,
      image: state === 'absent' ? undefined : image,
      own: false,
      networks: [],
      others: [],
    },
  }
}

export function podmanQuestions({ params, look: wanted }: PodmanTask): WorldQuestion[] {
  if (params.state === 'absent') return [lookQuestion(wanted)]
  return [
    lookQuestion(wanted),
    ...sources(params).map((path): WorldQuestion => ({ kind: 'path', ask: { path, follow: true } })),
  ]
}

/** Pure: what is to be done with the container. */
export function planPodman(task: PodmanTask, world: World): Plan {
  const { params } = task
  const { name, image, pull, executable } = params
  const seen = look(task.look, world)
  if (typeof seen === 'string') {
    const hint = 'install it in a task before this one'
    return { status: 'fail', message: seen, ...(seen === `this host has no ${executable}` ? { hint } : {}) }
  }
  if (params.state === 'absent') return planAbsent(task, seen.container)
  const pulls = image !== undefined && (seen.image === undefined || pull === 'always' || pull === 'newer')
  if (pulls && pull === 'never')
    return { status: 'fail', message: `the image ${image} is not on this host, and pull is never` }
  const { container } = seen
  if (container === undefined && image === undefined)
    return {
      status: 'fail',
      message: `there is no container ${name}, and no image to make it of`,
      hint: 'add image:',
    }
  const running = container !== undefined && stateOf(container).running
  if (container === undefined)
    return change({
      task,
      seen,
      world,
      pulls,
      action: params.state === 'started' ? 'run' : 'create',
      fields: [],
    })
  // As in Ansible: a restart looks at nothing else, and who wants it stopped does not care what it is like.
  const compares =
    params.state !== 'stopped' && !(params.force_restart && params.state === 'started') && image !== undefined
  const { fields, unseen } = compares ? differences(task, seen, container) : { fields: [], unseen: [] }
  const anew = compares && (fields.length > 0 || params.recreate)
  const action = actionOf(params, running, anew)
  const unlessImage = compares && !anew && pulls ? imageToCompare(task, container) : undefined
  if (action !== undefined || pulls) return change({ task, seen, world, pulls, action, unlessImage, fields })
  const state = `the container ${name} ${running ? 'runs' : 'is there, not running,'} as it is to be`
  return {
    status: 'ok',
    reason: unseen.length > 0 ? `${state}, as far as podman tells: not ${unseen.join(', ')}` : state,
    ...(container.known && !container.foreseen ? { result: { container: fromJson(container.info) } } : {}),
  }
}

function actionOf(
  { state, force_restart: restart }: PodmanParams,
  running: boolean,
  anew: boolean,
): Action | undefined {
  if (anew) return 'recreate'
  if (state === 'stopped') return running ? 'stop' : undefined
  if (restart) return running ? 'restart' : 'start'
  return state === 'started' && !running ? 'start' : undefined
}

function planAbsent({ params, look: wants }: PodmanTask, container: Container | undefined): Plan {
  const { name } = params
  if (container === undefined)
    return { status: 'ok', reason: `there is no container ${name}`, result: { container: new Map() } }
  return {
    status: 'change',
    summary: `remove the container ${name}`,
    diff: [
      asDiff(name, [
        {
          name: 'container',
          before: stateOf(container).running ? 'running' : 'not running',
          after: 'absent',
        },
      ]),
    ],
    apply: applyScript(wants.tool, name, { removal: 60, fatal: false }, [
      new Text('hk_remove -f; hk_did=yes'),
    ]),
    effects: [containerBecomes(wants, { becomes: undefined })],
    result: { container: new Map() },
  }
}

function differences({ params }: PodmanTask, seen: Seen, container: Container): Fields {
  if (!container.known) {
    if (same(asked(params), container.predicted.wanted)) return { fields: [], unseen: [] }
    throw new UnknownAnswer(new Unknown(`what ${params.name} is like, which an earlier task makes`))
  }
  if (seen.image === 'pulled')
    throw new UnknownAnswer(new Unknown(`what ${params.image ?? ''} is once it is pulled`))
  const { info } = container
  const found = podmanDifferences(params, info, seen.image)
  const other = otherImage(params, info, seen.image)
  return {
    fields: [...(other === undefined ? [] : [other]), ...found.differences.map(difference)],
    unseen: found.unseen,
  }
}

/**
 * As in Ansible, an image of the same name is the same one, unless image_strict says otherwise. Of one that is not
 * there yet only the name is known.
 */
function otherImage(
  { image = '', image_strict: strict }: PodmanParams,
  info: JsonObject,
  found: JsonObject | undefined,
): Fields['fields'][number] | undefined {
  const [id, own] = [textAt(found, 'Id'), textAt(info, 'Image')]
  if (found !== undefined && id === own) return undefined
  const renamed = !isNamed(info, image)
  if (!renamed && (!strict || found === undefined)) return undefined
  return strict && found !== undefined
    ? { name: 'image', before: own.slice(0, 12), after: id.slice(0, 12) }
    : { name: 'image', before: nameIn(info), after: image }
}

/** The ID of the container's image, where another one that the pull brings is a difference. */
function imageToCompare({ params }: PodmanTask, container: Container): string | undefined {
  if (!container.known) return undefined
  const { image = '', image_strict: strict } = params
  return strict || !isNamed(container.info, image) ? textAt(container.info, 'Image') : undefined
}

function nameIn(info: JsonObject): string {
  return textAt(info, 'ImageName') || textAt(info, 'Config', 'Image')
}

function isNamed(info: JsonObject, image: string): boolean {
  const short = (full: string): string => full.replace(/:latest$/, '').replace(/^.*\//, '')
  return short(nameIn(info)) === short(image)
}
