import type { Answer } from '../connect/connection.ts'
import { type Script, lines, Script as Text, sh } from '../shell/sh.ts'
import type { Result } from '../task.ts'
import { pathBecomes } from '../world/path-effects.ts'
import { joinPath, parentPath } from '../world/path-names.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { type Effect, effect, type World } from '../world/world.ts'
import type { ThereUser } from '../world/account-effects.ts'
import { replyWith, SBIN, wordsOf } from '../world/script-reply.ts'
import type { KeyWish } from './user-wish.ts'

/** Prints what is known of a key: its file, whether either half is there, public key and fingerprint. */
const SHOW = new Text(`case $file in /*) ;; *) file=$home/$file ;; esac
echo "file $file"
[ ! -e "$file" ] && [ ! -e "$file.pub" ] || echo there yes
[ ! -r "$file.pub" ] || { printf 'public '; head -n 1 "$file.pub"; }
[ ! -e "$file" ] || { printf 'fingerprint '; ( ${SBIN.text}; ssh-keygen -l -f "$file" </dev/null 2>&1 ) | head -n 1; }
:`)

const HOME = new Text(
  `home=$({ getent passwd -- "$user" || grep "^$user:" /etc/passwd; } 2>/dev/null | cut -d: -f6)`,
)

function keyAsk(user: string, { file }: KeyWish): ScriptAsk {
  return {
    id: `ssh key ${user} ${file}`,
    changes: true,
    text: lines(sh`user=${user} file=${file}`, HOME, SHOW),
  }
}

export function keyQuestion(user: string, wish: KeyWish) {
  return { kind: 'script', ask: keyAsk(user, wish) } as const
}

/** Both halves of the key, if this is the home. */
export function keyPaths({ file }: KeyWish, home: string): string[] {
  const path = file.startsWith('/') ? file : joinPath(home, file)
  return [path, `${path}.pub`]
}

/** Whether there is a key already; `home` is what the user has or is going to have. */
export function hasKey(user: string, wish: KeyWish, home: string, world: World, asked: boolean): boolean {
  const paths = keyPaths(wish, home)
  if (asked || wish.file.startsWith('/'))
    return paths.some((path) => {
      const reply = asked ? world.get('path', { path, follow: true }) : world.predictedPath(path)
      return 'exists' in reply && reply.exists
    })
  return wordsOf(world.get('script', keyAsk(user, wish))).has('there')
}

/** What a look at the key said, under Ansible's names. */
export function keyKnown(user: string, wish: KeyWish, world: World): Result {
  return resultOf(world.get('script', keyAsk(user, wish)))
}

/** The same, out of what the apply printed at its end. */
export function keyResult(output: Answer): Result {
  return resultOf(output)
}

function resultOf(printed: Pick<Answer, 'stdout'>): Result {
  const words = wordsOf(printed)
  const pick = (key: string, name: string) => {
    const value = words.get(key)
    return value === undefined ? {} : { [name]: value }
  }
  return {
    ...pick('file', 'ssh_key_file'),
    ...pick('public', 'ssh_public_key'),
    ...pick('fingerprint', 'ssh_fingerprint'),
  }
}

/**
 * Makes the key and prints what is known of it. The passphrase comes from a program that ssh-keygen starts, which
 * finds it in its environment: an argument would be on every list of processes.
 */
export function makeKey(user: string, wish: KeyWish): Script {
  const bits = wish.bits > 0 ? ['-b', String(wish.bits)] : []
  const comment =
    wish.comment === undefined ? new Text('"ansible-generated on $(uname -n)"') : sh`${wish.comment}`
  const command = sh`ssh-keygen -q -t ${wish.type} ${bits} -C ${comment} -f "$file"`
  return lines(
    sh`user=${user} file=${wish.file}`,
    HOME,
    new Text(`${SBIN.text}
case $file in /*) ;; *) file=$home/$file ;; esac
dir=\${file%/*}
owner=$(id -u "$user"):$(id -g "$user") || exit 1
if [ ! -d "$dir" ]; then mkdir -m 0700 "$dir" && chown "$owner" "$dir" || exit 1; fi
rm -f "$file" "$file.pub" || exit 1`),
    wish.passphrase === undefined
      ? sh`${command} -N '' </dev/null || exit 1`
      : lines(
          new Text(`ask=$(mktemp "$dir/.hakube.XXXXXX") || exit 1
trap 'rm -f "$ask"' EXIT
printf '#!/bin/sh\\nprintf "%%s\\\\n" "$HAKUBE_PASSPHRASE"\\n' >"$ask" && chmod 0700 "$ask" || exit 1`),
          sh`HAKUBE_PASSPHRASE=${wish.passphrase} DISPLAY=none SSH_ASKPASS="$ask" SSH_ASKPASS_REQUIRE=force ${command} </dev/null >/dev/null || exit 1`,
          new Text(`rm -f "$ask"`),
        ),
    new Text(`chown "$owner" "$file" "$file.pub" || exit 1`),
    SHOW,
  )
}

/** The World with the key in this home. */
export function keyEffects(
  user: ThereUser,
  group: string,
  wish: KeyWish,
  world: World,
  dirKnown: boolean,
): Effect[] {
  const [path = '', pub = ''] = keyPaths(wish, user.home)
  const owner = { uid: user.uid, gid: user.gid, owner: user.name, group }
  const dir = parentPath(path)
  const reply = dirKnown ? world.peek('path', { path: dir, follow: true }) : world.predictedPath(dir)
  const missing = 'exists' in reply && !reply.exists
  return [
    ...(missing ? [pathBecomes(dir, { type: 'directory', mode: 0o700, ...owner })] : []),
    pathBecomes(path, { type: 'file', mode: 0o600, ...owner }),
    pathBecomes(pub, { type: 'file', mode: 0o644, ...owner }),
    effect('script', keyAsk(user.name, wish).id, () => replyWith([`file ${path}`, 'there yes'])),
  ]
}
