import { lines, nothing, type Script, Script as Text, sh } from '../shell/sh.ts'
import type { Plan } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { pathBecomes } from '../world/path-effects.ts'
import { joinPath, parentPath } from '../world/path-names.ts'
import type { ThereUser } from '../world/account-effects.ts'
import { type Effect, effectOnAll, UnknownAnswer, type World } from '../world/world.ts'
import { type AccountRules, cNumber } from './account-look.ts'
import { type Making, makeDirectories, missingDirectories, obstacleAbove } from './make-directory.ts'
import type { UserWish } from './user-wish.ts'

interface Home {
  /** Goes before useradd: the directories above. */
  before: Script
  after: Script
  effects: Effect[]
}

/** Whether a home directory is there; `known` is what the host said of the one that the user has. */
export function homeThere(home: string, guessed: string, known: boolean, world: World): boolean {
  if (home === guessed) return world.get('path', { path: home, follow: true }).exists
  const predicted = world.predictedPath(home)
  if (predicted instanceof Unknown) throw new UnknownAnswer(predicted)
  return known || predicted.exists
}

/** A home for a user that useradd makes: what has to be done around it, and what is there then. */
export function newHome(
  wish: UserWish,
  user: ThereUser,
  group: string,
  rules: AccountRules,
  world: World,
): Home | Extract<Plan, { status: 'fail' }> {
  const obstacle = isAsked(wish, user) ? obstacleAbove(user.home, world) : undefined
  if (obstacle !== undefined) return { status: 'fail', message: obstacle }
  const above = directoriesAbove(wish, user, world)
  return {
    before: above?.script ?? nothing,
    after: nothing,
    effects: [...(above?.effects ?? []), ...filled(wish, user, group, rules, world)],
  }
}

/** Whether the home and the directories above it were asked about. */
function isAsked(wish: UserWish, { home }: ThereUser): boolean {
  return home === (wish.home ?? joinPath('/home', wish.name))
}

function directoriesAbove(wish: UserWish, user: ThereUser, world: World): Making | undefined {
  if (!isAsked(wish, user)) return undefined
  return makeDirectories(missingDirectories(parentPath(user.home), world), {}, world)
}

/** A home for a user that is there already, as useradd would have made it. */
export function makeHome(
  wish: UserWish,
  user: ThereUser,
  group: string,
  rules: AccountRules,
  world: World,
): { apply: Script; effects: Effect[] } {
  const skeleton = wish.skeleton ?? rules.skeleton
  const above = directoriesAbove(wish, user, world)
  return {
    apply: lines(
      above?.script ?? nothing,
      sh`home=${user.home} skeleton=${skeleton} user=${user.name} mode=${homeMode(wish, rules).toString(8)}`,
      new Text(`mkdir -p "\${home%/*}/" && mkdir -m 0700 "$home" || exit 1
[ ! -d "$skeleton" ] || cp -R -P -p "$skeleton/." "$home/" || exit 1
chown -R -h "$(id -u "$user"):$(id -g "$user")" "$home" && chmod "0$mode" "$home" || exit 1`),
    ),
    effects: [...(above?.effects ?? []), ...filled(wish, user, group, rules, world)],
  }
}

/** Permissions of a new home: useradd takes no notice of a umask where login.defs says what they are. */
function homeMode({ umask }: UserWish, rules: AccountRules): number {
  const bits = (umask === undefined ? undefined : cNumber(umask)) ?? rules.umask
  return rules.homeMode ?? 0o777 & ~bits
}

/** The skeleton that is asked about. */
export function skeletonOf({ skeleton }: UserWish): string {
  return skeleton ?? '/etc/skel'
}

function unknownBelow(home: string, skeleton: string): Effect {
  const why = new Unknown(`what is in ${skeleton}`)
  return effectOnAll('path', (before, key) =>
    key.startsWith(`${home}/`) && key !== `${home}/.` ? why : before,
  )
}

function filled(wish: UserWish, user: ThereUser, group: string, rules: AccountRules, world: World): Effect[] {
  const { home, uid, gid } = user
  const owner = { uid, gid, owner: user.name, group }
  const top = pathBecomes(home, { type: 'directory', mode: homeMode(wish, rules), ...owner })
  const skeleton = wish.skeleton ?? rules.skeleton
  // Nobody has asked about another one than the usual one.
  if (skeleton !== skeletonOf(wish)) return [top, unknownBelow(home, skeleton)]
  const reply = world.get('path', { path: skeleton, follow: true })
  const inside = reply.exists ? (reply.tree ?? []) : []
  const sorted = inside.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  return [
    top,
    ...sorted.map((entry) =>
      pathBecomes(joinPath(home, entry.path), { type: entry.type, mode: entry.mode, ...owner }),
    ),
  ]
}
