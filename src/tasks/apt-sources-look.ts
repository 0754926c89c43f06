import { Script } from '../shell/sh.ts'
import { Unknown } from '../world/kind.ts'
import { joinPath } from '../world/path-names.ts'
import type { PathReply, ScriptAsk } from '../world/replies.ts'
import { UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'

export const SOURCES_FILE = '/etc/apt/sources.list'
export const SOURCES_FOLDER = '/etc/apt/sources.list.d'

/** One of apt's lists as it is. */
export interface SourcesFile {
  content: string
  mode: number
  uid: number
  gid: number
  owner: string
  group: string
}

/** The lists of sources with their permissions and content: nobody knows their names beforehand. */
const look: ScriptAsk = {
  id: "apt's lists of sources",
  text: new Script(`command -v apt-config >/dev/null 2>&1 || exit 0
eval "$(apt-config shell hk_list Dir::Etc::sourcelist/f hk_parts Dir::Etc::sourceparts/d)"
[ "$hk_list $hk_parts" = "${SOURCES_FILE} ${SOURCES_FOLDER}/" ] || { echo "$hk_list and $hk_parts" >&2; exit 1; }
for file in "$hk_list" "$hk_parts"*.list; do
  [ -f "$file" ] || continue
  stat -L -c '%a %u %g %U %G %s %n' "$file" || exit 1
  cat "$file" || exit 1
  echo
done`),
}

export const sourcesQuestions: readonly WorldQuestion[] = [
  { kind: 'script', ask: look },
  { kind: 'path', ask: { path: SOURCES_FILE, follow: true } },
  { kind: 'path', ask: { path: SOURCES_FOLDER, follow: true, entries: true } },
]

/**
 * The lists by their path, in check mode with what earlier tasks would make of them. A text instead: why the host
 * is none for it. Throws UnknownAnswer where a list is not known.
 */
export function sourcesOn(world: World): Map<string, SourcesFile> | string {
  const reply = world.get('script', look)
  if (reply.code !== 0)
    return `apt reads its sources from ${reply.stderr.toString('utf8').trim()}, not from /etc/apt`
  const found = parseLook(reply.stdout)
  const main = world.get('path', { path: SOURCES_FILE, follow: true })
  const folder = world.get('path', { path: SOURCES_FOLDER, follow: true })
  const names = folder.exists ? (folder.entries ?? []) : []
  const lists = names.filter((name) => name.endsWith('.list') && !name.startsWith('.'))
  const paths = [
    ...(main.exists ? [SOURCES_FILE] : []),
    ...lists.map((name) => joinPath(SOURCES_FOLDER, name)),
  ]
  const files = new Map<string, SourcesFile>()
  for (const path of paths) {
    const file = settled(path, world.predictedPath(path), found.get(path))
    if (file) files.set(path, file)
  }
  return files
}

/** What a list is, by what check mode says of it and what the host said. */
function settled(
  path: string,
  predicted: PathReply | Unknown,
  found: SourcesFile | undefined,
): SourcesFile | undefined {
  if (predicted instanceof Unknown) {
    if (found) return found
    throw new UnknownAnswer(predicted)
  }
  if (!predicted.exists) return found
  if (predicted.type !== 'file') return found
  const { content, mode, uid, gid, owner, group } = predicted
  if (!content) throw new UnknownAnswer(new Unknown(`the content of ${path}`))
  return { content: content.toString('utf8'), mode, uid, gid, owner, group }
}

function parseLook(bytes: Buffer): Map<string, SourcesFile> {
  const files = new Map<string, SourcesFile>()
  let at = 0
  while (at < bytes.length) {
    const end = bytes.indexOf('\n', at)
    const words = bytes.toString('utf8', at, end).split(' ')
    const [mode = '', uid, gid, owner = '', group = '', size] = words
    const length = Number(size)
    const content = bytes.toString('utf8', end + 1, end + 1 + length)
    const path = words.slice(6).join(' ')
    files.set(path, {
      content,
      mode: Number.parseInt(mode, 8),
      uid: Number(uid),
      gid: Number(gid),
      owner,
      group,
    })
    at = end + 1 + length + 1
  }
  return files
}
