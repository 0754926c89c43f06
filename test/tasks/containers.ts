import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Plan, TaskModule } from '../../src/task.ts'
import { pathKey } from '../../src/world/path-names.ts'
import { type Effect, id, World } from '../../src/world/world.ts'
import { script } from './accounts.ts'
import { controllerWith, planOf } from './harness.ts'
import type { Answers } from './worlds.ts'

/** What inspect says of a container or an image, as an engine of the lab said it once. */
export function recorded(name: string): string {
  return readFileSync(path.join(import.meta.dirname, 'recorded', `${name}.json`), 'utf8')
}

export interface Told {
  /** What the program says, section by section: container, image, own, "network NAME", "other NAME". */
  sections: Record<string, string>
  /** Other answers; paths are there unless said otherwise. */
  more?: Answers
  /** What check mode has predicted before. */
  effects?: readonly Effect[]
}

/** The plan of a task over such a host. */
export async function planContainer(
  module: TaskModule,
  args: Record<string, unknown>,
  { sections, more = {}, effects = [] }: Told,
): Promise<Plan> {
  const named = Object.entries(args).map(([key, value]) => [module.paramAliases?.[key] ?? key, value])
  const prepared = await module.prepare(module.params.parse(Object.fromEntries(named)), controllerWith())
  const text = Object.entries(sections).flatMap(([name, body]) => [`#${name}`, body])
  const answers = new Map<string, unknown>()
  for (const { kind, ask } of module.asks(prepared)) {
    if (kind === 'script') answers.set(id('script', ask.id), Object.values(script(ask.id, text))[0])
    if (kind === 'path')
      answers.set(id('path', pathKey(ask.path, ask.follow)), { exists: true, type: 'directory' })
  }
  for (const [key, value] of Object.entries(more)) answers.set(key, value)
  return planOf(module, prepared, new World(answers).after(effects))
}

/** The names of what differs, as the diff of the plan has them. */
export function differing(plan: Plan): string[] {
  if (plan.status !== 'change') return [plan.status]
  return plan.diff.flatMap((diff) => (diff.type === 'fields' ? diff.fields.map(({ name }) => name) : []))
}
