import { lines, nothing, sh } from '../shell/sh.ts'
import { homeFollows, numberText, type ThereUser, userBecomes } from '../world/account-effects.ts'
import { Unknown } from '../world/kind.ts'
import { pathBecomes, pathGone } from '../world/path-effects.ts'
import { parentPath } from '../world/path-names.ts'
import { type Effect, effectOnAll, type World } from '../world/world.ts'
import { maybeTaken } from './account-number.ts'
import {
  type AccountRules,
  lacks,
  primaryBecomes,
  type Shadow,
  shadowBecomes,
  shadowOf,
} from './account-look.ts'
import { homeBecomes } from './home-kept.ts'
import { missingDirectories, obstacleAbove } from './make-directory.ts'
import { homeThere, makeHome } from './user-home.ts'
import {
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
  notLocal,
} from './user-parts.ts'
import type { UserWish } from './user-wish.ts'

type Field = Step['fields'][number]

/** What collects while a user is compared with what is wished for. */
interface Draft {
  /** Words for usermod. */
  words: string[]
  fields: Field[]
  user: ThereUser
  shadow: Shadow
  /** The groups that list it. */
  members: readonly string[]
}

/** What differs about a user that is there. No fields: nothing does. */
export function planModify(
  wish: UserWish,
  current: ThereUser,
  rules: AccountRules,
  world: World,
): Step | Failed {
  const { name } = wish
  const was = shadowOf(name, world)
  const draft: Draft = {
    words: [],
    fields: [],
    user: current,
    shadow: was,
    members: listed(current, was),
  }
  const problem =
    number(draft, wish, world) ??
    groups(draft, wish, world) ??
    texts(draft, wish) ??
    home(draft, wish, was, world) ??
    secrets(draft, wish, was, rules)
  if (problem) return problem
  const hash = newHash(wish, was)
  const { words, fields, user, shadow } = draft
  const ages = ageing(name, wish, was)
  if (ages !== nothing) fields.push({ name: 'password ageing', before: '', after: 'changed' })
  if (fields.length > 0 && !was.local) return notLocal(name)
  const missing = fields.length > 0 ? lacks(rules, 'usermod', world) : undefined
  if (missing) return missing
  const group = user.groups[0] ?? String(user.gid)
  const moves = wish.move_home && user.home !== current.home && was.home
  const there =
    moves || homeThere(user.home, guessedHome(wish), user.home === current.home && was.home, world)
  const made = wish.create_home && !there ? makeHome(wish, user, group, rules, world) : undefined
  if (made) fields.push({ name: 'home directory', before: 'absent', after: user.home })
  return {
    summary: `change ${fields.map((field) => field.name).join(', ')} of user ${name}`,
    fields,
    apply: lines(
      words.length > 0 ? sh`usermod ${words} ${name} || exit 1` : nothing,
      setPassword(name, hash),
      ages,
      made?.apply ?? nothing,
    ),
    effects:
      fields.length === 0
        ? []
        : [
            ...userBecomes(user, current, draft.members),
            ...homeFollows(user.home, user, current, group),
            shadowBecomes(name, {
              ...shadow,
              ...aged(wish, was),
              home: made !== undefined || there,
              own: draft.members.includes(group),
            }),
            ...(made !== undefined || user.home !== current.home
              ? [homeBecomes(name, made !== undefined)]
              : []),
            ...primaryBecomes(name, user.groups[0], current.groups[0]),
            ...(moves ? moved(wish, current, world) : []),
            ...(made?.effects ?? []),
          ],
    notes: hashNotes(wish.password),
    user,
    group,
    result: { append: wish.append, move_home: wish.move_home },
  }
}

function number(draft: Draft, wish: UserWish, world: World): Failed | undefined {
  const { uid } = wish
  if (uid === undefined || draft.user.uid === uid) return undefined
  if (!wish.non_unique) {
    const taken = world.get('user', { name: String(uid) })
    if (taken.exists && taken.uid === uid) return takenBy(uid, taken.name)
    const doubt = maybeTaken('user', uid, world)
    if (doubt) return doubt
  }
  draft.words.push('-u', String(uid), ...(wish.non_unique ? ['-o'] : []))
  change(draft, 'uid', numberText(draft.user.uid), uid)
  draft.user = { ...draft.user, uid }
  return undefined
}

function groups(draft: Draft, wish: UserWish, world: World): undefined {
  const { user } = draft
  if (wish.group !== undefined) {
    const group = groupAt(wish.group, world)
    if (group.name !== user.groups[0]) {
      draft.words.push('-g', group.name)
      change(draft, 'group', user.groups[0] ?? '', group.name)
      draft.user = { ...user, gid: group.gid, groups: [...new Set([group.name, ...draft.members])] }
    }
  }
  if (wish.groups === undefined) return
  const wanted = groupNames(wish.groups, world)
  const is = new Set(draft.members)
  const shall = wish.append ? new Set([...is, ...wanted]) : new Set(wanted)
  if (is.size === shall.size && [...is].every((group) => shall.has(group))) return
  draft.words.push(...(wish.append ? ['-a'] : []), '-G', wanted.join(','))
  // In which order a host lists them means nothing.
  change(draft, 'groups', [...is].sort().join(','), [...shall].sort().join(','))
  const primary = draft.user.groups[0] ?? ''
  draft.user = { ...draft.user, groups: [...new Set([primary, ...shall])] }
  draft.members = [...shall]
}

/** The groups that list a user. */
function listed(user: ThereUser, { own }: Shadow): string[] {
  return own ? [...user.groups] : user.groups.slice(1)
}

function texts(draft: Draft, wish: UserWish): undefined {
  for (const [key, flag] of [
    ['comment', '-c'],
    ['shell', '-s'],
  ] as const) {
    const value = wish[key]
    if (value === undefined || value === draft.user[key]) continue
    draft.words.push(flag, value)
    change(draft, key, draft.user[key], value)
    draft.user = { ...draft.user, [key]: value }
  }
}

function home(draft: Draft, wish: UserWish, was: Shadow, world: World): Failed | undefined {
  const { user } = draft
  if (wish.home === undefined || wish.home === user.home) return undefined
  const moves = wish.move_home && was.home
  if (moves && world.get('path', { path: wish.home, follow: true }).exists)
    return {
      status: 'fail',
      message: `${wish.home} is there already, so ${user.home} cannot be moved to it`,
      hint: 'leave move_home out, or remove one of the two before',
    }
  const obstacle = moves ? noPlaceFor(wish.home, world) : undefined
  if (obstacle !== undefined)
    return {
      status: 'fail',
      message: `${obstacle}, so ${user.home} cannot be moved to ${wish.home}`,
      hint: `make it before, with file: path=${parentPath(wish.home)} state=directory`,
    }
  draft.words.push('-d', wish.home, ...(moves ? ['-m'] : []))
  change(draft, 'home', user.home, wish.home)
  draft.user = { ...user, home: wish.home }
  return undefined
}

function secrets(draft: Draft, wish: UserWish, was: Shadow, rules: AccountRules): Failed | undefined {
  const asked =
    wish.expires !== undefined ||
    wish.password_lock !== undefined ||
    (wish.password !== undefined && wish.update_password === 'always')
  if (!asked) return undefined
  if (was.password === undefined && !rules.root)
    return {
      status: 'fail',
      message: `what is set for the password of ${wish.name} can only be read by root`,
      hint: 'write become: yes',
    }
  const days = expiryDays(wish.expires)
  if (days !== undefined && days !== was.expires) {
    draft.words.push('-e', dateOf(days))
    change(draft, 'expires', dateOf(was.expires) || 'never', dateOf(days) || 'never')
    draft.shadow = { ...draft.shadow, expires: days }
  }
  const hash = newHash(wish, was)
  if (hash !== undefined) {
    draft.fields.push({ name: 'password', before: '(hidden)', after: '(hidden)' })
    draft.shadow = { ...draft.shadow, password: hash }
    return undefined
  }
  const password = was.password ?? ''
  if (wish.password_lock === true && !password.startsWith('!')) {
    draft.words.push('-L')
    change(draft, 'password', 'unlocked', 'locked')
    draft.shadow = { ...draft.shadow, password: `!${password}` }
  } else if (wish.password_lock === false && password.startsWith('!')) {
    // Without a password nobody could log in anyway, and usermod would leave it as it is.
    if (/^!+$/.test(password)) return undefined
    draft.words.push('-U')
    change(draft, 'password', 'locked', 'unlocked')
    draft.shadow = { ...draft.shadow, password: password.slice(1) }
  }
  return undefined
}

/** The hash to be set; undefined: the password stays, but for its lock. */
function newHash({ password, password_lock, update_password }: UserWish, was: Shadow): string | undefined {
  if (password === undefined || update_password !== 'always') return undefined
  const bare = (hash: string): string => hash.replace(/^!+/, '')
  if (bare(password) === bare(was.password ?? '')) return undefined
  return `${password_lock ? '!' : ''}${password}`
}

/** The home is at another path, with all that is in it: what that is was not looked at. */
function moved(wish: UserWish, { name, home: old }: ThereUser, world: World): Effect[] {
  const home = wish.home ?? old
  const why = new Unknown('it moves with the home directory')
  const inside = effectOnAll('path', (before, key) =>
    key.startsWith(`${home}/`) && key !== `${home}/.` ? why : before,
  )
  const was = old === guessedHome({ name }) ? world.peek('path', { path: old, follow: true }) : why
  if (was instanceof Unknown || !was.exists) {
    const top = effectOnAll('path', (before, key) => (key === home || key === `${home}/.` ? why : before))
    return [pathGone(old), top, inside]
  }
  const { mode, uid, gid, owner, group } = was
  return [pathGone(old), pathBecomes(home, { type: 'directory', mode, uid, gid, owner, group }), inside]
}

function change(draft: Draft, name: string, before: string | number, after: string | number): void {
  draft.fields.push({ name, before: String(before), after: String(after) })
}

function aged(wish: UserWish, was: Shadow): Pick<Shadow, 'min' | 'max' | 'warn' | 'idle'> {
  return {
    min: wish.password_expire_min ?? was.min,
    max: wish.password_expire_max ?? was.max,
    warn: wish.password_expire_warn ?? was.warn,
    idle: wish.password_expire_account_disable ?? was.idle,
  }
}

/** Why nothing can be moved to this path: usermod makes no directories above it. */
function noPlaceFor(path: string, world: World): string | undefined {
  const missing = missingDirectories(parentPath(path), world).at(-1)
  return obstacleAbove(path, world) ?? (missing && `the directory ${missing} does not exist`)
}
