import type { TaskScope } from '../variables/scope.ts'
import { isMeta, type Meta } from './model.ts'
import { bare, conditionsOf, firstFalse, instead, type Slot } from './render.ts'
import type { RenderContext } from './render-context.ts'
import type { Work } from './work.ts'

/** What is said of them. */
const REASONS: Record<Exclude<Meta['meta'], 'noop'>, string> = {
  clear_facts: 'the facts of the play’s hosts are forgotten',
  flush_handlers: 'the notified handlers run',
  reset_connection: 'the next task connects anew',
  end_host: 'the play ends here for this host',
  end_play: 'the play ends here',
  end_batch: 'the batch ends here',
}

/** Those that run whatever conditions around them say, as in Ansible. */
const IGNORE_WHEN: readonly Meta['meta'][] = ['noop', 'reset_connection']

/** A meta task has no arguments; what it has is conditions, except where Ansible ignores them. */
export function renderMeta(slot: Slot, scope: TaskScope, context: RenderContext): Work | undefined {
  const { module } = slot.task
  if (!isMeta(module)) return undefined
  const conditions = IGNORE_WHEN.includes(module.meta) ? [] : conditionsOf(slot)
  // Where nothing decides about it there is nothing to tell.
  if (module.meta === 'noop' || (module.meta === 'flush_handlers' && conditions.length === 0))
    return undefined
  const plain = bare(slot, scope, context, undefined, {
    type: 'meta',
    reason: REASONS[module.meta],
  })
  try {
    const failing = firstFalse(conditions, scope)
    return failing ? { ...plain, rendered: { type: 'skip', reason: `when: ${failing.value}` } } : plain
  } catch (error) {
    return { ...plain, rendered: instead(error, slot, scope, plain.settings) }
  }
}
