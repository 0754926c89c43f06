import { accountFilesChange } from './account-files.ts'
import { Unknown } from './kind.ts'
import type { GroupReply, NoAccount, PathReply, UserReply } from './replies.ts'
import { type Effect, effectOnAll } from './world.ts'

export type ThereUser = Extract<UserReply, { exists: true }>
export type ThereGroup = Extract<GroupReply, { exists: true }>

/** A number of an account for people. */
export function numberText(number: number): string {
  return Number.isNaN(number) ? '(not known yet)' : String(number)
}

/**
 * The World once there is this user, or it is another than before (`old`). Accounts are asked about by name and by
 * number, and files show their owner's name: all of that follows. A number that nobody knows yet is NaN.
 * `members` are the groups that list it: all but its own one, unless that does so, too.
 */
export function userBecomes(
  user: ThereUser,
  old?: ThereUser,
  members: readonly string[] = user.groups.slice(1),
): Effect[] {
  return [
    accountFilesChange,
    effectOnAll('user', (before, key) => {
      if (isUser(user, key)) return user
      if (old && isUser(old, key)) return { exists: false }
      return old || !Number.isNaN(user.uid) ? before : mayGet(user.name, before, key)
    }),
    memberships(user.name, members),
    ...(Object.is(old?.uid, user.uid) ? [] : [owners('owner', 'uid', user.name, user.uid, old?.uid)]),
  ]
}

/** usermod gives a user with another number, or another own group, what it has in its home. */
export function homeFollows(home: string, user: ThereUser, old: ThereUser, group: string): Effect[] {
  if (user.uid === old.uid && user.gid === old.gid) return []
  const follow = <Owned extends { uid: number; gid: number; owner: string; group: string }>(
    owned: Owned,
  ): Owned => ({
    ...owned,
    ...(user.uid !== old.uid && owned.uid === old.uid && { uid: user.uid, owner: user.name }),
    ...(user.gid !== old.gid && owned.gid === old.gid && { gid: user.gid, group }),
  })
  return [
    effectOnAll('path', (before, key, places) => {
      if (before instanceof Unknown || !before.exists) return before
      const [top, own] = [places.below(home), places.of(key)]
      if (own !== top && !own.startsWith(`${top}/`)) return before
      const { tree } = before
      return { ...follow(before), ...(tree && { tree: tree.map(follow) }) }
    }),
  ]
}

/** Nobody has this name any more. */
export function userGone(user: ThereUser): Effect[] {
  return [
    accountFilesChange,
    effectOnAll('user', (before, key) => (isUser(user, key) ? { exists: false } : before)),
    memberships(user.name, []),
    owners('owner', 'uid', user.name, Number.NaN, user.uid),
  ]
}

/** There is this group, or it has another number than before. */
export function groupBecomes(group: ThereGroup, old?: ThereGroup): Effect[] {
  return [
    accountFilesChange,
    effectOnAll('group', (before, key) => {
      if (isGroup(group, key)) return group
      if (old && isGroup(old, key)) return { exists: false }
      return old || !Number.isNaN(group.gid) ? before : mayGet(group.name, before, key)
    }),
    // groupmod gives those whose own group it is the new number, too.
    ...(old
      ? [
          effectOnAll('user', (before) =>
            before instanceof Unknown || !before.exists || before.gid !== old.gid
              ? before
              : { ...before, gid: group.gid },
          ),
        ]
      : []),
    ...(Object.is(old?.gid, group.gid) ? [] : [owners('group', 'gid', group.name, group.gid, old?.gid)]),
  ]
}

/** There is no such group any more, and nobody is in it. */
export function groupGone(group: ThereGroup): Effect[] {
  return [
    accountFilesChange,
    effectOnAll('group', (before, key) => (isGroup(group, key) ? { exists: false } : before)),
    effectOnAll('user', (before) => {
      if (before instanceof Unknown || !before.exists) return before
      const groups = before.groups?.filter((name) => name !== group.name)
      return groups === undefined || groups.length === before.groups.length ? before : { ...before, groups }
    }),
    owners('group', 'gid', group.name, Number.NaN, group.gid),
  ]
}

/** The host chooses the number of a new account, and any that is free may be it. */
function mayGet<Reply extends { exists: true } | NoAccount>(
  name: string,
  before: Reply | Unknown,
  key: string,
): Reply | NoAccount | Unknown {
  if (before instanceof Unknown || before.exists || !/^\d+$/.test(key)) return before
  return { exists: false, mayBe: [...(before.mayBe ?? []), name] }
}

function isUser(user: ThereUser, key: string): boolean {
  return key === user.name || key === String(user.uid)
}

function isGroup(group: ThereGroup, key: string): boolean {
  return key === group.name || key === String(group.gid)
}

/** The member lists of all groups: this user is in those, and in no other. */
function memberships(name: string, groups: readonly string[]): Effect {
  return effectOnAll('group', (before) => {
    if (before instanceof Unknown || !before.exists || before.members === undefined) return before
    const [is, shall] = [before.members.includes(name), groups.includes(before.name)]
    if (is === shall) return before
    const others = before.members.filter((member) => member !== name)
    return { ...before, members: shall ? [...others, name] : others }
  })
}

/** What files show as owner or group: a name where there is one for the number, else the number. */
function owners(
  word: 'owner' | 'group',
  number: 'uid' | 'gid',
  name: string,
  now: number,
  old: number | undefined,
): Effect {
  return effectOnAll('path', (before): PathReply | Unknown => {
    if (before instanceof Unknown || !before.exists) return before
    const own = Number.isNaN(before[number]) ? undefined : before[number]
    if (own !== undefined && own === now) return { ...before, [word]: name }
    if (own !== undefined && own === old && before[word] === name) return { ...before, [word]: String(own) }
    // Files of an account that was to be made show its number once it is gone, and nobody knows that yet.
    if (own === undefined && old !== undefined && Number.isNaN(old) && before[word] === name)
      return new Unknown(`which number ${word === 'owner' ? 'user' : 'group'} ${name} gets is not known`)
    // The account gets a number that only the host will choose, and it may be this one.
    if (old === undefined && Number.isNaN(now) && /^\d+$/.test(before[word]))
      return new Unknown(`it has the number ${before[word]} without a name, and ${name} may get it`)
    return before
  })
}
