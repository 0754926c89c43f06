import type { Controller, Plan, TaskModule } from '../../src/task.ts'
import { World } from '../../src/world/world.ts'
import { controllerWith } from './harness.ts'

/** The plan of a task that looks at no host. */
export async function planLocal(
  module: TaskModule,
  args: Record<string, unknown>,
  some: Partial<Controller> = {},
): Promise<Plan> {
  const params = module.params.parse(args)
  const prepared = await module.prepare(params, controllerWith(some))
  if (module.kind(params) !== 'local' || module.asks(prepared).length > 0) throw new Error('not a local task')
  return module.plan(prepared, new World())
}
