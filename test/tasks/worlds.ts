import type { Controller, Plan, TaskModule } from '../../src/task.ts'
import type { PackageReply, UnitReply } from '../../src/world/replies.ts'
import { World, id, type WorldQuestion } from '../../src/world/world.ts'
import { kinds } from '../../src/world/kinds.ts'
import { controllerWith, planOf } from './harness.ts'

/** Answers about a host that only exists in a test. */
export type Answers = Record<string, unknown>

export const debian: Answers = {
  'platform host': { packageManager: 'apt', serviceManager: 'systemd', osFamily: 'Debian' },
}
export const el: Answers = {
  'platform host': { packageManager: 'dnf', serviceManager: 'systemd', osFamily: 'RedHat' },
}
export const bare: Answers = {
  'platform host': { packageManager: 'unknown', serviceManager: 'other', osFamily: 'other' },
}

/** An entry about an installed (or, without a version, absent) package. */
export function package_(name: string, installed?: string, more: Partial<PackageReply> = {}): Answers {
  return { [id('package', name)]: { installed, candidate: undefined, ...more } }
}

export type Known = Extract<UnitReply, { known: true }>

/** An entry about a unit, which is up unless said otherwise. */
export function unit(name: string, more: Partial<Known> = {}): Answers {
  const up: Known = {
    known: true,
    enablement: 'enabled',
    activity: 'active',
    needsReload: false,
    oneshot: false,
  }
  return { [id('unit', name)]: { ...up, ...more } }
}

const ABSENT: Partial<Record<WorldQuestion['kind'], unknown>> = {
  path: { exists: false },
  user: { exists: false },
  group: { exists: false },
  unit: { known: false },
  package: { installed: undefined, candidate: undefined },
  script: { code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) },
}

/** The plan of a task, and the World it was made over. What the answers leave out is absent on the host. */
export async function planWith(
  module: TaskModule,
  args: Record<string, unknown>,
  answers: Answers,
  controller: Controller = controllerWith(),
): Promise<{ plan: Plan; world: World; again: (world: World) => Plan }> {
  const prepared = await module.prepare(module.params.parse(args), controller)
  const all = new Map<string, unknown>(Object.entries(answers))
  for (const question of module.asks(prepared)) {
    const key = id(question.kind, keyOf(question))
    if (!all.has(key) && question.kind in ABSENT) all.set(key, ABSENT[question.kind])
  }
  const world = new World(all)
  return { plan: planOf(module, prepared, world), world, again: (later) => planOf(module, prepared, later) }
}

function keyOf(question: WorldQuestion): string {
  const kind: { key(ask: unknown): string } = kinds[question.kind]
  return kind.key(question.ask)
}

/** The text of a change's apply. */
export function applyOf(plan: Plan): string {
  if (plan.status !== 'change') throw new Error(`not a change: ${JSON.stringify(plan)}`)
  return plan.apply.text
}
