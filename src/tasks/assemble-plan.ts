import { search } from '../jinja/regex.ts'
import { sh } from '../shell/sh.ts'
import type { Plan } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { replyOf } from '../world/path-effects.ts'
import { baseName, joinPath, normalPath, parentPath } from '../world/path-names.ts'
import { MAX_CONTENT } from '../world/path-probe.ts'
import type { PathReply, ScriptAsk } from '../world/replies.ts'
import { UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import { type FileContent, fileQuestions, planFile } from './file-content.ts'

interface Choice {
  regexp: string | undefined
  ignoreHidden: boolean
  delimiter: string | undefined
}

/** What assemble comes down to. */
export interface Assembly {
  src: string
  choice: Choice
  /** undefined: the fragments are on the host. */
  content: Buffer | undefined
  file: Pick<FileContent, 'dest' | 'backup' | 'mode' | 'owner' | 'group' | 'validate'>
}

interface Fragment {
  name: string
  content: Buffer
}

/** The fragments that are chosen, in the order of their names, each on lines of its own. */
export function joinFragments(fragments: readonly Fragment[], choice: Choice): Buffer {
  const chosen = fragments
    .filter(({ name }) => isChosen(name, choice))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const { delimiter = '' } = choice
  const between = delimiter === '' || delimiter.endsWith('\n') ? delimiter : `${delimiter}\n`
  const out: Buffer[] = []
  for (const [index, { content }] of chosen.entries()) {
    const before = chosen[index - 1]
    if (before) {
      if (before.content.at(-1) !== 0x0a) out.push(Buffer.from('\n'))
      out.push(Buffer.from(between))
    }
    out.push(content)
  }
  return Buffer.concat(out)
}

function isChosen(name: string, { regexp, ignoreHidden }: Choice): boolean {
  if (ignoreHidden && name.startsWith('.')) return false
  return regexp === undefined || search(regexp, name) !== undefined
}

export function assemblyQuestions(task: Assembly): WorldQuestion[] {
  const { src, content } = task
  if (content) return fileQuestions(fileOf(task, content))
  return [
    { kind: 'path', ask: { path: src, follow: true, entries: true } },
    { kind: 'script', ask: fragmentsAsk(src) },
    // Which content it is compared with is not known before: it is sent whatever it is.
    ...fileQuestions(fileOf(task, Buffer.alloc(0))),
  ]
}

/** A name and the content in base64 for each file, in lines that take turns. */
function fragmentsAsk(src: string): ScriptAsk {
  return {
    volatile: true,
    id: `assemble ${src}`,
    text: sh`hk_all=0
cd ${src} 2>/dev/null || exit 0
for hk_f in * .*; do
  [ -f "$hk_f" ] || continue
  hk_all=$((hk_all + $(wc -c <"$hk_f")))
  if [ "$hk_all" -gt ${MAX_CONTENT} ]; then echo too much >&2; exit 3; fi
  printf '%s\n' "$hk_f"
  base64 <"$hk_f" | tr -d '\n'
  echo
done`,
  }
}

export function planAssembly(task: Assembly, world: World): Plan {
  const { src, content } = task
  if (content) return planFile(fileOf(task, content), world)
  const directory = world.get('path', { path: src, follow: true })
  if (!directory.exists) return { status: 'fail', message: `Source (${src}) does not exist` }
  if (directory.type !== 'directory') return { status: 'fail', message: `Source (${src}) is not a directory` }
  const reply = world.get('script', fragmentsAsk(src))
  if (reply.code !== 0) return { status: 'fail', message: `${src}: the fragments have more than 1 MiB` }
  const found = readAll(reply.stdout.toString('utf8'))
  const fragments: Fragment[] = []
  for (const name of directory.entries ?? []) {
    if (!isChosen(name, task.choice)) continue
    const one = fragmentAt(joinPath(normalPath(src), name), found.get(name), world)
    if (one) fragments.push({ name, content: one })
  }
  const plan = planFile(fileOf(task, joinFragments(fragments, task.choice)), world)
  return plan.status === 'change' ? (intoItself(task, world) ?? plan) : plan
}

/** A file that is one of its own fragments would grow with each run. */
function intoItself({ src, choice, file }: Assembly, world: World): Plan | undefined {
  const [directory, own] = [
    world.get('path', { path: src, follow: true }),
    world.get('path', { path: file.dest }),
  ]
  const place = own.place ?? normalPath(file.dest)
  const above = directory.real ?? directory.place ?? normalPath(src)
  if (parentPath(place) !== above || !isChosen(baseName(place), choice)) return undefined
  return {
    status: 'fail',
    message: `${file.dest} would be one of its own fragments, and grow with each run`,
    hint: 'put it elsewhere than into src, or leave it out with regexp or ignore_hidden',
  }
}

/** undefined: there is no file there. */
function fragmentAt(path: string, content: Buffer | undefined, world: World): Buffer | undefined {
  const nobody = { mode: 0, uid: 0, gid: 0, owner: '', group: '' }
  const base: PathReply = content ? replyOf({ type: 'file', content, ...nobody }) : { exists: false }
  const reply = world.predictedOver(path, base)
  if (reply instanceof Unknown) throw new UnknownAnswer(reply)
  if (!reply.exists || reply.type === 'directory') return undefined
  if (!reply.content) throw new UnknownAnswer(new Unknown(`the content of ${path} is not known yet`))
  return reply.content
}

function readAll(text: string): Map<string, Buffer> {
  const lines = text.split('\n')
  const out = new Map<string, Buffer>()
  for (let at = 0; at + 1 < lines.length; at += 2)
    out.set(lines[at] ?? '', Buffer.from(lines[at + 1] ?? '', 'base64'))
  return out
}

function fileOf({ file, src }: Assembly, content: Buffer): FileContent {
  return { ...file, name: undefined, source: src, content, force: true, follow: false }
}
