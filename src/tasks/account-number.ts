import type { Plan } from '../task.ts'
import type { World, WorldQuestion } from '../world/world.ts'

/** The first numbers that useradd and groupadd give: to the system's accounts downwards, to others upwards. */
const FIRST = [999, 1000]

/** Asks who has a number, and the one that is given before it: a user's own group gets its number. */
export function numberQuestions(kind: 'user' | 'group', number: number): WorldQuestion[] {
  const name = String(before(number))
  return [
    { kind, ask: { name: String(number) } },
    { kind, ask: { name } },
    ...(kind === 'group' ? [{ kind: 'user', ask: { name } } as const] : []),
  ]
}

/**
 * Check mode: whether an account that an earlier task makes may have got this number, which nobody has yet. The host
 * gives the next one behind those that there are.
 */
export function maybeTaken(
  kind: 'user' | 'group',
  number: number,
  world: World,
): Extract<Plan, { status: 'unknown' }> | undefined {
  const reply = world.get(kind, { name: String(number) })
  if (reply.exists || reply.mayBe === undefined) return undefined
  const name = String(before(number))
  const isNext = world.get(kind, { name }).exists || world.get('user', { name }).exists
  if (!isNext && !FIRST.includes(number) && reply.mayBe.length === 1) return undefined
  return { status: 'unknown', why: `which number ${kind} ${reply.mayBe[0] ?? ''} gets is not known` }
}

function before(number: number): number {
  return number < 1000 ? number + 1 : number - 1
}
