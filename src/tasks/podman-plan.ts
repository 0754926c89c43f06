import { Script as Text } from '../shell/sh.ts'
import type { Plan } from '../task.ts'
import { fromJson } from '../value.ts'
import { Unknown } from '../world/kind.ts'
import { UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import { applyScript } from './container-apply.ts'
import { containerBecomes } from './container-becomes.ts'
import { asDiff, difference, type JsonObject, same, textAt } from './container-compare.ts'
import { type Container, look, lookQuestion, type Seen, stateOf } from './container-look.ts'
import { commandWords } from './container-words.ts'
import { sourceQuestions } from './container-mounts.ts'
import {
  type Action,
  asked,
  change,
  type Fields,
  ownSources,
  type PodmanTask,
  wantedSources,
} from './podman-change.ts'
import { checkPodman, podmanDifferences } from './podman-flags.ts'
import { foreseenDifferences } from './podman-foreseen.ts'
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
  return [lookQuestion(wanted), ...sourceQuestions(wantedSources(params))]
}

/** What a container sees that starts as it is: all of it has to be there. */
export function thenPodmanQuestions(task: PodmanTask, world: World | undefined): WorldQuestion[] {
  const { state, force_restart: restart } = task.params
  const seen = world && (state === 'started' || restart) ? look(task.look, world) : ''
  if (typeof seen === 'string' || seen.container === undefined) return []
  const starts = !stateOf(seen.container).running || restart
  return starts ? sourceQuestions(ownSources(seen.container)) : []
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
    ...(container.known && !container.foreseen
      ? { result: { container: fromJson(container.info) } }
      : { foreseen: true as const }),
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
  const isMadeSo = !container.known && same(asked(params), container.predicted.wanted)
  if (isMadeSo && (seen.image !== 'pulled' || container.predicted.current)) return { fields: [], unseen: [] }
  if (seen.image === 'pulled')
    throw new UnknownAnswer(new Unknown(`what ${params.image ?? ''} is once it is pulled`))
  const found = container.known
    ? podmanDifferences(params, container.info, seen.image)
    : { differences: foreseenDifferences(params, container.predicted, seen.image), unseen: [] }
  const other = otherImage(params, imageOf(container), seen.image)
  return {
    fields: [...(other === undefined ? [] : [other]), ...found.differences.map(difference)],
    unseen: found.unseen,
  }
}

/** The image of a container, by name and ID, as far as anybody knows them. */
interface Image {
  name: string
  id: string | undefined
}

function imageOf(container: Container): Image {
  if (!container.known)
    return { name: container.predicted.image, id: container.predicted.imageId ?? undefined }
  const { info } = container
  return {
    name: textAt(info, 'ImageName') || textAt(info, 'Config', 'Image'),
    id: textAt(info, 'Image'),
  }
}

/**
 * As in Ansible, an image of the same name is the same one, unless image_strict says otherwise. Of one that is not
 * there yet only the name is known.
 */
function otherImage(
  { name: container, image = '', image_strict: strict }: PodmanParams,
  own: Image,
  found: JsonObject | undefined,
): Fields['fields'][number] | undefined {
  const id = textAt(found, 'Id')
  if (found !== undefined && id === own.id) return undefined
  const renamed = !isNamed(own, image)
  if (!renamed && (!strict || found === undefined)) return undefined
  // Which one it is, or what podman calls it in full.
  if (strict && found !== undefined ? own.id === undefined : !own.name.includes('/'))
    throw new UnknownAnswer(new Unknown(`what image is, of ${container}, which an earlier task makes`))
  return strict && found !== undefined
    ? { name: 'image', before: own.id?.slice(0, 12) ?? '', after: id.slice(0, 12) }
    : { name: 'image', before: own.name, after: image }
}

/** The ID of the container's image, where another one that the pull brings is a difference. */
function imageToCompare({ params }: PodmanTask, container: Container): string | undefined {
  if (!container.known) return undefined
  const { image = '', image_strict: strict } = params
  const own = imageOf(container)
  return strict || !isNamed(own, image) ? own.id : undefined
}

function isNamed({ name }: Image, image: string): boolean {
  const short = (full: string): string => full.replace(/:latest$/, '').replace(/^.*\//, '')
  return short(name) === short(image)
}
