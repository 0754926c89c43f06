import { nothing, type Script, sh } from '../shell/sh.ts'
import type { Plan, Result } from '../task.ts'
import type { ThereGroup, ThereUser } from '../world/account-effects.ts'
import { Unknown } from '../world/kind.ts'
import { joinPath } from '../world/path-names.ts'
import { type Effect, effectOnAll, type World } from '../world/world.ts'
import type { Shadow } from './account-look.ts'
import type { UserWish } from './user-wish.ts'

/** Where the home is or is going to be, as far as it can be told without a look at the host. */
export function guessedHome({ name, home }: Pick<UserWish, 'name' | 'home'>): string {
  return home ?? (name === 'root' ? '/root' : joinPath('/home', name))
}

/** What is done to a user, before its key is looked at. */
export interface Step {
  summary: string
  fields: { name: string; before: string; after: string }[]
  apply: Script
  effects: Effect[]
  notes: string[]
  /** The user afterwards, and its own group's name. */
  user: ThereUser
  group: string
  result: Result
}

export type Failed = Extract<Plan, { status: 'fail' | 'unknown' }>

/** There is perhaps a file for the user's mail now. */
export function mailBecomes(user: string): Effect {
  const why = new Unknown('the tools for accounts write to it')
  return effectOnAll('path', (before, key) => {
    const path = key.replace(/\/\.$/, '')
    return path === `/var/mail/${user}` || path === `/var/spool/mail/${user}` ? why : before
  })
}

/** A group that is known to be there. */
export function groupAt(name: string, world: World): ThereGroup {
  const reply = world.get('group', { name })
  if (!reply.exists) throw new TypeError(`nobody checked that there is a group ${name}`)
  return reply
}

export function groupNames(names: readonly string[], world: World): string[] {
  return [...new Set(names.map((name) => groupAt(name, world).name))]
}

/** Days since 1970, as in shadow; undefined: not asked for. -1: never. */
export function expiryDays(seconds: number | undefined): number | undefined {
  if (seconds === undefined) return undefined
  return seconds < 0 ? -1 : Math.floor(seconds / 86_400)
}

/** A day as usermod takes it; empty for none. */
export function dateOf(days: number): string {
  return days < 0 ? '' : new Date(days * 86_400_000).toISOString().slice(0, 10)
}

/** Gives the hash to chpasswd on its standard input. What chpasswd does not take as a hash is no secret either. */
export function setPassword(name: string, hash: string | undefined): Script {
  if (hash === undefined) return nothing
  if (/^[!*]*$/.test(hash)) return sh`usermod -p ${hash} ${name} || exit 1`
  return sh`printf '%s\n' ${`${name}:${hash}`} | chpasswd -e || exit 1`
}

/** What chage has to set; only what differs, where the user is known. */
export function ageing(name: string, wish: UserWish, is?: Shadow): Script {
  const option = (flag: string, wanted: number | undefined, now: number | undefined): string[] =>
    wanted === undefined || wanted === now ? [] : [flag, String(wanted)]
  const words = [
    ...option('-m', wish.password_expire_min, is?.min),
    ...option('-M', wish.password_expire_max, is?.max),
    ...option('-W', wish.password_expire_warn, is?.warn),
    ...option('-I', wish.password_expire_account_disable, is?.idle),
  ]
  return words.length === 0 ? nothing : sh`chage ${words} ${name} || exit 1`
}

export function hashNotes(password: string | undefined): string[] {
  if (password === undefined || /^[!*]*$/.test(password) || /^\$[^$]+\$.*[./A-Za-z0-9]{20,}$/.test(password))
    return []
  return ['the password does not look like a hash: write "{{ password | password_hash }}"']
}

export function takenBy(uid: number, name: string): Failed {
  return {
    status: 'fail',
    message: `the number ${uid} is user ${name}'s already`,
    hint: 'take another uid, or allow it with non_unique: yes',
  }
}

export function notLocal(name: string): Failed {
  return {
    status: 'fail',
    message: `user ${name} is not in /etc/passwd`,
    hint: 'it comes from another name service, and has to be changed there',
  }
}
