import { sh } from '../shell/sh.ts'
import type { Plan } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import type { PathAsk } from '../world/replies.ts'
import { UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import { applyScript } from './container-apply.ts'
import { containerBecomes } from './container-becomes.ts'
import { asDiff, at, difference, items, textAt } from './container-compare.ts'
import { type Container, look, lookQuestion, type Seen, stateOf, UNREADABLE } from './container-look.ts'
import { sourceQuestions } from './container-mounts.ts'
import { readEnvFile } from './container-words.ts'
import {
  type Case,
  change,
  imageName,
  networksIn,
  ownSources,
  pullsAlways,
  wantedSources,
} from './docker-change.ts'
import { changeIfAny } from './docker-summary.ts'
import { areLabelsHeld, complete, differences, strayLabels } from './docker-compare.ts'
import { healthcheckSeen } from './docker-formats.ts'
import { networkChanges } from './docker-network.ts'
import { type Steps, stopScript, volumes } from './docker-script.ts'
import type { DockerTask } from './docker-task.ts'

function fileAsk(path: string): PathAsk {
  return { path, follow: true, contentUnless: '' }
}

export function dockerQuestions(task: DockerTask): WorldQuestion[] {
  const { params, look: wanted } = task
  const { env_file: file, state } = params
  if (state === 'absent') return [lookQuestion(wanted)]
  return [
    lookQuestion(wanted),
    ...(file === undefined ? [] : [{ kind: 'path', ask: fileAsk(file) } as const]),
    ...sourceQuestions(wantedSources(task)),
  ]
}

/** What a container sees that starts as it is: docker makes directories on its way. */
export function thenDockerQuestions(task: DockerTask, world: World | undefined): WorldQuestion[] {
  const seen = world && isToRun(task) ? look(task.look, world) : ''
  if (typeof seen === 'string' || seen.container === undefined) return []
  const starts = !stateOf(seen.container).running || task.params.restart
  return starts ? sourceQuestions(ownSources(seen.container)) : []
}

/** Pure: what is to be done with the container. */
export function planDocker(task: DockerTask, world: World): Plan {
  const { params } = task
  const seen = look(task.look, world)
  if (typeof seen === 'string') return { status: 'fail', message: seen, hint: hintFor(seen, params.name) }
  if (params.state === 'absent') return planAbsent(task, seen)
  const missing = task.look.networks.find((name) => !seen.networks.has(name))
  // Only a command can make one, of which check mode does not know what it does.
  if (missing !== undefined) return { status: 'unknown', why: `there is no network ${missing}` }
  const env = environment(task, world)
  if (typeof env === 'string') return { status: 'fail', message: env }
  const wanted = complete(task, seen, env)
  const given: Case = { task, world, seen, wanted, env }
  if (params.image !== undefined && seen.image === undefined) {
    if (task.imageIsId)
      return {
        status: 'fail',
        message: `the image ${params.image} is not on this host, and an ID cannot be pulled`,
      }
    if (task.pull === 'never')
      return { status: 'fail', message: `the image ${params.image} is not on this host, and pull is never` }
  }
  return seen.container === undefined ? planNew(given) : planKnown(given, seen.container)
}

function hintFor(failure: string, container: string): string {
  if (/permission denied/i.test(failure)) return 'write become: yes, or have the user in the group docker'
  if (failure.startsWith('this host has no'))
    return 'install it in a task before this one, or delegate the task to the host that has it'
  if (failure.endsWith(UNREADABLE)) return `look at what docker container inspect ${container} says there`
  return 'see to it in a task before this one that the service docker runs'
}

/** The variables of env_file and env; a text: why they cannot be read. */
function environment({ params }: DockerTask, world: World): [string, string][] | string {
  const own = Object.entries(params.env ?? {}).map(([name, value]): [string, string] => [name, String(value)])
  const { env_file: file } = params
  if (file === undefined) return own
  const reply = world.get('path', fileAsk(file))
  if (!reply.exists || reply.type !== 'file') return `env_file: there is no file ${file}`
  if (!reply.content) throw new UnknownAnswer(new Unknown(`the content of ${file}`))
  return [...new Map([...readEnvFile(file, reply.content.toString('utf8')), ...own])]
}

function planAbsent({ params, look: { tool, container: name } }: DockerTask, { container }: Seen): Plan {
  if (container === undefined) return { status: 'ok', reason: `there is no container ${name}` }
  const { running } = stateOf(container)
  return {
    status: 'change',
    summary: `remove the container ${name}`,
    diff: [asDiff(name, [{ name: 'container', before: running ? 'running' : 'stopped', after: 'absent' }])],
    apply: applyScript(tool, name, { removal: params.removal_wait_timeout ?? 300, fatal: false }, [
      ...(running ? [stopScript(params, stateOf(container).paused)] : []),
      sh`hk_remove ${volumes(params)}; hk_did=yes`,
    ]),
    effects: [containerBecomes({ tool, container: name }, { becomes: undefined })],
  }
}

function planNew(given: Case): Plan {
  const { task, seen } = given
  const { image, name, state } = task.params
  if (image === undefined)
    return {
      status: 'fail',
      message: `there is no container ${name}, and no image to make it of`,
      hint: 'add image:',
    }
  const unchecked = withoutCheck(given, undefined)
  if (unchecked) return unchecked
  const runs = isToRun(task)
  return change(given, undefined, {
    summary: `${runs ? 'start' : 'make'} the container ${name}${state === 'healthy' ? ' and wait until it is healthy' : ''}`,
    fields: [{ name: 'container', before: 'absent', after: runs ? 'running' : 'made' }],
    pulls: seen.image === undefined || pullsAlways(task),
    anew: 'yes',
    updates: [],
    networks: [],
    act: runs ? 'start' : undefined,
    pause: state === 'started' && task.params.paused === true,
  })
}

function isToRun({ params }: DockerTask): boolean {
  return params.state === 'started' || params.state === 'healthy'
}

function planKnown(given: Case, container: Container): Plan {
  const { task, seen, wanted } = given
  const { params } = task
  const pulls = (params.image !== undefined && seen.image === undefined) || pullsAlways(task)
  const current = params.image === undefined || params.image_comparison === 'current-image'
  const image = current ? seen.own : seen.image === 'pulled' ? undefined : seen.image
  if (!current && seen.image === 'pulled' && areLabelsHeld(task))
    throw new UnknownAnswer(new Unknown(`what ${params.image ?? ''} is once it is pulled`))
  const stray = strayLabels(task, image)
  if (stray.length > 0)
    return {
      status: 'fail',
      message: `labels that the image brings are not among labels: ${stray.join(', ')}`,
    }
  const { fixed, updates } = differences(task, wanted, container, image)
  const other = otherImage(given, container, pulls)
  const renamed = otherName(task, container)
  const anew = fixed.length > 0 || renamed || other === 'yes' || params.recreate
  const unchecked = withoutCheck(given, anew ? undefined : container)
  if (unchecked) return unchecked
  const fields = [
    ...(other === 'yes' || renamed
      ? [{ name: 'image', before: imageName(container), after: params.image ?? '' }]
      : []),
    ...(anew ? [...fixed, ...updates] : updates).map(difference),
  ]
  const act = actOf(task, container, anew)
  // Who is restarted goes on.
  const paused = !anew && act !== 'restart' && stateOf(container).paused
  const pause = params.state === 'started' && params.paused !== undefined && params.paused !== paused
  return changeIfAny(given, container, {
    summary: '',
    fields,
    pulls,
    anew: anew ? 'yes' : other === 'perhaps' ? 'perhaps' : 'no',
    updates: anew ? [] : updates,
    networks: anew ? [] : networkChanges(task, networksIn(container)),
    act,
    pause,
  })
}

/** The failure of a task that would wait for a health check that nobody makes. `kept`: the container that stays. */
function withoutCheck(
  { task: { params }, seen, wanted }: Case,
  kept: Container | undefined,
): Plan | undefined {
  if (params.state !== 'healthy') return undefined
  const made =
    wanted['healthcheck'] ?? (typeof seen.image === 'object' ? healthcheckSeen(seen.image) : undefined)
  const check =
    kept === undefined ? made : kept.known ? healthcheckSeen(kept.info) : kept.predicted.wanted['healthcheck']
  if (items(at(check, 'Test'))[0] !== 'NONE') return undefined
  return {
    status: 'fail',
    message: `${params.name} has no health check that could say so`,
    hint: 'add healthcheck:, or write state: started',
  }
}

/** Whether the image of the container is another one; perhaps: the pull will tell. */
function otherImage({ task, seen }: Case, container: Container, pulls: boolean): 'yes' | 'no' | 'perhaps' {
  const { image } = task.params
  if (image === undefined || task.comparisons.get('image') === 'ignore') return 'no'
  if (pulls) return 'perhaps'
  const id = seen.image === 'pulled' ? null : textAt(seen.image, 'Id')
  const own = container.known ? textAt(container.info, 'Image') : container.predicted.imageId
  if (id !== null && own !== null) return id === own ? 'no' : 'yes'
  if (!container.known && container.predicted.image === image && container.predicted.current) return 'no'
  throw new UnknownAnswer(
    new Unknown(`whether ${image} is the image of ${task.params.name} once it is pulled`),
  )
}

function otherName({ params, comparisons }: DockerTask, container: Container): boolean {
  const checked = params.image_name_mismatch === 'recreate' && comparisons.get('image') !== 'ignore'
  return checked && params.image !== undefined && imageName(container) !== params.image
}

function actOf(task: DockerTask, container: Container, anew: boolean): Steps['act'] {
  const { params } = task
  const running = !anew && stateOf(container).running
  if (!isToRun(task)) return params.state === 'stopped' && running ? 'stop' : undefined
  if (!running) return 'start'
  if (params.restart) return 'restart'
  const healthy = container.known
    ? textAt(container.info, 'State', 'Health', 'Status') === 'healthy'
    : container.predicted.healthy === true
  return params.state === 'healthy' && !healthy ? 'wait' : undefined
}
