import { replyWith } from '../../src/world/script-reply.ts'
import { pathKey } from '../../src/world/path-names.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import { id } from '../../src/world/world.ts'
import type { Answers } from './worlds.ts'

const TOOLS = ['groupadd', 'groupmod', 'groupdel', 'useradd', 'usermod', 'userdel', 'chage', 'ssh-keygen']

/** A host with shadow's tools, as EL and Debian have them. */
export function rules(...more: readonly string[]): Answers {
  const said = [
    ...TOOLS.map((tool) => `tool ${tool}`),
    'root yes',
    'UMASK 022',
    'USERGROUPS_ENAB yes',
    'PASS_MAX_DAYS 99999',
    'PASS_MIN_DAYS 0',
    'PASS_WARN_AGE 7',
    'SHELL /bin/sh',
    ...more,
  ]
  return {
    ...script('account rules', said),
    ...script('creator', ['0022', 'uid=0(root) gid=0(root) groups=0(root)']),
    ...directory('/'),
    ...directory('/home'),
  }
}

export function script(name: string, said: readonly string[]): Answers {
  return { [id('script', name)]: replyWith(said) }
}

export function group(name: string, gid: number, members: readonly string[] = []): Answers {
  const reply = { exists: true, name, gid, members }
  return { [id('group', name)]: reply, [id('group', String(gid))]: reply }
}

export interface UserSeen {
  uid?: number
  groups?: readonly string[]
  home?: string
  said?: readonly string[]
}

/** A user with a home, and a group of its own. */
export function user(name: string, seen: UserSeen = {}): Answers {
  const { uid = 1001, groups = [name], home = `/home/${name}` } = seen
  const reply = { exists: true, name, uid, gid: uid, comment: '', home, shell: '/bin/sh', groups }
  const said = seen.said ?? ['password !']
  const days = ['min 0', 'max 99999', 'warn 7', 'idle ', 'expires ']
  return {
    [id('user', name)]: reply,
    [id('user', String(uid))]: reply,
    ...group(name, uid),
    ...script(`account ${name}`, ['local yes', ...said, ...days, 'home yes']),
    ...script(`group of ${name}`, [name]),
    ...directory(home, { uid, gid: uid, owner: name, group: name }),
  }
}

const ROOT = { uid: 0, gid: 0, owner: 'root', group: 'root' }

export function directory(path: string, owner: typeof ROOT = ROOT): Answers {
  return {
    [id('path', pathKey(path, true))]: replyOf({ type: 'directory', mode: 0o755, ...owner }),
  }
}
