import { lines, nothing, sh } from '../shell/sh.ts'
import type { Diff, Plan, Result } from '../task.ts'
import { groupBecomes, type ThereUser, userBecomes } from '../world/account-effects.ts'
import { joinPath } from '../world/path-names.ts'
import type { World } from '../world/world.ts'
import { SBIN } from '../world/script-reply.ts'
import { maybeTaken } from './account-number.ts'
import {
  accountRules,
  type AccountRules,
  lacks,
  primaryBecomes,
  type Shadow,
  shadowBecomes,
  shadowOf,
} from './account-look.ts'
import { homeBecomes } from './home-kept.ts'
import { missingTool } from './missing-tool.ts'
import { homeThere, newHome } from './user-home.ts'
import { hasKey, keyEffects, keyKnown, makeKey } from './user-key.ts'
import { planModify } from './user-modify.ts'
import {
  mailBecomes,
  ageing,
  dateOf,
  expiryDays,
  type Failed,
  groupAt,
  groupNames,
  guessedHome,
  hashNotes,
  setPassword,
  type Step,
  takenBy,
} from './user-parts.ts'
import { planRemove } from './user-remove.ts'
import type { UserWish } from './user-wish.ts'

/** Pure: what is to be done for the user to be as wished. */
export function planUser(wish: UserWish, world: World): Plan {
  const rules = accountRules(world)
  const reply = world.get('user', { name: wish.name })
  const current = reply.exists && reply.name === wish.name ? reply : undefined
  if (!wish.present) return planRemove(wish, current, rules, world)
  const wrong = unknownGroup(wish, world)
  if (wrong) return wrong
  const step = current ? planModify(wish, current, rules, world) : planCreate(wish, rules, world)
  return 'status' in step ? step : withKey(wish, step, rules, world, current !== undefined)
}

function withKey(wish: UserWish, step: Step, rules: AccountRules, world: World, existed: boolean): Plan {
  const { key } = wish
  const asked = step.user.home === guessedHome(wish)
  const makes = key !== undefined && (wish.force || !hasKey(wish.name, key, step.user.home, world, asked))
  if (makes && !rules.tools.has('ssh-keygen'))
    return missingTool(world, 'ssh-keygen', 'openssh-client (Debian), openssh (EL)')
  const subject = `user ${wish.name}`
  const result = { ...step.result, ...userResult(wish, step.user) }
  if (!makes && step.fields.length === 0)
    return {
      status: 'ok',
      reason: `${subject} is as wished`,
      result: { ...result, ...(key && existed ? keyKnown(wish.name, key, world) : {}) },
    }
  const diff: Diff[] = [
    {
      type: 'fields',
      subject,
      fields: [...step.fields, ...(makes ? [{ name: 'SSH key', before: '', after: key.type }] : [])],
    },
  ]
  return {
    status: 'change',
    summary: step.fields.length > 0 ? step.summary : `make an SSH key for ${wish.name}`,
    diff,
    apply: lines(SBIN, step.apply, makes ? makeKey(wish.name, key) : nothing),
    timeout: 300,
    effects: [...step.effects, ...(makes ? keyEffects(step.user, step.group, key, world, asked) : [])],
    result,
    notes: step.notes,
  }
}

/** All groups that are named have to be there. */
function unknownGroup({ group, groups }: UserWish, world: World): Failed | undefined {
  for (const name of [...(group === undefined ? [] : [group]), ...(groups ?? [])]) {
    if (!world.get('group', { name }).exists)
      return {
        status: 'fail',
        message: `there is no group ${name}`,
        hint: 'make it before, with a group task',
      }
  }
  return undefined
}

function planCreate(wish: UserWish, rules: AccountRules, world: World): Step | Failed {
  const { name, uid } = wish
  const missing = lacks(rules, 'useradd', world)
  if (missing) return missing
  if (uid !== undefined && !wish.non_unique) {
    const taken = world.get('user', { name: String(uid) })
    if (taken.exists && taken.uid === uid) return takenBy(uid, taken.name)
    const doubt = maybeTaken('user', uid, world)
    if (doubt) return doubt
  }
  const group = ownGroup(wish, rules, world)
  const others = groupNames(wish.groups ?? [], world)
  const home = wish.home ?? joinPath(rules.base, name)
  const user: ThereUser = {
    exists: true,
    name,
    uid: uid ?? Number.NaN,
    gid: group.gid,
    comment: wish.comment ?? '',
    home,
    shell: wish.shell ?? rules.shell,
    groups: [...new Set([group.name, ...others])],
  }
  const there = homeThere(
    home,
    guessedHome(wish),
    wish.home === undefined && shadowOf(name, world).home,
    world,
  )
  const made = wish.create_home && !there ? newHome(wish, user, group.name, rules, world) : undefined
  if (made && 'status' in made) return made
  const hash = wish.password === undefined ? undefined : `${wish.password_lock ? '!' : ''}${wish.password}`
  const expires = expiryDays(wish.expires)
  const shadow: Shadow = {
    local: true,
    password: hash ?? '!',
    min: wish.password_expire_min ?? (wish.system ? -1 : rules.ageing.min),
    max: wish.password_expire_max ?? (wish.system ? -1 : rules.ageing.max),
    warn: wish.password_expire_warn ?? (wish.system ? -1 : rules.ageing.warn),
    idle: wish.password_expire_account_disable ?? -1,
    expires: expires ?? -1,
    home: there || wish.create_home,
    own: others.includes(group.name),
  }
  return {
    summary: `add user ${name}`,
    fields: [{ name: 'state', before: 'absent', after: 'present' }],
    apply: lines(
      made?.before ?? nothing,
      sh`useradd ${addWords(wish, user, group, others)} ${name} || exit 1`,
      made?.after ?? nothing,
      setPassword(name, hash),
      // useradd forgets the date of a system account.
      wish.system && expires !== undefined && expires >= 0
        ? sh`usermod -e ${dateOf(expires)} ${name} || exit 1`
        : nothing,
      sh`${ageing(name, wish)}`,
    ),
    effects: [
      ...(group.made ? groupBecomes({ exists: true, name, gid: group.gid, members: [] }) : []),
      ...userBecomes(user, undefined, others),
      shadowBecomes(name, shadow),
      homeBecomes(name, made !== undefined),
      ...primaryBecomes(name, group.name, undefined),
      ...(rules.mail && !wish.system ? [mailBecomes(name)] : []),
      ...(made?.effects ?? []),
    ],
    notes: hashNotes(wish.password),
    user,
    group: group.name,
    result: { create_home: wish.create_home, system: wish.system },
  }
}

interface OwnGroup {
  name: string
  gid: number
  /** useradd makes it. */
  made: boolean
  /** Words that say so to useradd. */
  words: string[]
}

function ownGroup(wish: UserWish, rules: AccountRules, world: World): OwnGroup {
  const { name, uid } = wish
  if (wish.group !== undefined) {
    const found = groupAt(wish.group, world)
    return { name: found.name, gid: found.gid, made: false, words: ['-g', wish.group] }
  }
  const same = world.get('group', { name })
  const taken = same.exists && same.name === name
  if (taken || !rules.ownGroups) {
    const found =
      rules.group === '100' || rules.group === 'users' ? world.get('group', { name: rules.group }) : undefined
    const default_ = found?.exists ? found : { name: rules.group, gid: Number(rules.group) }
    return { name: default_.name, gid: default_.gid, made: false, words: taken ? ['-N'] : [] }
  }
  // The group gets the user's number where that is free and in the usual range.
  const free = uid !== undefined && uid >= 1000 && uid <= 60000 && !wish.system
  const isOurs = free && !world.get('group', { name: String(uid) }).exists && !maybeTaken('group', uid, world)
  const gid = isOurs ? uid : Number.NaN
  return { name, gid, made: true, words: [] }
}

function addWords(wish: UserWish, user: ThereUser, group: OwnGroup, others: readonly string[]): string[] {
  const expires = expiryDays(wish.expires)
  const option = (flag: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [flag, String(value)]
  return [
    ...option('-u', wish.uid),
    ...(wish.non_unique ? ['-o'] : []),
    ...group.words,
    ...(others.length > 0 ? ['-G', others.join(',')] : []),
    ...option('-c', wish.comment),
    ...option('-d', wish.home),
    ...option('-s', wish.shell),
    ...(expires === undefined ? [] : ['-e', dateOf(expires)]),
    ...(wish.create_home ? ['-m', ...option('-k', wish.skeleton)] : ['-M']),
    ...(wish.create_home && wish.umask !== undefined ? ['-K', `UMASK=${wish.umask}`] : []),
    ...(wish.uid_min === undefined ? [] : ['-K', `UID_MIN=${wish.uid_min}`]),
    ...(wish.uid_max === undefined ? [] : ['-K', `UID_MAX=${wish.uid_max}`]),
    ...(wish.system ? ['-r'] : []),
  ]
}

function userResult(wish: UserWish, user: ThereUser): Result {
  const { name, comment, home, shell, uid, gid } = user
  return {
    name,
    state: 'present',
    comment,
    home,
    shell,
    ...(Number.isNaN(uid) ? {} : { uid }),
    ...(Number.isNaN(gid) ? {} : { group: gid }),
    ...(wish.groups === undefined ? {} : { groups: wish.groups.join(',') }),
  }
}
