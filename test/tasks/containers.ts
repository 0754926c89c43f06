import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Answer } from '../../src/connect/connection.ts'
import type { Plan, TaskModule } from '../../src/task.ts'
import { pathKey } from '../../src/world/path-names.ts'
import { type Effect, id, UnknownAnswer, World, type WorldQuestion } from '../../src/world/world.ts'
import { script } from './accounts.ts'
import { controllerWith, EVAL, hostOf, planOf } from './harness.ts'
import type { Answers } from './worlds.ts'

/** What inspect says of a container or an image, as an engine of the lab said it once. */
export function recorded(name: string): string {
  return readFileSync(path.join(import.meta.dirname, 'recorded', `${name}.json`), 'utf8')
}

export interface Told {
  /** What the program says, section by section: container, image, own, "network NAME", "other NAME". */
  sections: Record<string, string>
  /** Other answers; paths are there unless said otherwise. */
  more?: Answers
  /** What check mode has predicted before. */
  effects?: readonly Effect[]
}

/** The plan of a task over such a host. */
export async function planContainer(
  module: TaskModule,
  args: Record<string, unknown>,
  { sections, more = {}, effects = [] }: Told,
): Promise<Plan> {
  const named = Object.entries(args).map(([key, value]) => [module.paramAliases?.[key] ?? key, value])
  const prepared = await module.prepare(module.params.parse(Object.fromEntries(named)), controllerWith())
  const text = Object.entries(sections).flatMap(([name, body]) => [`#${name}`, body])
  const answers = new Map<string, unknown>()
  for (const { kind, ask } of module.asks(prepared)) {
    if (kind === 'script') answers.set(id('script', ask.id), Object.values(script(ask.id, text))[0])
    if (kind === 'path')
      answers.set(id('path', pathKey(ask.path, ask.follow)), { exists: true, type: 'directory' })
  }
  for (const [key, value] of Object.entries(more)) answers.set(key, value)
  const world = () => new World(answers).after(effects)
  for (const { kind, ask } of thenAsked(module, prepared, world())) {
    const key = kind === 'path' ? id('path', pathKey(ask.path, ask.follow)) : ''
    if (kind === 'path' && !answers.has(key))
      answers.set(key, more[key] ?? { exists: true, type: 'directory' })
  }
  return planOf(module, prepared, world())
}

/** As the engine does, where the first answers are unknown nothing more is asked. */
function thenAsked(module: TaskModule, prepared: unknown, world: World): readonly WorldQuestion[] {
  try {
    return module.asksThen?.(prepared, world) ?? []
  } catch (error) {
    if (error instanceof UnknownAnswer) return []
    throw error
  }
}

/** The names of what differs, as the diff of the plan has them. */
export function differing(plan: Plan): string[] {
  if (plan.status !== 'change') return [plan.status]
  return plan.diff.flatMap((diff) => (diff.type === 'fields' ? diff.fields.map(({ name }) => name) : []))
}

/** A program that writes down how it is called, and says what such a container would. */
const FAKE = `#!/bin/sh
say() { cat "$0.$1" 2>/dev/null; exit; }
case "$*" in
*State.Health*)
  head -n 1 "$0.health"
  [ "$(wc -l <"$0.health")" -le 1 ] || sed -i 1d "$0.health"
  exit ;;
*MemorySwap*) say swap ;;
*State.Running*) say running ;;
*State.Paused*) say paused ;;
*State.Status*) say status ;;
*State.ExitCode*) say code ;;
'image inspect -f'*) say image ;;
'image pull'*) echo new >"$0.image" ;;
'container inspect'*) [ -e "$0.there" ] && echo '[{"Id": "1"}]'; exit ;;
'container rm'*) rm -f "$0.there" ;;
'container create'*) : >"$0.there"; echo false >"$0.running"; echo false >"$0.paused" ;;
'container start'*) echo true >"$0.running" ;;
'container wait'*) echo 0 ;;
'container logs'*) echo the end of its log ;;
'container pause'*) echo true >"$0.paused" ;;
'container unpause'*) [ "$(cat "$0.paused")" = true ] || exit 1; echo false >"$0.paused" ;;
esac
echo "$* secret=$SECRET" >>"$0.log"
`

/** What the fake says of the container and the image; no `running`: there is no container. */
export interface EngineState {
  running?: boolean
  paused?: boolean
  /** The ID of the image. After a pull it is "new". */
  image?: string
  status?: string
  code?: number
  /** The limit of memory and swap. */
  swap?: number
  /** One word for each look; the last one stays. */
  health?: string
}

/** The shells in which a fake program is called. */
export const engineShells: [string, string[]][] = [
  ['dash', ['dash', '-c', EVAL]],
  ['bash', ['bash', '--posix', '-c', EVAL]],
  ['busybox', ['busybox', 'sh', '-c', EVAL]],
]

/** Runs the apply of a plan with such a program: how it was called, and what the apply says. */
export function callsOf(
  tool: 'docker' | 'podman',
  [name, shell]: (typeof engineShells)[number],
  plan: Plan,
  { running, paused = false, image = 'new', ...more }: EngineState,
): { log: string[]; output: Answer } {
  if (plan.status !== 'change') throw new Error(JSON.stringify(plan))
  const folder = mkdtempSync(path.join(tmpdir(), 'hakube-engine-'))
  try {
    const program = path.join(folder, tool)
    writeFileSync(program, FAKE)
    chmodSync(program, 0o755)
    if (running !== undefined) writeFileSync(`${program}.there`, '')
    writeFileSync(`${program}.log`, '')
    for (const [key, value] of Object.entries({ running: running ?? false, paused, image, ...more }))
      writeFileSync(`${program}.${key}`, `${String(value)}\n`)
    const host = hostOf(name, shell, { PATH: `${folder}:${process.env['PATH'] ?? ''}` })
    const output = host.run(plan.apply)
    const log = readFileSync(`${program}.log`, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
    return { log, output }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The verbs of such calls. */
export function verbs(log: readonly string[]): string[] {
  return log.map((line) => line.replace(/^(container|image|network) ([a-z]+) .*/, '$2'))
}
