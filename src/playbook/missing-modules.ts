import * as z from 'zod'
import { defineTask, type TaskModule } from '../task.ts'
import { insteadOf } from './known-modules.ts'
import { otherSystem } from './other-systems.ts'

/** Stands for a module of another system: it takes any parameters, and fails when a host reaches it. */
export function moduleOfOtherSystem(name: string): TaskModule | undefined {
  const system = otherSystem(name)
  if (system === undefined) return undefined
  return failing(name, {
    message: `${name} is for hosts with ${system}, and hakube works on Debian-like and EL-like hosts only`,
    hint: 'give it a condition, such as when: ansible_facts.os_family == …',
  })
}

/** Stands for a module that hakube does not have, where the user says that no host reaches it. */
export function missingModule(name: string, without: ReadonlySet<string>): TaskModule | undefined {
  const short = name.slice(name.lastIndexOf('.') + 1)
  if (!without.has(name) && !without.has(short)) return undefined
  return failing(name, {
    message: `hakube does not have the module ${name}, and --without says that no host reaches it`,
    hint: insteadOf(name) ?? 'leave the task out with a condition or with --skip-tags',
  })
}

function failing(name: string, problem: { message: string; hint: string }): TaskModule {
  return defineTask({
    name,
    aliases: [],
    summary: problem.message,
    kind: () => 'state',
    params: z.object({}).catchall(z.unknown()),
    freeForm: '_raw_params',
    example: '',
    prepare: () => undefined,
    asks: () => [],
    plan: () => ({ status: 'fail', ...problem }),
  })
}
