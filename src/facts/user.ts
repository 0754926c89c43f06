import { sh } from '../shell/sh.ts'
import type { Facts, Subject } from './subject.ts'

/** Who the shell on the host is: the login user, or who it has become. */
export const user: Subject = {
  files: [],
  // getent also knows users of LDAP and the like; busybox has none.
  probe: sh`section id
id
section passwd
uid=$(id -u)
getent passwd "$uid" || grep "^[^:]*:[^:]*:$uid:" /etc/passwd`,
  parse: (seen) => {
    const ids = seen.section('id') ?? ''
    const [, uid = '', name] = /\buid=(\d+)(?:\(([^)]*)\))?/.exec(ids) ?? []
    const gid = /\bgid=(\d+)/.exec(ids)?.[1] ?? ''
    if (uid === '') return {}
    const [login, , , group, gecos, home, shell] =
      (seen.section('passwd') ?? '').split('\n')[0]?.split(':') ?? []
    const facts: Facts = {
      user_id: login || name || uid,
      user_uid: Number(uid),
      user_gid: Number(group || gid),
      user_gecos: gecos ?? '',
      user_dir: home ?? '',
      user_shell: shell ?? '',
      real_user_id: Number(uid),
      effective_user_id: Number(/\beuid=(\d+)/.exec(ids)?.[1] ?? uid),
      real_group_id: Number(gid),
      effective_group_id: Number(/\begid=(\d+)/.exec(ids)?.[1] ?? gid),
    }
    return facts
  },
}
