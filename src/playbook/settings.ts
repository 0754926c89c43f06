import { BECOME_METHODS } from '../connect/become/methods.ts'
import { HakubeError, isKnown } from '../errors.ts'
import { str } from '../jinja/index.ts'
import { truthOf } from '../truth.ts'
import { isDict, toJson, type Value } from '../value.ts'
import { NotYet } from '../variables/not-yet.ts'
import { renderTree, type TaskScope } from '../variables/scope.ts'
import type { Located, Task } from './model.ts'
import { wayOf, type Way } from './way.ts'
import type { Settings } from './work.ts'

/** What the command line says about every task. */
export interface Defaults {
  become: boolean
  becomeUser: string | undefined
  becomeMethod?: string | undefined
}

/**
 * The keywords that hold for a task whatever becomes of it: also one that is skipped, or cannot be rendered. One
 * that cannot be read itself is taken the safe way.
 */
export function plainSettings(task: Task, scope: TaskScope, context: { check: boolean }): Settings {
  const safely = (located: Located | undefined, missing: boolean, wrong: boolean): boolean => {
    if (!located) return missing
    try {
      return boolean(renderTree(located, scope), located)
    } catch (error) {
      if (isKnown(error) || (error instanceof NotYet && error.what.kind === 'unknown')) return wrong
      throw error
    }
  }
  return {
    identity: {},
    delegate: undefined,
    way: undefined,
    check: context.check,
    rehearsed: false,
    noLog: safely(task.noLog, false, true),
    showDiff: safely(task.diff, true, false),
    ignoreErrors: safely(task.ignoreErrors, false, false),
    ignoreUnreachable: safely(task.ignoreUnreachable, false, false),
    fatal: safely(task.anyErrorsFatal, false, true),
    environment: new Map(),
    changedWhen: undefined,
    failedWhen: undefined,
    retry: undefined,
    throttle: 0,
    limit: undefined,
    delegateFacts: false,
    pause: 0,
  }
}

/** Renders the keywords that the engine obeys. Inventory variables beat keywords, keywords beat the command line. */
export function settingsOf(
  task: Task,
  scope: TaskScope,
  context: {
    defaults: Defaults
    check: boolean
    isUsual(host: string, way: Way): boolean
    scopeOf(host: string): TaskScope
  },
): Settings {
  const flag = (located: Located | undefined, otherwise: boolean) =>
    located ? boolean(renderTree(located, scope), located) : otherwise
  const retry = task.retry && {
    until: task.retry.until,
    // Ansible counts tries where nothing is said, and retries where something is.
    retries: number(task.retry.retries, scope, 2),
    delay: number(task.retry.delay, scope, 5),
  }
  const delegate = delegateOf(task, scope)
  // Who to become is said by the host that is worked on.
  const there = delegate === undefined ? scope : context.scopeOf(delegate)
  const way = wayOf(task, there)
  return {
    identity: identityOf(task, there, context.defaults),
    delegate,
    way: delegate === undefined && context.isUsual(scope.host, way) ? undefined : way,
    check: flag(task.checkMode, context.check),
    rehearsed: context.check && isPlainTrue(task.checkMode),
    noLog: flag(task.noLog, false),
    showDiff: flag(task.diff, true),
    ignoreErrors: flag(task.ignoreErrors, false),
    ignoreUnreachable: flag(task.ignoreUnreachable, false),
    // As in Ansible: what fails for one host here has failed for all.
    fatal: flag(task.anyErrorsFatal, false) || flag(task.runOnce, false),
    environment: environmentOf(task, scope),
    changedWhen: task.changedWhen,
    failedWhen: task.failedWhen,
    retry,
    throttle: number(task.throttle, scope, 0),
    limit: limitOf(task, scope),
    delegateFacts: flag(task.delegateFacts, false),
    pause: number(task.loop?.control.pause, scope, 0),
  }
}

/** As in Ansible 0 is no limit; of both the shorter one counts. */
function limitOf(task: Task, scope: TaskScope): Settings['limit'] {
  const timeout = number(task.timeout, scope, 0)
  const asyncLimit = number(task.asyncLimit, scope, 0)
  const seconds = Math.min(timeout || Infinity, asyncLimit || Infinity)
  if (seconds === Infinity) return undefined
  const failure =
    seconds === timeout
      ? `timed out after ${seconds} s (timeout)`
      : `did not complete within the requested ${seconds} s (async)`
  return { seconds, failure: `the ${task.action} action ${failure} and was ended` }
}

/** Said outright: what comes out of a template may be otherwise in the real run. */
function isPlainTrue(located: Located | undefined): boolean {
  const value = located?.value
  return value === true || (typeof value === 'string' && /^(true|yes|on)$/i.test(value))
}

/** A host that stands for itself is no delegate. */
function delegateOf({ delegateTo }: Task, scope: TaskScope): string | undefined {
  if (!delegateTo) return undefined
  const host = toJson(renderTree(delegateTo, scope))
  if (typeof host !== 'string' || host.trim() === '') {
    throw new HakubeError(`delegate_to must be the name of a host, not ${JSON.stringify(host)}`, {
      code: 'wrong-delegate',
      place: delegateTo.place,
    })
  }
  return host === scope.host ? undefined : host
}

/** Who runs a task: a play without tasks of its own asks for its facts the same way. */
export function identityOf(
  task: Pick<Task, 'become' | 'becomeUser' | 'becomeMethod'>,
  scope: TaskScope,
  defaults: Defaults,
): Settings['identity'] {
  const own = scope.lookup('ansible_become')
  const place = { file: 'inventory' }
  const become =
    own !== undefined
      ? boolean(own, { value: own, place })
      : task.become
        ? boolean(renderTree(task.become, scope), task.become)
        : defaults.become
  if (!become) return {}
  const method =
    scope.lookup('ansible_become_method') ??
    (task.becomeMethod ? renderTree(task.becomeMethod, scope) : defaults.becomeMethod)
  const known = BECOME_METHODS.find((name) => name === (method ?? 'sudo'))
  if (!known) {
    throw new HakubeError(`become_method ${String(toJson(method ?? ''))} is not supported`, {
      code: 'become-method',
      place: task.becomeMethod?.place,
      hint: `hakube becomes another user by ${BECOME_METHODS.join(', ')}`,
      host: scope.host,
    })
  }
  const user =
    scope.lookup(`ansible_${known}_user`) ??
    scope.lookup('ansible_become_user') ??
    (task.becomeUser ? renderTree(task.becomeUser, scope) : (defaults.becomeUser ?? 'root'))
  return { becomeUser: String(toJson(user)), method: known }
}

function environmentOf(task: Task, scope: TaskScope): ReadonlyMap<string, string> {
  const out = new Map<string, string>()
  for (const located of task.environment) {
    const value = renderTree(located, scope)
    for (const layer of Array.isArray(value) ? value : [value]) {
      if (!isDict(layer)) {
        throw new HakubeError('environment must be a mapping of names and values', {
          code: 'wrong-environment',
          place: located.place,
        })
      }
      for (const [name, item] of layer) {
        if (!/^[A-Za-z_]\w*$/.test(String(name))) {
          throw new HakubeError(`${String(name)} is no name for an environment variable`, {
            code: 'wrong-environment',
            place: located.place,
            hint: 'use letters, digits and underscores only',
          })
        }
        // As Python prints it: True, not true.
        out.set(String(name), str(item))
      }
    }
  }
  return out
}

/** What a template has come to, as a boolean; an empty text is none. */
export function boolean(value: Value, located: Located): boolean {
  const truth = value === '' ? false : truthOf(value)
  if (truth !== undefined) return truth
  throw new HakubeError(`${String(toJson(value)).toLowerCase()} is neither true nor false`, {
    code: 'not-a-boolean',
    place: located.place,
  })
}

function number(located: Located | undefined, scope: TaskScope, otherwise: number): number {
  if (!located) return otherwise
  const value = Number(toJson(renderTree(located, scope)))
  if (Number.isFinite(value) && value >= 0) return value
  throw new HakubeError('this must be a number', { code: 'not-a-number', place: located.place })
}
