import { lines, sh } from '../shell/sh.ts'
import type { Plan, Result } from '../task.ts'
import { groupGone, type ThereGroup, type ThereUser, userGone } from '../world/account-effects.ts'
import { pathGone } from '../world/path-effects.ts'
import { joinPath, normalPath } from '../world/path-names.ts'
import type { World } from '../world/world.ts'
import { SBIN } from '../world/script-reply.ts'
import {
  type AccountRules,
  lacks,
  primaryBecomes,
  primaryUsers,
  shadowBecomes,
  shadowOf,
} from './account-look.ts'
import { homeKept, type HomeKept, livesNowhere } from './home-kept.ts'
import { type Failed, guessedHome, notLocal } from './user-parts.ts'
import type { UserWish } from './user-wish.ts'

/** Pure: what is to be done for there to be no such user. */
export function planRemove(
  wish: UserWish,
  current: ThereUser | undefined,
  rules: AccountRules,
  world: World,
): Plan {
  const { name, force, remove } = wish
  const result: Result = { name, state: 'absent' }
  if (!current) return { status: 'ok', reason: `there is no user ${name}`, result }
  const missing = lacks(rules, 'userdel', world)
  if (missing) return missing
  const shadow = shadowOf(name, world)
  if (!shadow.local) return notLocal(name)
  const kept = remove ? homeStays(wish, current, world) : undefined
  if (kept) return kept
  const own = world.get('group', { name })
  const group =
    own.exists && own.name === name && rules.ownGroups && goes(own, current, world) ? own : undefined
  const flags = [...(force ? ['-f'] : []), ...(remove ? ['-r'] : [])]
  return {
    status: 'change',
    summary: `remove user ${name}${remove ? ` and ${current.home}` : ''}`,
    diff: [
      {
        type: 'fields',
        subject: `user ${name}`,
        fields: [
          { name: 'state', before: 'present', after: 'absent' },
          ...(remove ? [{ name: 'home', before: current.home, after: '' }] : []),
        ],
      },
    ],
    apply: lines(SBIN, sh`${['userdel', ...flags, name]} || exit 1`),
    effects: [
      ...userGone(current),
      ...(group ? groupGone(group) : []),
      shadowBecomes(name),
      livesNowhere(name),
      ...primaryBecomes(name, undefined, current.groups[0]),
      ...(remove ? [pathGone(current.home), pathGone(joinPath('/var/mail', name))] : []),
    ],
    result: { ...result, force, remove },
  }
}

/** Directories that no account may take along, whoever says so. */
const SYSTEM = /^\/(?:$|[^/]+$|(?:usr|etc|boot)\/|var\/[^/]+$)/

/**
 * Why the home would stay, or must: userdel finds that out once the user is gone, or not at all where others live
 * there.
 */
function homeStays(wish: UserWish, user: ThereUser, world: World): Failed | undefined {
  const { name, force } = wish
  const home = normalPath(user.home)
  const { link, owner, shared } = keptOf(wish, user, world)
  const why = (message: string, hint: string): Failed => ({ status: 'fail', message, hint })
  const otherwise = 'leave remove out, or write force: yes to have it removed all the same'
  if (link !== undefined)
    return why(
      `${home} is a link to ${link}, and userdel removes no links`,
      'leave remove out, and remove both with file tasks',
    )
  if (owner !== undefined && SYSTEM.test(home))
    return why(`${home} is a directory of the system, and not ${name}'s`, 'leave remove out')
  if (force) return undefined
  if (owner !== undefined) return why(`${home} is not ${name}'s, so it would stay`, otherwise)
  const [other] = shared
  return other === undefined ? undefined : why(`${home} holds the home of user ${other}, too`, otherwise)
}

/** What the host said of the home, and what earlier tasks make of it. */
function keptOf(wish: UserWish, user: ThereUser, world: World): HomeKept {
  const { home } = user
  const said = homeKept(user.name, world)
  if (home !== guessedHome(wish)) return said
  const { shared } = said
  const own = world.get('path', { path: home })
  if (own.exists && own.type === 'link') return { link: own.real ?? own.target ?? '', shared }
  const there = world.get('path', { path: home, follow: true })
  const foreign = there.exists && there.owner !== user.name && there.uid !== user.uid
  return { ...(foreign && { owner: there.owner }), shared }
}

/** userdel takes the group of the same name along where it is the user's own one, and nobody else's. */
function goes(group: ThereGroup, user: ThereUser, world: World): boolean {
  const others = group.members.filter((member) => member !== user.name)
  const primary = primaryUsers(group.name, world).filter((other) => other !== user.name)
  return user.groups[0] === group.name && others.length === 0 && primary.length === 0
}
