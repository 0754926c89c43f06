import { expect } from 'vitest'
import { findModule } from '../../../src/tasks/index.ts'
import { containerOf } from '../../lab/members.ts'
import { container, controllerWith, type Outcome, runTask } from '../../tasks/harness.ts'

type Args = Record<string, unknown>

/** One host of the lab, and the life of single tasks on it: asked, planned, applied, asked again. */
export class ModuleLife {
  readonly #host: string
  /** Predictions that nobody can make, such as the number of a new account. */
  readonly #unknowable: RegExp

  constructor(host: string, unknowable = /\["[ug]id",null\]|"ssh key /) {
    this.#host = host
    this.#unknowable = unknowable
  }

  async run(module: string, args: Args): Promise<Outcome> {
    const found = findModule(module)
    if (!found) throw new Error(`no module ${module}`)
    const outcome = await runTask(found, args, container(containerOf(this.#host)), controllerWith())
    expect(outcome.mispredicted?.filter((text) => !this.#unknowable.test(text)) ?? []).toEqual([])
    return outcome
  }

  /** A task that has to change the host, and finds nothing to do when it looks again. */
  async changes(module: string, args: Args): Promise<Outcome> {
    const outcome = await this.run(module, args)
    expect({ failure: outcome.failure, plan: outcome.plan }).toMatchObject({
      failure: undefined,
      plan: { status: 'change' },
    })
    expect(outcome.again).toMatchObject({ status: 'ok', reason: expect.any(String) })
    return outcome
  }

  async isDone(module: string, args: Args): Promise<Outcome> {
    const outcome = await this.run(module, args)
    expect(outcome.plan).toMatchObject({ status: 'ok', reason: expect.any(String) })
    return outcome
  }

  /** A task of which it can be told beforehand that it fails. */
  async fails(module: string, args: Args, message: RegExp): Promise<void> {
    const { plan } = await this.run(module, args)
    expect(plan).toMatchObject({ status: 'fail', message: expect.stringMatching(message) })
  }
}
