import type { Plan } from '../task.ts'
import type { World } from '../world/world.ts'

/** What is to be said of a task that cannot be done without something that the host lacks. */
export type Missing = Extract<Plan, { status: 'fail' | 'unknown' }>

/**
 * A program, or another thing out of a package, is not there. The task fails; but in check mode a package of an
 * earlier task may bring it, and then only the real run can tell.
 */
export function missing(world: World, what: string, message: string, hint?: string): Missing {
  if (world.predicts('package'))
    return { status: 'unknown', why: `whether the packages of the tasks before bring ${what} is not known` }
  return { status: 'fail', message, ...(hint !== undefined && { hint }) }
}

/** The same of a program, with the package that has it, if that is the same everywhere. */
export function missingTool(world: World, tool: string, package_?: string): Missing {
  const hint = package_ === undefined ? undefined : `install it with a package task: ${package_}`
  return missing(world, tool, `this host has no ${tool}`, hint)
}
