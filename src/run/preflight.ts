import { HakubeError, throwAll } from '../errors.ts'
import { HONOURED_VARIABLES } from '../inventory/connection-names.ts'
import { isMeta } from '../playbook/model.ts'
import { rolesAt } from '../playbook/public-roles.ts'
import type { PlayRun, Step } from '../playbook/step.ts'
import { renderTask } from '../playbook/render.ts'
import type { RenderContext } from '../playbook/render-context.ts'
import { isDict, type Value } from '../value.ts'
import { NotYet } from '../variables/not-yet.ts'
import { roleLayers } from '../variables/role-layers.ts'
import { TaskScope, type Layers } from '../variables/scope.ts'
import type { RawVariables, VariableStore } from '../variables/store.ts'
import { EncryptedText } from '../vault/encrypted-text.ts'
import type { Inputs } from './inputs.ts'

/** What a look ahead needs of the run. */
export interface Preflight {
  inputs: Inputs
  render: RenderContext
  layers(host: string, step: Step): Layers
}

/**
 * Opens the encrypted values that the run is sure to read, so that a missing or wrong vault password shows before
 * any host is contacted. It renders the tasks as far as they hang on nothing that only the run brings; what it
 * cannot tell is left to the run. A run without encrypted values does nothing of this.
 * Throws HakubeError `vault-password-missing`, `vault-password-wrong`, HakubeErrors for several.
 */
export async function openEncrypted(preflight: Preflight): Promise<void> {
  const { inputs } = preflight
  const hosts = differentHosts(inputs)
  const problems = new Map<string, HakubeError>()
  for (const host of hosts) {
    for (const error of await problemsOf(host, preflight)) problems.set(JSON.stringify(error.place), error)
  }
  throwAll([...problems.values()])
}

async function problemsOf(host: string, preflight: Preflight): Promise<HakubeError[]> {
  const { inputs, render } = preflight
  const problems: HakubeError[] = []
  const attempt = async (read: () => unknown): Promise<void> => {
    try {
      await read()
    } catch (error) {
      if (error instanceof HakubeError && error.code.startsWith('vault-password')) problems.push(error)
      // All other errors are told when the task is rendered in earnest.
      else if (!(error instanceof HakubeError) && !(error instanceof NotYet)) throw error
    }
  }
  for (const step of inputs.line.steps) {
    if (!step.run.members.has(host)) continue
    const scope = new EarlyScope(inputs.store, host, step.position, preflight.layers(host, step))
    if (step.type === 'play') {
      for (const name of HONOURED_VARIABLES) await attempt(() => scope.lookup(name))
    }
    const { task } = step
    if (!task || mayBeRescued(step)) continue
    if (isMeta(task.module)) {
      // From here on nothing is sure.
      if (task.module.meta.startsWith('end_')) break
      continue
    }
    const slot = { step, task, handler: false, room: 1, tolerate: false, rendered: () => undefined }
    await attempt(() => renderTask(slot, scope, render))
  }
  return problems
}

function mayBeRescued({ frames }: Step): boolean {
  return frames.some(({ part, span }) => part === 'rescue' || span.rescueAt < span.alwaysAt)
}

/** The variables of a task before the run: what facts and other tasks will say is not there yet. */
class EarlyScope extends TaskScope {
  readonly #known: VariableStore
  readonly #around: Layers

  constructor(store: VariableStore, host: string, position: number, layers: Layers) {
    super(store, host, position, layers)
    this.#known = store
    this.#around = layers
  }

  override withLoop(loop: ReadonlyMap<string, Value>, position: number = this.position): TaskScope {
    return new EarlyScope(this.#known, this.host, position, { ...this.#around, loop })
  }

  override lookup(name: string): Value | undefined {
    if (this.#known.line?.sets(name)) throw new NotYet({ kind: 'pending', host: this.host, name })
    const value = super.lookup(name)
    const maybeFact = value === undefined && name.startsWith('ansible_') && !HONOURED_VARIABLES.includes(name)
    if (maybeFact) throw new NotYet({ kind: 'facts', host: this.host })
    return value
  }
}

/** One host of each play for every set of encrypted values that its hosts have. */
function differentHosts({ line: { steps }, store, varsFiles }: Inputs): Set<string> {
  const hosts = new Set<string>()
  const numbers = new Map<EncryptedText, number>()
  const known = new WeakMap<object, EncryptedText[]>()
  const collect = (value: Value) => encryptedIn(value, known).map((text) => numberOf(text, numbers))
  for (const run of new Set(steps.map((step) => step.run))) {
    const shared = [
      store.extra,
      run.play.vars,
      ...varsFiles.shared(run.play),
      ...taskVariables(run, steps),
      ...roleVariables(run, steps),
    ]
    const common = shared.some((variables) => collectAll(variables, collect).length > 0)
    const seen = new Set<string>()
    for (const host of run.hosts) {
      const own = collectAll(store.hosts.get(host)?.inventory ?? new Map(), collect)
      const key = own.join(' ')
      if (seen.has(key) || (!common && own.length === 0)) continue
      seen.add(key)
      hosts.add(host)
    }
  }
  return hosts
}

function taskVariables(run: PlayRun, steps: readonly Step[]): RawVariables[] {
  return steps.flatMap((step) => (step.run === run && step.task ? [step.task.vars, step.task.args] : []))
}

function collectAll(variables: RawVariables, collect: (value: Value) => number[]): number[] {
  return [...variables.values()].flatMap(({ value }) => collect(value))
}

function numberOf(text: EncryptedText, numbers: Map<EncryptedText, number>): number {
  const known = numbers.get(text) ?? numbers.size
  numbers.set(text, known)
  return known
}

/** Hosts share the values of their groups: each is looked through once. */
function encryptedIn(value: Value, known: WeakMap<object, EncryptedText[]>): EncryptedText[] {
  if (value instanceof EncryptedText) return [value]
  if (!Array.isArray(value) && !isDict(value)) return []
  const before = known.get(value)
  if (before) return before
  const found = [...value.values()].flatMap((item) => encryptedIn(item, known))
  known.set(value, found)
  return found
}

/** Those of the roles that the play and its tasks use. */
function roleVariables(run: PlayRun, steps: readonly Step[]): RawVariables[] {
  const used = steps.flatMap((step) =>
    step.run === run && step.task?.origin.role ? [step.task.origin.role] : [],
  )
  return [...new Set(used)].flatMap((role) => {
    const { params, vars, defaults } = roleLayers(role, rolesAt(run.seen, Infinity))
    return [...params, ...vars, ...defaults]
  })
}
