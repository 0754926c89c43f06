import { Mistake } from './mistakes.ts'

/**
 * What the render at hand has used of its limits. Renders lie within each other (a variable's template within a
 * task's), and what goes through nested data, such as printing and comparing, knows no render: so all that is
 * spent counts for the outermost one. Nothing here outlives it.
 */
const state = { depth: 0, steps: 0, limit: 0, deadline: 0 }

/** Every so many steps the clock is read. */
const CLOCK = 0x3_ff

/** Runs a render; the outermost one starts with nothing spent. */
export function budgeted<T>(limits: { steps: number; time: number }, run: () => T): T {
  if (state.depth === 0) {
    state.steps = 0
    state.limit = limits.steps
    state.deadline = performance.now() + limits.time
  }
  state.depth += 1
  try {
    return run()
  } finally {
    state.depth -= 1
  }
}

/** Counts steps of the outermost render. Throws a Mistake when there are too many, or when time is up. */
export function spend(count = 1): void {
  if (state.depth === 0) return
  const before = state.steps
  state.steps += count
  if (state.steps > state.limit) throw tooMuch(`more than ${state.limit} steps`)
  // Also where a larger step jumps over the mark.
  if ((before & ~CLOCK) !== (state.steps & ~CLOCK) && performance.now() > state.deadline)
    throw tooMuch('it takes too long')
}

export function tooMuch(what: string): Mistake {
  return new Mistake(`the template is too much: ${what}`, {
    code: 'template-limit',
    hint: 'Look for a loop or a macro that feeds itself.',
  })
}
