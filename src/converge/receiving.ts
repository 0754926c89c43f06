import type { Answer, Connection } from '../connect/connection.ts'
import type { ControllerFiles } from '../playbook/controller-files.ts'
import type { Rendered, Work } from '../playbook/work.ts'
import type { Result } from '../task.ts'
import type { Effect } from '../world/world.ts'

export type Ready = Extract<Rendered, { type: 'ready' }>

/** Takes in the file that a task brings to the controller: who read it before reads it anew. */
export async function receive(
  { module, prepared }: Ready,
  output: Answer,
  files: ControllerFiles,
): Promise<Result> {
  if (!module.receive) return {}
  try {
    return await module.receive.take(prepared, output)
  } finally {
    files.received(module.receive.path(prepared))
  }
}

/** Whether the host stays as it is, whatever the task runs there: that takes no lock, and nothing is to be proved before. */
export function onlyLooks({ module }: Ready): boolean {
  return module.readOnly === true || module.receive !== undefined
}

/** Check mode: only the real run knows the file that a task brings to the controller. */
export function expectFile({ module, prepared }: Ready, { name }: Work, files: ControllerFiles): void {
  const path = module.receive?.path(prepared)
  if (path !== undefined) files.expect(path, `what is in ${path}, which "${name}" would bring`)
}

/** What a task has done to this machine may be what tasks behind it read. */
export function touchFiles(connection: Pick<Connection, 'reopen'>, files: ControllerFiles): void {
  if (isHere(connection)) files.touch()
}

/** Check mode: the files that the real run would have changed on this machine, as far as they are known. */
export function expectFiles(
  { name }: Work,
  connection: Pick<Connection, 'reopen'>,
  { effects, openEnded }: { effects: readonly Effect[]; openEnded?: boolean | undefined },
  files: ControllerFiles,
): void {
  if (!isHere(connection)) return
  for (const { replaces } of effects)
    if (replaces !== undefined) files.expect(replaces, `what is in ${replaces}, which "${name}" would change`)
  if (openEnded === true) files.expectAny(`what "${name}" would make on this machine`)
}

/** Only the controller itself cannot be reconnected to. */
function isHere({ reopen }: Pick<Connection, 'reopen'>): boolean {
  return reopen === undefined
}
