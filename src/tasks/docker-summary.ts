import type { Plan } from '../task.ts'
import { fromJson } from '../value.ts'
import { type Container, stateOf } from './container-look.ts'
import { type Case, change } from './docker-change.ts'
import type { Steps } from './docker-script.ts'

/** What is done with a container that is there, in words; ok where nothing is. */
export function changeIfAny(given: Case, container: Container, steps: Steps): Plan {
  const { params } = given.task
  const { name } = params
  const { running } = stateOf(container)
  const doing = steps.anew !== 'no' || steps.act !== undefined || steps.pause || steps.pulls
  if (!doing && steps.updates.length === 0 && steps.networks.length === 0) {
    const reason = `the container ${name} ${running ? 'runs' : 'is there, not running,'} as it is to be`
    return {
      status: 'ok',
      reason,
      ...(container.known
        ? { result: { container: fromJson(container.info) } }
        : { foreseen: true as const }),
    }
  }
  const verbs = { start: 'start', restart: 'restart', stop: 'stop', wait: 'wait until it is healthy:' }
  const verb =
    steps.anew === 'yes'
      ? 'make anew'
      : steps.act
        ? verbs[steps.act]
        : steps.updates.length > 0 || steps.networks.length > 0
          ? 'update'
          : steps.pause
            ? params.paused === true
              ? 'pause'
              : 'go on with'
            : 'pull the image of'
  const state = [
    ...(steps.act === 'start' && !running
      ? [{ name: 'container', before: 'not running', after: 'running' }]
      : []),
    ...(running && steps.anew === 'yes' && steps.act === undefined
      ? [{ name: 'container', before: 'running', after: 'made, not running' }]
      : []),
    ...(steps.act === 'stop' ? [{ name: 'container', before: 'running', after: 'not running' }] : []),
    ...(steps.pause
      ? [{ name: 'paused', before: String(!params.paused), after: String(params.paused) }]
      : []),
    ...steps.networks.map((one) => ({
      name: `network ${one.name}`,
      before: one.leave ? 'joined' : '',
      after: one.join ? 'joined' : '',
    })),
  ]
  const why = steps.fields.map((field) => field.name)
  const reason = why.length > 0 ? ` (${[...new Set(why)].join(', ')})` : ''
  return change(given, container, {
    ...steps,
    summary: `${verb} the container ${name}${reason}`,
    fields: [...steps.fields, ...state],
  })
}
