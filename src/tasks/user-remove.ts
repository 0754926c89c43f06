import { lines, sh } from '../shell/sh.ts'
import type { Plan, Result } from '../task.ts'
import { groupGone, type ThereGroup, type ThereUser, userGone } from '../world/account-effects.ts'
import { pathGone } from '../world/path-effects.ts'
import { joinPath } from '../world/path-names.ts'
import type { World } from '../world/world.ts'
import {
  type AccountRules,
  lacks,
  primaryBecomes,
  primaryUsers,
  SBIN,
  shadowBecomes,
  shadowOf,
} from './account-look.ts'
import { accountFiles, guessedHome, notLocal } from './user-parts.ts'
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
  const missing = lacks(rules, 'userdel')
  if (missing) return missing
  const shadow = shadowOf(name, world)
  if (!shadow.local) return notLocal(name)
  const home =
    current.home === guessedHome(wish) ? world.get('path', { path: current.home, follow: true }) : undefined
  if (remove && !force && home?.exists && home.owner !== name && home.uid !== current.uid)
    return {
      status: 'fail',
      message: `${current.home} is not ${name}'s, so it would stay`,
      hint: 'leave remove out, or write force: yes to have it removed all the same',
    }
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
      ...primaryBecomes(name, undefined, current.groups[0]),
      accountFiles(undefined),
      ...(remove ? [pathGone(current.home), pathGone(joinPath('/var/mail', name))] : []),
    ],
    result: { ...result, force, remove },
  }
}

/** userdel takes the group of the same name along where it is the user's own one, and nobody else's. */
function goes(group: ThereGroup, user: ThereUser, world: World): boolean {
  const others = group.members.filter((member) => member !== user.name)
  const primary = primaryUsers(group.name, world).filter((other) => other !== user.name)
  return user.groups[0] === group.name && others.length === 0 && primary.length === 0
}
