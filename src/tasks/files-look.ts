import { Script, sh } from '../shell/sh.ts'
import { Unknown } from '../world/kind.ts'
import { joinPath } from '../world/path-names.ts'
import type { PathReply, ScriptAsk } from '../world/replies.ts'
import { UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'

/** Files whose names nobody knows beforehand: one, and those of a folder with certain endings. */
export interface FilesAsk {
  main: string
  folder?: string
  /** Such as .list; files whose names begin with a dot are left out. */
  endings?: readonly string[]
  /** Shell text that says before whether this is the place; with a status other than 0 its words are the answer. */
  guard?: Script
}

/** One of them as it is. */
export interface FileThere {
  content: Buffer
  mode: number
  uid: number
  gid: number
  owner: string
  group: string
}

export function filesQuestions(ask: FilesAsk): WorldQuestion[] {
  const { main, folder } = ask
  return [
    { kind: 'script', ask: scriptOf(ask) },
    { kind: 'path', ask: { path: main, follow: true } },
    ...(folder === undefined
      ? []
      : [{ kind: 'path', ask: { path: folder, follow: true, entries: true } } as const]),
  ]
}

/**
 * The files by their path, in check mode with what earlier tasks would make of them. A text instead: what the guard
 * said. Throws UnknownAnswer where a file is not known.
 */
export function filesOn(ask: FilesAsk, world: World): Map<string, FileThere> | string {
  const reply = world.get('script', scriptOf(ask))
  if (reply.code !== 0) return reply.stderr.toString('utf8').trim()
  const found = parseFiles(reply.stdout)
  const main = world.get('path', { path: ask.main, follow: true })
  const files = new Map<string, FileThere>()
  for (const path of [...(main.exists ? [ask.main] : []), ...listed(ask, world)]) {
    const file = settled(path, world.predictedPath(path), found.get(path))
    if (file) files.set(path, file)
  }
  return files
}

function listed({ folder, endings = [] }: FilesAsk, world: World): string[] {
  if (folder === undefined) return []
  const reply = world.get('path', { path: folder, follow: true })
  const names = reply.exists ? (reply.entries ?? []) : []
  const own = names.filter((name) => !name.startsWith('.') && endings.some((ending) => name.endsWith(ending)))
  return own.toSorted().map((name) => joinPath(folder, name))
}

function scriptOf({ main, folder, endings = [], guard }: FilesAsk): ScriptAsk {
  const globs = folder === undefined ? [] : endings.map((ending) => sh`${folder}/*${ending}`)
  return {
    id: `files ${JSON.stringify([main, folder, endings])}`,
    text: sh`${guard ?? new Script(':')}
for file in ${main} ${globs}; do
  [ -f "$file" ] || continue
  stat -L -c '%a %u %g %U %G %s %n' "$file" || exit 1
  cat "$file" || exit 1
  echo
done
exit 0`,
  }
}

/** What a file is, by what check mode says of it and what the host said. */
function settled(
  path: string,
  predicted: PathReply | Unknown,
  found: FileThere | undefined,
): FileThere | undefined {
  if (predicted instanceof Unknown) {
    if (found) return found
    throw new UnknownAnswer(predicted)
  }
  if (!predicted.exists || predicted.type !== 'file') return found
  const { content, mode, uid, gid, owner, group } = predicted
  if (!content) throw new UnknownAnswer(new Unknown(`the content of ${path}`))
  return { content, mode, uid, gid, owner, group }
}

function parseFiles(bytes: Buffer): Map<string, FileThere> {
  const files = new Map<string, FileThere>()
  let at = 0
  while (at < bytes.length) {
    const end = bytes.indexOf('\n', at)
    const words = bytes.toString('utf8', at, end).split(' ')
    const [mode = '', uid, gid, owner = '', group = '', size] = words
    const begin = end + 1
    const content = bytes.subarray(begin, begin + Number(size))
    files.set(words.slice(6).join(' '), {
      content,
      mode: Number.parseInt(mode, 8),
      uid: Number(uid),
      gid: Number(gid),
      owner,
      group,
    })
    at = begin + content.length + 1
  }
  return files
}
