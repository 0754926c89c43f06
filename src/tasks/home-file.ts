import { lines, Script, sh } from '../shell/sh.ts'
import { Unknown } from '../world/kind.ts'
import { replyOf } from '../world/path-effects.ts'
import { joinPath, parentPath } from '../world/path-names.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { type Effect, effect, UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import { replyWith } from '../world/script-reply.ts'
import { creatorQuestion } from './creator.ts'
import { bytesAsText, contentIn } from './edited-file.ts'
import { directoryQuestions } from './make-directory.ts'

/** A text file that is usually below somebody's home, which only the host can tell. */
export interface HomeFile {
  /** Whose; undefined: the user who runs the task. */
  user: string | undefined
  /** From the home directory, or absolute. */
  path: string
}

/** The file as it is, and whose it is. */
export interface HomeFileSeen {
  user: { name: string; uid: number; gid: number; group: string }
  path: string
  /** Behind the links, where there are any. */
  real: string
  text: string
  /** A text made out of it as bytes. Throws EditError. */
  encode: (text: string) => Buffer
  exists: boolean
  /** What is there instead of a file. */
  instead?: string
  mode: number | undefined
  /** The directory above is there, and the one above that. */
  directory: boolean
  home: boolean
  /** Its path was asked about, and so were all directories above. */
  asked: boolean
}

/** Prints whose home it is, and, after a line with a dot, the file in it, if there is one. */
function homeAsk(wish: HomeFile): ScriptAsk {
  const { user, path } = wish
  return {
    id: `home file ${user ?? '(own)'} ${path}`,
    changes: true,
    text: lines(
      sh`exec 2>/dev/null; user=${user ?? ''} file=${path} guess=${guess(wish)}`,
      new Script(`[ -n "$user" ] || user=$(id -un)
line=$({ getent passwd -- "$user" || grep "^$user:" /etc/passwd; } | head -n 1)
[ -z "$line" ] || printf '%s\\n' "$line"
home=$(printf '%s\\n' "$line" | cut -d: -f6)
case $file in /*) ;; *) file=$home/$file ;; esac
case $file in
# It is asked about as a path, too.
"$guess") echo . ;;
*)
  [ ! -d "\${file%/*}" ] || echo directory
  [ ! -d "$home" ] || echo home
  real=$(readlink -f "$file") && [ "$real" != "$file" ] && echo "real $real"
  [ ! -f "$file" ] || stat -L -c 'mode %a' "$file"
  echo .
  [ ! -f "$file" ] || cat "$file"
  ;;
esac
:`),
    ),
  }
}

function isPlain({ user, path }: HomeFile): boolean {
  return user !== undefined && path.startsWith('/')
}

/** Where the file most probably is. */
function guess({ user, path }: HomeFile): string {
  if (path.startsWith('/')) return path
  return joinPath(user === undefined || user === 'root' ? '/root' : joinPath('/home', user), path)
}

export function homeFileQuestions(file: HomeFile): WorldQuestion[] {
  const path = guess(file)
  return [
    // Of a user who is named, an absolute path says all.
    ...(isPlain(file) ? [] : [{ kind: 'script', ask: homeAsk(file) } as const]),
    ...(file.user === undefined ? [] : [{ kind: 'user', ask: { name: file.user } } as const]),
    { kind: 'path', ask: { path } },
    { kind: 'path', ask: { path, follow: true, contentUnless: '' } },
    creatorQuestion,
    ...directoryQuestions(parentPath(path)),
  ]
}

/** The file and its owner; undefined: there is no such user. */
export function homeFile(file: HomeFile, world: World): HomeFileSeen | undefined {
  const stdout = isPlain(file) ? Buffer.alloc(0) : world.get('script', homeAsk(file)).stdout
  const found = file.user === undefined ? passwdUser(stdout.toString('utf8')) : worldUser(file.user, world)
  if (!found) return undefined
  const { home, ...user } = found
  const path = file.path.startsWith('/') ? file.path : joinPath(home, file.path)
  if (path === guess(file)) return atPath(path, user, world)
  // Check mode: an earlier task gives the user another home, and what is in that nobody has looked at.
  const looked = file.path.startsWith('/') || passwdUser(stdout.toString('utf8'))?.home === home
  if (!looked && !isMade(home, world)) throw new UnknownAnswer(new Unknown(`what is in ${home}`))
  return ofScript(path, user, stdout, world)
}

/** Whether an earlier task makes it, so that only what the tasks put into it is in it. */
function isMade(path: string, world: World): boolean {
  const reply = world.predictedPath(path)
  return 'exists' in reply && reply.exists
}

/** Whether it is there then: the host has said that it is, or an earlier task makes it, and none takes it away. */
function isThereThen(path: string, type: 'file' | 'directory', said: boolean, world: World): boolean {
  if (!said) return isMade(path, world)
  const reply = world.predictedOver(path, replyOf({ type, ...SOMEBODYS }))
  if (reply instanceof Unknown) throw new UnknownAnswer(reply)
  return reply.exists
}

const SOMEBODYS = { mode: 0o755, uid: 0, gid: 0, owner: 'root', group: 'root' }

type User = HomeFileSeen['user']

function worldUser(name: string, world: World): (User & { home: string }) | undefined {
  const reply = world.get('user', { name })
  if (!reply.exists) return undefined
  const { uid, gid, home } = reply
  return { name: reply.name, uid, gid, home, group: reply.groups[0] ?? String(gid) }
}

function passwdUser(text: string): (User & { home: string }) | undefined {
  const [name, , uid, gid, , home] = (text.split('\n')[0] ?? '').split(':')
  if (name === undefined || home === undefined) return undefined
  return { name, uid: Number(uid), gid: Number(gid), group: String(gid), home }
}

/** The path was asked about, so all that earlier tasks do to it is known. */
function atPath(path: string, user: User, world: World): HomeFileSeen {
  const own = world.get('path', { path })
  const reply = world.get('path', { path, follow: true })
  const isThere = (each: string): boolean => world.get('path', { path: each, follow: true }).exists
  const parent = parentPath(path)
  const around = { directory: isThere(parent), home: isThere(parentPath(parent)), asked: true }
  const link = own.exists && own.type === 'link' ? own : undefined
  const real = link?.real ?? path
  const seen = { user, path, real, ...around }
  const none = bytesAsText(path, undefined)
  if (!reply.exists) return { ...seen, ...none, exists: false, mode: undefined }
  const { type, mode } = reply
  if (type !== 'file') return { ...seen, ...none, exists: true, instead: type, mode }
  return { ...seen, ...bytesAsText(path, contentIn(path, reply)), exists: true, mode }
}

/** The home is elsewhere: what the script said, and what check mode predicts for there. */
function ofScript(path: string, user: User, said: Buffer, world: World): HomeFileSeen {
  const predicted = world.predictedPath(path)
  if (predicted instanceof Unknown) throw new UnknownAnswer(predicted)
  const at = said.indexOf('\n.\n')
  const head = said.toString('utf8', 0, Math.max(at, 0)).split('\n')
  const word = (name: string): string | undefined =>
    head.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1)
  const parent = parentPath(path)
  const shown = word('mode')
  const mode = shown !== undefined && isThereThen(path, 'file', true, world) ? shown : undefined
  const seen = {
    user,
    path,
    real: word('real') ?? path,
    directory: isThereThen(parent, 'directory', head.includes('directory'), world),
    home: isThereThen(parentPath(parent), 'directory', head.includes('home'), world),
    asked: false,
  }
  if (predicted.exists)
    return {
      ...seen,
      ...bytesAsText(path, contentIn(path, predicted)),
      exists: true,
      mode: predicted.mode,
    }
  return {
    ...seen,
    ...bytesAsText(path, mode === undefined ? undefined : said.subarray(at + 3)),
    exists: mode !== undefined,
    mode: mode === undefined ? undefined : Number.parseInt(mode, 8),
  }
}

/** What the script would say of another text. */
export function homeFileBecomes(file: HomeFile, seen: HomeFileSeen, content: Buffer, mode: number): Effect {
  const ask = homeAsk(file)
  return effect('script', ask.id, (before) => {
    if (before === undefined || !('stdout' in before)) return new Unknown('nobody asked about the file')
    const [passwd = ''] = before.stdout.toString('utf8').split('\n')
    if (seen.path === guess(file)) return replyWith([passwd, '.'])
    const real = seen.real === seen.path ? [] : [`real ${seen.real}`]
    const head = [passwd, 'directory', 'home', ...real, `mode ${mode.toString(8)}`, '.']
    return replyWith(Buffer.concat([Buffer.from(`${head.join('\n')}\n`), content]))
  })
}
