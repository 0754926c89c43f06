import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { Answer } from '../../src/connect/connection.ts'
import type { Script } from '../../src/shell/sh.ts'
import type { Controller, Plan, Result, TaskModule } from '../../src/task.ts'
import { Unknown } from '../../src/world/kind.ts'
import type { PathReply } from '../../src/world/replies.ts'
import {
  type AskOf,
  type KindName,
  type ReplyOf,
  UnknownAnswer,
  World,
  type WorldQuestion,
  id,
} from '../../src/world/world.ts'
import { kinds } from '../../src/world/kinds.ts'
import type { Kind } from '../../src/world/kind.ts'

/** Something that runs shell text: this machine's shells, or a container of the lab. */
export interface Host {
  name: string
  run(script: Script): Answer
}

/** A host that starts this command for every script and gives it the text on its standard input. */
export function hostOf(name: string, command: readonly string[], env: Record<string, string> = {}): Host {
  return {
    name,
    run(script) {
      const [program = 'sh', ...args] = command
      const ended = spawnSync(program, args, {
        input: `${script.text}\n`,
        env: { ...process.env, ...env },
        maxBuffer: 64 * 1024 * 1024,
      })
      if (ended.error) throw ended.error
      return { code: ended.status ?? 255, stdout: ended.stdout, stderr: ended.stderr }
    },
  }
}

/** bash reads its standard input byte by byte; cat does not. */
export const EVAL = 'eval "$(cat)"'

/**
 * The shells of this machine: the strictest there are. HAKUBE_TEST_SHELL names the only one to use: what a script does
 * in a shell is the same whatever Node makes it.
 */
export const shells: readonly Host[] = [
  hostOf('dash', ['dash', '-c', EVAL]),
  hostOf('bash', ['bash', '--posix', '-c', EVAL]),
  hostOf('busybox', ['busybox', 'sh', '-c', busybox(EVAL)]),
].filter(({ name }) => [undefined, name].includes(process.env['HAKUBE_TEST_SHELL']))

/** busybox runs its own applets first, whatever the PATH says, only if it is told so: make them functions. */
function busybox(text: string): string {
  const applets =
    'stat readlink sha256sum sha1sum md5sum sha512sum base64 find mktemp mv cp chmod chown chgrp sync wc id date cat rm rmdir mkdir ln touch getent'
  const known = spawnSync('busybox', ['--list']).stdout?.toString().split('\n') ?? []
  const own = applets.split(' ').filter((applet) => known.includes(applet))
  return [...own.map((applet) => `${applet}() { command busybox ${applet} "$@"; }`), text].join('\n')
}

/** A container of the lab. */
export function container(name: string): Host {
  return hostOf(name, ['docker', 'exec', '-i', name, '/bin/sh', '-c', EVAL])
}

/** A controller that can only do what a test gives it. */
export function controllerWith(some: Partial<Controller> = {}): Controller {
  const missing = (what: string) => (): never => {
    throw new Error(`the test's controller has no ${what}`)
  }
  return {
    readFile: async (name) => ({ path: name, content: await readFile(name) }),
    findFile: (name) => Promise.resolve(name),
    decrypt: (_path, content) => content,
    renderTemplate: missing('renderTemplate'),
    readVariables: missing('readVariables'),
    evaluate: missing('evaluate'),
    test: missing('test'),
    variable: missing('variable'),
    placeOf: () => undefined,
    verbosity: 0,
    ...some,
  }
}

/** Asks a host these questions as the engine does: one probe for each kind. */
export function look(host: Host, questions: readonly WorldQuestion[]): World {
  const byKind = new Map<KindName, Map<string, unknown>>()
  for (const { kind, ask } of questions) {
    const implementation = kindOf(kind)
    const asks = byKind.get(kind) ?? new Map<string, unknown>()
    byKind.set(kind, asks)
    const key = implementation.key(ask)
    const earlier = asks.get(key)
    asks.set(key, earlier === undefined ? ask : implementation.merge(earlier, ask))
  }
  const answers = new Map<string, unknown>()
  for (const [kind, asks] of byKind) {
    const list = [...asks.values()]
    const implementation = kindOf(kind)
    const answer = host.run(implementation.probe(list))
    const replies = implementation.parse(answer, list)
    list.forEach((ask, index) => answers.set(id(kind, implementation.key(ask)), replies[index]))
  }
  return new World(answers)
}

function kindOf(kind: KindName): Kind<unknown, unknown> {
  return kinds[kind]
}

export interface Outcome {
  /** The plan before anything was done. */
  plan: Plan
  /** The result of the task, as register would see it. */
  result: Result
  /** What the apply said, where one ran. */
  applied?: Answer
  failure?: string
  /** The plan after the apply, for a change. */
  again?: Plan
  /** Where the effects of the plan and a look after the apply disagree. */
  mispredicted?: string[]
}

/** The life of one task on one host: ask, plan, apply, ask again. */
export async function runTask(
  module: TaskModule,
  args: Record<string, unknown>,
  host: Host,
  controller: Controller = controllerWith(),
): Promise<Outcome> {
  const params = module.params.parse(renamed(module, args))
  const prepared = await module.prepare(params, controller)
  const before = lookFor(module, prepared, host)
  const plan = planOf(module, prepared, before)
  if (plan.status !== 'change') return { plan, result: 'result' in plan ? (plan.result ?? {}) : {} }
  const applied = host.run(plan.apply)
  if (applied.code !== 0) {
    const last = applied.stderr.toString().trim().split('\n').at(-1) ?? ''
    const failure = module.failure?.(prepared, applied) ?? last
    return { plan, result: {}, applied, failure }
  }
  const result = { ...plan.result, ...module.result?.(prepared, applied) }
  const questions = module.asks(prepared)
  const found = lookFor(module, prepared, host)
  const again = planOf(module, prepared, found)
  const mispredicted = mispredictions(questions, before.after(plan.effects), found)
  return { plan, result, applied, again, mispredicted }
}

/** All that the task asks, in its turns. */
function lookFor(module: TaskModule, prepared: unknown, host: Host): World {
  const first = module.asks(prepared)
  const world = look(host, first)
  const more = module.asksThen?.(prepared, world) ?? []
  return more.length === 0 ? world : look(host, [...first, ...more])
}

/** The arguments under their own names, as the engine renames them. */
function renamed(module: TaskModule, args: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [module.paramAliases?.[name] ?? name, value]),
  )
}

/** Where the effects of a plan say something else than a look afterwards. What is unknown is no mistake. */
function mispredictions(questions: readonly WorldQuestion[], predicted: World, found: World): string[] {
  const out: string[] = []
  for (const question of questions) {
    if (question.kind === 'script' && question.ask.volatile) continue
    const [guess, truth] = [peek(predicted, question), peek(found, question)]
    if (guess instanceof Unknown || truth instanceof Unknown) continue
    const [before, after] = comparable(guess, truth)
    if (JSON.stringify(before) !== JSON.stringify(after)) {
      out.push(
        `${JSON.stringify(question)}: predicted ${JSON.stringify(before)}, found ${JSON.stringify(after)}`,
      )
    }
  }
  return out
}

function peek<K extends KindName>(world: World, question: { kind: K; ask: AskOf<K> }): ReplyOf<K> | Unknown {
  return world.peek(question.kind, question.ask)
}

/** The parts of two replies that both know. Times and sizes of directories are nobody's business. */
function comparable(guess: object, truth: object): [unknown, unknown] {
  const [first, second] = [
    isPath(guess) ? fields(guess) : { ...guess },
    isPath(truth) ? fields(truth) : { ...truth },
  ]
  const [left, right] = [new Map(Object.entries(first)), new Map(Object.entries(second))]
  const both = [...left.keys()].filter((key) => left.get(key) !== undefined && right.get(key) !== undefined)
  return [both.map((key) => [key, left.get(key)]), both.map((key) => [key, right.get(key)])]
}

function isPath(reply: object): reply is PathReply {
  return 'exists' in reply && (reply.exists === false || 'inode' in reply)
}

function fields(reply: PathReply): Record<string, unknown> {
  if (!reply.exists) return { exists: false }
  const { exists, type, mode, uid, gid, owner, group, target, content, entries, digests } = reply
  const tree = reply.tree?.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const size = type === 'file' && !Number.isNaN(reply.size) ? reply.size : undefined
  const bits = type === 'link' ? undefined : mode
  const known = { exists, type, mode: bits, uid, gid, owner, group, target, entries, tree, size }
  return { ...known, content: content?.toString('base64'), sha256: digests.sha256 }
}

/** A plan; an answer that is unknown makes it unknown, as in the engine. */
export function planOf(module: TaskModule, prepared: unknown, world: World): Plan {
  try {
    return module.plan(prepared, world)
  } catch (error) {
    if (error instanceof UnknownAnswer) return { status: 'unknown', why: error.message }
    throw error
  }
}
