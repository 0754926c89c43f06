import { isKnown } from '../errors.ts'
import { homePlace } from '../playbook/home-book.ts'
import type { Work } from '../playbook/work.ts'
import type { Plan } from '../task.ts'
import { homeIn } from '../world/home.ts'
import { UnknownAnswer } from '../world/world.ts'
import type { Hands } from './carry-out.ts'

/**
 * Paths were filled in with homes that nobody had asked about yet. Where the host has told others, this task and those
 * behind it are rendered anew, and asked for in one more message. What is planned instead if a home is not known, or
 * there is none.
 */
export async function settleHomes(work: Work, hands: Hands): Promise<Plan | undefined> {
  // Most tasks name none, and there may be thousands behind this one.
  if (work.rendered.type === 'ready' && !work.rendered.homes) return undefined
  const moved: Work[] = []
  for (const other of hands.upcoming()) {
    if (other !== work && !hands.answers.has(other)) continue
    const homes = homesOf(other, hands)
    if ('status' in homes) {
      if (other === work) return homes
    } else if (await moveTo(homes, other, hands)) moved.push(other)
  }
  if (moved.length > 0) await hands.answers.ask(moved)
  if (work.rendered.type === 'failed') throw work.rendered.error
  return undefined
}

/** The homes that its paths name, as the host tells or check mode predicts them; else what there is to say. */
function homesOf(work: Work, { answers }: Hands): ReadonlyMap<string, string> | Plan {
  const homes = new Map<string, string>()
  const { rendered } = work
  const taken = rendered.type === 'ready' ? rendered.homes?.taken : undefined
  try {
    for (const user of taken?.keys() ?? []) {
      const home = homeIn(answers.world(work), user)
      if (home === undefined) return noHome(user, work)
      homes.set(user, home)
    }
  } catch (error) {
    if (error instanceof UnknownAnswer) return { status: 'unknown', why: error.unknown.why }
    throw error
  }
  return homes
}

function noHome(user: string, { settings }: Work): Plan {
  if (user !== '') return { status: 'fail', message: `there is no user ${user} whose home ~${user} would be` }
  const who = settings.identity.becomeUser ?? 'the login user'
  return { status: 'fail', message: `${who} has no home that ~ would be`, hint: 'write the whole path' }
}

async function moveTo(homes: ReadonlyMap<string, string>, work: Work, hands: Hands): Promise<boolean> {
  const { rendered, settings } = work
  if (rendered.type !== 'ready' || !rendered.homes) return false
  const { taken, move } = rendered.homes
  for (const [user, home] of homes)
    hands.context.render.homes.learn(homePlace(work.host, settings), user, home)
  if ([...homes].every(([user, home]) => taken.get(user) === home)) return false
  try {
    work.rendered = await move(homes)
  } catch (error) {
    if (!isKnown(error)) throw error
    work.rendered = { type: 'failed', error }
  }
  return true
}
