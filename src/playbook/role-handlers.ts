import { inherit, NOTHING } from './inherited.ts'
import type { PlayParts } from './loading.ts'
import type { Condition, Inherited, RoleUse, Task } from './model.ts'

/** Keywords and conditions that hold for what stands within them. */
export interface Around {
  lent: Inherited
  when: readonly Condition[]
}

export const NOWHERE: Around = { lent: NOTHING, when: [] }

/** The same, and what one more block, import or role says. */
export function further(outer: Around, shared: Inherited, when: readonly Condition[]): Around {
  return { lent: inherit(outer.lent, shared), when: [...outer.when, ...when] }
}

/** What an entry says, wherever it is written, as a text to tell it from others by. */
export function written(said: unknown): string {
  return JSON.stringify(said, (name, value: unknown) => {
    if (name === 'place') return undefined
    if (typeof value === 'bigint') return String(value)
    return value instanceof Map ? [...value] : value
  })
}

/** The handlers of one use of a role, which are the same ones wherever the same use comes again. */
export interface RoleHandlers {
  /** Of the use of the role; a play has none. */
  key?: string
  tasks: readonly Task[]
  /** What the entries of the role and of those that depend on it say, where it is used first, as in Ansible. */
  outer: Around
  /** What is around the import that uses it last, within the role that imports it, if one does. */
  around?: Around
  /** Whether a role imports it. */
  byRole?: boolean
}

/** Those of a use of a role, with those of its dependencies. */
export function handlersOf(
  { key }: RoleUse,
  { known }: PlayParts,
  make: () => readonly RoleHandlers[],
): readonly RoleHandlers[] {
  const made = known.get(key) ?? make()
  known.set(key, made)
  return made
}

/** The handlers that a play has itself. */
export function handlersOfPlay(tasks: readonly Task[]): RoleHandlers {
  return { tasks, outer: NOWHERE }
}

/** All handlers, each once, in the order in which they run, and their lists in the order that decides between names. */
export function listed(all: readonly RoleHandlers[]): { handlers: Task[]; handlerLists: object[] } {
  const handlers = [...new Set(all)].flatMap(({ key, tasks, outer, around = NOWHERE, byRole = false }) => {
    const lent = inherit(around.lent, outer.lent)
    const when = [...around.when, ...outer.when]
    return tasks.map((task, index): Task => {
      const all = {
        ...task,
        ...inherit(lent, task),
        when: [...when, ...task.when],
        ...(byRole && { byRole }),
      }
      return key === undefined ? all : { ...all, use: key, same: written([key, index]) }
    })
  })
  const handlerLists = all.flatMap(({ tasks: [first] }) => first?.handlerList ?? [])
  return { handlers, handlerLists }
}
