import { Script, lines, sh } from '../shell/sh.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { type Effect, type World, effect } from '../world/world.ts'
import { linesOf, replyWith, SBIN, wordsOf } from '../world/script-reply.ts'
import { missing, type Missing } from './missing-tool.ts'

/** What a host says of accounts in general: which tools it has, and the defaults for new users. */
export interface AccountRules {
  tools: ReadonlySet<string>
  /** New users get a group of their own. */
  ownGroups: boolean
  /** Permissions of a new home directory, whatever the umask is. */
  homeMode: number | undefined
  umask: number
  /** Where homes are, what is copied into them, the shell and the group of those without one. */
  base: string
  skeleton: string
  shell: string
  group: string
  /** New users get a file for their mail. */
  mail: boolean
  /** Whose files are meant by the other answers: without root's rights passwords stay unread. */
  root: boolean
  /** What new users get of that, in days; system users get none. */
  ageing: { min: number; max: number; warn: number }
}

const RULES: ScriptAsk = {
  id: 'account rules',
  text: new Script(`${SBIN.text}
for tool in groupadd groupmod groupdel useradd usermod userdel chage ssh-keygen; do
  command -v $tool >/dev/null 2>&1 && echo "tool $tool"
done
[ "$(id -u)" != 0 ] || echo root yes
[ ! -r /etc/login.defs ] || sed -n 's/^[[:blank:]]*\\(USERGROUPS_ENAB\\|HOME_MODE\\|UMASK\\|CREATE_MAIL_SPOOL\\|PASS_M[A-Z]*_DAYS\\|PASS_WARN_AGE\\)[[:blank:]]\\{1,\\}/\\1 /p' /etc/login.defs
[ ! -r /etc/default/useradd ] || sed -n 's/^[[:blank:]]*\\(HOME\\|SKEL\\|SHELL\\|GROUP\\|CREATE_MAIL_SPOOL\\)=/\\1 /p' /etc/default/useradd
:`),
}

export const rulesQuestion = { kind: 'script', ask: RULES } as const

/** The rules for new accounts, with the tools' own defaults where the host says nothing. */
export function accountRules(world: World): AccountRules {
  const tools = new Set<string>()
  const said = new Map<string, string>()
  for (const line of linesOf(world.get('script', RULES))) {
    const [key = '', value = ''] = line.split(' ')
    if (key === 'tool') tools.add(value)
    else said.set(key, value.trim())
  }
  return {
    tools,
    ownGroups: said.get('USERGROUPS_ENAB') === 'yes',
    homeMode: cNumber(said.get('HOME_MODE') ?? ''),
    umask: cNumber(said.get('UMASK') ?? '') ?? 0o022,
    base: said.get('HOME') ?? '/home',
    skeleton: said.get('SKEL') ?? '/etc/skel',
    shell: said.get('SHELL') ?? '',
    group: said.get('GROUP') ?? '100',
    mail: said.get('CREATE_MAIL_SPOOL') === 'yes',
    root: said.has('root'),
    ageing: {
      min: Number(said.get('PASS_MIN_DAYS') ?? -1),
      max: Number(said.get('PASS_MAX_DAYS') ?? -1),
      warn: Number(said.get('PASS_WARN_AGE') ?? -1),
    },
  }
}

/** A number as C writes it, which is how the tools read all of theirs: 022 and 0x12 are 18, and 22 is 22. */
export function cNumber(text: string): number | undefined {
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8)
  return /^(?:0x[0-9a-f]+|[1-9]\d*)$/i.test(text) ? Number(text) : undefined
}

/** What is known of one user beyond its line in passwd. */
export interface Shadow {
  /** It has a line in /etc/passwd; other name services are not changed. */
  local: boolean
  /** As in /etc/shadow; undefined where it cannot be read. */
  password: string | undefined
  /** Days; -1 = none. */
  min: number
  max: number
  warn: number
  idle: number
  expires: number
  /** Its home directory is there; of a user to be made, the one that it would get. */
  home: boolean
  /** Its own group lists it as a member, too. */
  own: boolean
}

/** Without a user everything is as of a new one. */
const NEW: Shadow = {
  local: false,
  password: undefined,
  min: -1,
  max: -1,
  warn: -1,
  idle: -1,
  expires: -1,
  home: false,
  own: false,
}

function shadowAsk(name: string): ScriptAsk {
  return {
    id: `account ${name}`,
    changes: true,
    text: lines(
      sh`exec 2>/dev/null; user=${name}`,
      new Script(`while IFS=: read -r name rest; do
  [ "$name" != "$user" ] || echo local yes
done </etc/passwd
{ getent shadow -- "$user" || cat /etc/shadow; } | while IFS=: read -r name password last min max warn idle expires rest; do
  [ "$name" != "$user" ] || printf 'password %s\\nmin %s\\nmax %s\\nwarn %s\\nidle %s\\nexpires %s\\n' "$password" "$min" "$max" "$warn" "$idle" "$expires"
done
line=$({ getent passwd -- "$user" || grep "^$user:" /etc/passwd; } | head -n 1)
home=$(printf '%s\\n' "$line" | cut -d: -f6)
gid=$(printf '%s\\n' "$line" | cut -d: -f4)
if [ -z "$home" ]; then
  # /home is asked about as a path.
  base=$(sed -n 's/^HOME=//p' /etc/default/useradd | tail -n 1)
  case $base in '' | /home) ;; *) home=$base/$user ;; esac
fi
[ -z "$home" ] || [ ! -d "$home" ] || echo home yes
[ -z "$gid" ] || { getent group "$gid" || cat /etc/group; } | while IFS=: read -r name x number members; do
  [ "$number" != "$gid" ] || case ,$members, in *,"$user",*) echo own yes ;; esac
done
:`),
    ),
  }
}

export function shadowQuestion(name: string) {
  return { kind: 'script', ask: shadowAsk(name) } as const
}

export function shadowOf(name: string, world: World): Shadow {
  const said = wordsOf(world.get('script', shadowAsk(name)))
  const days = (key: string): number => {
    const value = said.get(key) ?? ''
    return value === '' ? -1 : Number(value)
  }
  return {
    local: said.has('local'),
    password: said.get('password'),
    min: days('min'),
    max: days('max'),
    warn: days('warn'),
    idle: days('idle'),
    expires: days('expires'),
    home: said.has('home'),
    own: said.has('own'),
  }
}

/** The user has these from now on; undefined: it is gone. */
export function shadowBecomes(name: string, shadow: Shadow = NEW): Effect {
  const { local, password, min, max, warn, idle, expires, home, own } = shadow
  const days = (value: number): string => (value === -1 ? '' : String(value))
  if (!local) return effect('script', shadowAsk(name).id, () => replyWith([]))
  return effect('script', shadowAsk(name).id, () =>
    replyWith([
      'local yes',
      ...(password === undefined ? [] : [`password ${password}`]),
      `min ${days(min)}`,
      `max ${days(max)}`,
      `warn ${days(warn)}`,
      `idle ${days(idle)}`,
      `expires ${days(expires)}`,
      ...(home ? ['home yes'] : []),
      ...(own ? ['own yes'] : []),
    ]),
  )
}

function primaryAsk(group: string): ScriptAsk {
  return {
    id: `group of ${group}`,
    changes: true,
    text: lines(
      sh`exec 2>/dev/null; group=${group}`,
      new Script(`gid=$({ getent group -- "$group" || cat /etc/group; } | while IFS=: read -r name x gid rest; do
  [ "$name" != "$group" ] || echo "$gid"
done | head -n 1)
[ -z "$gid" ] || { getent passwd || cat /etc/passwd; } | while IFS=: read -r name x uid own rest; do
  [ "$own" != "$gid" ] || echo "$name"
done
:`),
    ),
  }
}

/** Who has this group as the own one: as long as there is anybody, it cannot be removed. */
export function primaryQuestion(group: string) {
  return { kind: 'script', ask: primaryAsk(group) } as const
}

export function primaryUsers(group: string, world: World): string[] {
  return linesOf(world.get('script', primaryAsk(group)))
}

/** The user's own group is this one from now on, and was that one. */
export function primaryBecomes(user: string, now: string | undefined, before: string | undefined): Effect[] {
  if (now === before) return []
  const change = (group: string, then: (users: string[]) => string[]): Effect =>
    effect('script', primaryAsk(group).id, (reply) =>
      replyWith(then(reply === undefined || !('stdout' in reply) ? [] : linesOf(reply))),
    )
  return [
    ...(before === undefined ? [] : [change(before, (users) => users.filter((name) => name !== user))]),
    ...(now === undefined ? [] : [change(now, (users) => [...users, user])]),
  ]
}

/** Why nothing can be done about accounts here. */
export function lacks(rules: AccountRules, tool: string, world: World): Missing | undefined {
  if (rules.tools.has(tool)) return undefined
  return missing(
    world,
    tool,
    `this host has no ${tool}`,
    "accounts are changed with shadow's tools (packages passwd, shadow-utils); busybox's adduser is not supported: write a command task",
  )
}
