import { lines, Script, sh } from '../shell/sh.ts'
import { Unknown } from '../world/kind.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { type Effect, effect, UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'

export const LOAD = '/etc/modules-load.d'
export const PARAMETERS = '/etc/modprobe.d'

/** A file of one of the two directories. */
export interface Conf {
  path: string
  mode: number
  text: string
}

export interface ModuleSeen {
  tool: boolean
  loaded: boolean
  /** Why modprobe would not load it. */
  problem: string | undefined
  confs: readonly Conf[]
}

/** Built-in modules are in no list of loaded ones, but in a file beside the others. */
function stateAsk(name: string, params: readonly string[]): ScriptAsk {
  return {
    id: `module ${name} ${params.join(' ')}`,
    text: lines(
      sh`PATH=$PATH:/usr/sbin:/sbin; module=${name}; file=${name.replaceAll('-', '_')}`,
      new Script(`command -v modprobe >/dev/null 2>&1 && echo 'tool yes'
if grep -q "^$file " /proc/modules 2>/dev/null || [ -d "/sys/module/$file" ]; then echo 'loaded yes'
elif grep -q "/$module\\.ko" "/lib/modules/$(uname -r)/modules.builtin" 2>/dev/null; then echo 'loaded yes'
else`),
      sh`said=$(modprobe -n ${[name, ...params]} 2>&1 </dev/null) || printf 'problem %s\n' "$(printf '%s\n' "$said" | tail -n 1)"`,
      new Script('fi\n:'),
    ),
  }
}

/** Every file as "mode path", its lines with a tab in front of each. */
const CONFS: ScriptAsk = {
  id: 'module files',
  text: new Script(`LC_ALL=C; export LC_ALL
for file in ${PARAMETERS}/* ${LOAD}/*; do
  [ -f "$file" ] && [ -r "$file" ] || continue
  printf '%s %s\\n' "$(stat -L -c %a "$file")" "$file"
  sed 's/^/\\t/' "$file"
done
:`),
}

export function moduleQuestions(name: string, params: readonly string[]): WorldQuestion[] {
  return [
    { kind: 'script', ask: stateAsk(name, params) },
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

export function moduleSeen(name: string, params: readonly string[], world: World): ModuleSeen {
  const said = new Map(
    world
      .get('script', stateAsk(name, params))
      .stdout.toString('utf8')
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  )
  const others = readConfs(world.get('script', CONFS).stdout.toString('utf8')).filter(
    ({ path }) => !ownFiles(name).includes(path),
  )
  return {
    tool: said.has('tool'),
    loaded: said.has('loaded'),
    problem: said.get('problem'),
    // These two were asked about by their names, so what earlier tasks do to them is known.
    confs: [...others, ...ownFiles(name).flatMap((path) => ownConf(path, world))],
  }
}

function ownConf(path: string, world: World): Conf[] {
  const reply = world.get('path', { path, follow: true })
  if (!reply.exists) return []
  if (!reply.content && reply.size > 0)
    throw new UnknownAnswer(new Unknown(`the content of ${path} is not known`))
  return [{ path, mode: reply.mode, text: reply.content?.toString('utf8') ?? '' }]
}

function readConfs(text: string): Conf[] {
  const out: Conf[] = []
  for (const line of text.split('\n')) {
    const last = out.at(-1)
    if (line.startsWith('\t') && last) last.text += `${line.slice(1)}\n`
    else if (line !== '') {
      const at = line.indexOf(' ')
      out.push({ path: line.slice(at + 1), mode: Number.parseInt(line.slice(0, at), 8), text: '' })
    }
  }
  return out
}

/** The module is like this from now on. */
export function moduleBecomes(name: string, params: readonly string[], seen: ModuleSeen): Effect[] {
  const reply = (lines: readonly string[]) => ({
    code: 0,
    stdout: Buffer.from(lines.map((line) => `${line}\n`).join('')),
    stderr: Buffer.alloc(0),
  })
  const sorted = seen.confs.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const confs = sorted.flatMap(({ path, mode, text }) => [
    `${mode.toString(8)} ${path}`,
    ...text
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `\t${line}`),
  ])
  return [
    effect('script', stateAsk(name, params).id, () =>
      reply([
        ...(seen.tool ? ['tool yes'] : []),
        ...(seen.loaded ? ['loaded yes'] : seen.problem === undefined ? [] : [`problem ${seen.problem}`]),
      ]),
    ),
    effect('script', CONFS.id, () => reply(confs)),
  ]
}
