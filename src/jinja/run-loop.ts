import type { ForStatement, Statement } from './ast.ts'
import { iterate } from './compare.ts'
import { truth } from './evaluate.ts'
import { assign, Frame } from './frame.ts'
import { Loop } from './loop.ts'
import { Output } from './output.ts'
import type { Runtime } from './runtime.ts'
import type { Item } from './things.ts'
import { visitExpressions } from './visit.ts'

interface Where {
  frame: Frame
  /** How many loops of this statement are around it: `loop(…)` runs it within itself. */
  depth: number
  out: Output
}

interface Means {
  runtime: Runtime
  statements: (body: readonly Statement[], frame: Frame, out: Output) => void
}

/** Runs a `for` over these items, or what stands in its `else` where there are none. */
export function runLoop(
  statement: ForStatement,
  over: Item,
  { frame, depth, out }: Where,
  means: Means,
): void {
  const { runtime, statements } = means
  const items = selected(statement, [...iterate(over)], frame, runtime)
  if (items.length === 0) return statements(statement.otherwise, new Frame(frame), out)
  const recurse = (inner: Item): string => {
    const own = new Output()
    runtime.deeper(() => runLoop(statement, inner, { frame, depth: depth + 1, out: own }, means))
    return own.text
  }
  const loop = new Loop(items, depth, statement.recursive ? recurse : undefined)
  const usesLoop = statement.recursive || namesLoop(statement.body)
  for (const item of items) {
    runtime.step()
    loop.advance()
    const inner = new Frame(frame)
    if (usesLoop) inner.set('loop', loop)
    assign(statement.target, item, inner, runtime)
    statements(statement.body, inner, out)
  }
}

function selected(
  { condition, target }: ForStatement,
  items: Item[],
  frame: Frame,
  runtime: Runtime,
): Item[] {
  if (!condition) return items
  return items.filter((item) => {
    const inner = new Frame(frame)
    assign(target, item, inner, runtime)
    return truth(condition, inner, runtime)
  })
}

/** As in Jinja, a loop whose body does not name it leaves `loop` to the one around: what it includes sees that. */
function namesLoop(body: readonly Statement[]): boolean {
  let found = false
  visitExpressions(body, (node) => {
    if (node.kind === 'name' && node.name === 'loop') found = true
  })
  return found
}
