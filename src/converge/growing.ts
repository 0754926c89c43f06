import { str } from '../jinja/index.ts'
import type { Task } from '../playbook/model.ts'
import { isDict, type Value } from '../value.ts'
import type { RunContext } from './context.ts'
import type { Done } from './once.ts'

/** Adds to the inventory what add_host and group_by have said. */
export async function grow(task: Task, { works, verdicts }: Done, context: RunContext): Promise<void> {
  for (const [index, work] of works.entries()) {
    const found = verdicts[index]
    if (found?.status !== 'ok') continue
    const { add_host: added, add_group: group, parent_groups: parents } = found.result
    if (isDict(added)) {
      const variables = added.get('host_vars')
      const addition = {
        host: str(added.get('host_name') ?? ''),
        groups: texts(added.get('groups')),
        parents: [],
        variables: isDict(variables) ? variables : new Map(),
      }
      await context.grow(addition, task.place)
    } else if (group !== undefined) {
      const addition = {
        host: work.host,
        groups: [str(group)],
        parents: texts(parents),
        variables: new Map(),
      }
      await context.grow(addition, task.place)
    }
  }
}

function texts(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map((one) => str(one)) : []
}
