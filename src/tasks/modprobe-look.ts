import { lines, Script, sh } from '../shell/sh.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { type Effect, effect, effectOnAll, type World, type WorldQuestion } from '../world/world.ts'
import { replyWith, SBIN, wordsOf } from '../world/script-reply.ts'
import { bytesAsText, contentIn, readLines } from './edited-file.ts'

export const LOAD = '/etc/modules-load.d'
export const PARAMETERS = '/etc/modprobe.d'

/** A file of one of the two directories. */
export interface Conf {
  path: string
  mode: number
  text: string
  /** A text made out of it as bytes. Throws EditError. */
  encode: (text: string) => Buffer
}

export interface ModuleSeen {
  tool: boolean
  loaded: boolean
  /** Why modprobe would not load it. */
  problem: string | undefined
  confs: readonly Conf[]
}

/** What is asked about a module; `files`: also about what is loaded at boot. */
export interface ModuleAsk {
  name: string
  params: readonly string[]
  files: boolean
}

/** A module is the same with hyphens and with underscores, whatever parameters it is asked about with. */
function isAbout(key: string, name: string): boolean {
  const plain = (text: string): string => text.replaceAll('-', '_')
  return plain(key).startsWith(`module ${plain(name)} `)
}

/** Built-in modules are in no list of loaded ones, but in a file beside the others. */
function stateAsk(name: string, params: readonly string[]): ScriptAsk {
  return {
    id: `module ${name} ${params.join(' ')}`,
    changes: true,
    text: lines(
      SBIN,
      sh`module=${name}; file=${name.replaceAll('-', '_')}`,
      new Script(`command -v modprobe >/dev/null 2>&1 && echo 'tool yes'
if grep -q "^$file " /proc/modules 2>/dev/null || [ -d "/sys/module/$file" ]; then echo 'loaded yes'
elif grep -q "/$module\\.ko" "/lib/modules/$(uname -r)/modules.builtin" 2>/dev/null; then echo 'loaded yes'
else`),
      sh`said=$(modprobe -n ${[name, ...params]} 2>&1 </dev/null) || printf 'problem %s\n' "$(printf '%s\n' "$said" | tail -n 1)"`,
      new Script('fi\n:'),
    ),
  }
}

/** Every file as "mode path", its lines with a tab in front of each; an empty line ends one without a line feed. */
const CONFS: ScriptAsk = {
  id: 'module files',
  changes: true,
  text: new Script(`LC_ALL=C; export LC_ALL
for file in ${PARAMETERS}/* ${LOAD}/*; do
  [ -f "$file" ] && [ -r "$file" ] || continue
  printf '%s %s\\n' "$(stat -L -c %a "$file")" "$file"
  sed 's/^/\\t/' "$file"
  echo
done
:`),
}

export function moduleQuestions({ name, params, files }: ModuleAsk): WorldQuestion[] {
  const state: WorldQuestion = { kind: 'script', ask: stateAsk(name, params) }
  if (!files) return [state]
  return [
    state,
    { kind: 'script', ask: CONFS },
    ...ownFiles(name).map((path): WorldQuestion => ({
      kind: 'path',
      ask: { path, follow: true, contentUnless: '' },
    })),
  ]
}

function ownFiles(name: string): string[] {
  return [`${LOAD}/${name}.conf`, `${PARAMETERS}/${name}.conf`]
}

export function moduleSeen({ name, params, files }: ModuleAsk, world: World): ModuleSeen {
  const said = wordsOf(world.get('script', stateAsk(name, params)))
  const others = !files
    ? []
    : readConfs(world.get('script', CONFS).stdout).filter(({ path }) => !ownFiles(name).includes(path))
  return {
    tool: said.has('tool'),
    loaded: said.has('loaded'),
    problem: said.get('problem'),
    // These two were asked about by their names, so what earlier tasks do to them is known.
    confs: files ? [...others, ...ownFiles(name).flatMap((path) => ownConf(path, world))] : [],
  }
}

function ownConf(path: string, world: World): Conf[] {
  const reply = world.get('path', { path, follow: true })
  if (!reply.exists) return []
  return [{ path, mode: reply.mode, ...bytesAsText(path, contentIn(path, reply)) }]
}

function readConfs(said: Buffer): Conf[] {
  const out: { head: string; bytes: string }[] = []
  for (const line of said.toString('latin1').split('\n')) {
    const last = out.at(-1)
    if (line.startsWith('\t') && last) last.bytes += `${line.slice(1)}\n`
    else if (line !== '') out.push({ head: Buffer.from(line, 'latin1').toString('utf8'), bytes: '' })
  }
  return out.map(({ head, bytes }) => {
    const at = head.indexOf(' ')
    const path = head.slice(at + 1)
    const mode = Number.parseInt(head.slice(0, at), 8)
    return { path, mode, ...bytesAsText(path, Buffer.from(bytes, 'latin1')) }
  })
}

/** The module is like this from now on. */
export function moduleBecomes({ name, files }: ModuleAsk, seen: ModuleSeen): Effect[] {
  const sorted = seen.confs.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const confs = sorted.map(({ path, mode, text, encode }) => {
    const tabbed = readLines(text).map((line) => `\t${line}`)
    return Buffer.concat([Buffer.from(`${mode.toString(8)} ${path}\n`), encode(`${tabbed.join('')}\n`)])
  })
  return [
    effectOnAll('script', (before, key) =>
      isAbout(key, name)
        ? replyWith([
            ...(seen.tool ? ['tool yes'] : []),
            ...(seen.loaded ? ['loaded yes'] : seen.problem === undefined ? [] : [`problem ${seen.problem}`]),
          ])
        : before,
    ),
    ...(files ? [effect('script', CONFS.id, () => replyWith(Buffer.concat(confs)))] : []),
  ]
}
