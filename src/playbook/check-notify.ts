import { didYouMean } from '../suggest.ts'
import type { Loading } from './loading.ts'
import { handlerNames, isInclude, type Entry, type Inherited, type Located, type Play } from './model.ts'
import { hasTemplate } from './reader.ts'
import { selects } from './tags.ts'

/**
 * A handler that nobody wrote is a typing mistake, which would show only when its task changes something. It is one where the
 * task may run at all: what the tags leave out may name handlers that only other runs of the playbook have.
 */
export function checkNotify({ reader, tags: asked }: Pick<Loading, 'reader' | 'tags'>, play: Play): void {
  const names = play.handlers.flatMap((handler) => [...handlerNames(handler), ...handler.listen])
  const sections = [play.preTasks, play.roleTasks, play.tasks, play.postTasks]
  // A role that is included while it runs may bring handlers.
  if (names.some((name) => hasTemplate(name)) || [...sections, play.handlers].flat().some(includes)) return
  const missing = new Set<Located<string>>()
  const note = (notify: Inherited['notify'] = []): void => {
    for (const one of notify) if (!names.includes(one.value) && !hasTemplate(one.value)) missing.add(one)
  }
  const check = (entry: Entry, outer: readonly string[], lent: Inherited['notify']): void => {
    const tags = [...outer, ...entry.tags]
    const notify = entry.notify ?? lent
    if (entry.type === 'block')
      for (const inner of [...entry.block, ...entry.rescue, ...entry.always]) check(inner, tags, notify)
    // Tags that are templates are filled in later.
    else if (!asked || tags.some(hasTemplate) || selects(asked, tags)) note(notify)
  }
  for (const entry of sections.flat()) check(entry, play.tags, undefined)
  // Tags choose no handlers.
  for (const handler of play.handlers) note(handler.notify)
  for (const { value, place } of missing)
    reader.problem(
      `there is no handler ${value} in this play`,
      place,
      didYouMean(value, names),
      'unknown-handler',
    )
}

function includes(entry: Entry): boolean {
  if (entry.type === 'task') return isInclude(entry)
  return [...entry.block, ...entry.rescue, ...entry.always].some(includes)
}
