import { HakubeError } from '../errors.ts'
import { didYouMean } from '../suggest.ts'
import type { Conduct } from './conduct.ts'
import { inherit } from './inherited.ts'
import type { Block, Condition, Entry, Inclusion, Inherited, Play, Task } from './model.ts'
import { seenAtFirst } from './public-roles.ts'
import { hasTemplate } from './reader.ts'
import type { Frame, PlayRun, Span, Step } from './step.ts'
import { selects, type TagSelection } from './tags.ts'

export interface ProgramOptions {
  tags: TagSelection
  startAtTask?: string | undefined
  /** Fills in tags that are templates. Throws HakubeError where they hang on what is not known yet. */
  tagsOf?: TagsOf | undefined
}

export type TagsOf = (task: Task, run: PlayRun) => readonly string[]

/** What stands in place of a step before the program knows where that is. */
export type Draft = Omit<Step, 'position' | 'room'>

/** A play with its hosts in batches. */
export interface Programmed {
  play: Play
  conduct: Conduct
  /** All of them in the order in which its `hosts` names them. */
  selected: readonly string[]
  batches: readonly (readonly string[])[]
}

/**
 * All plays as one list of steps, blocks flattened: what a run does, in the order of a linear strategy.
 * A play is a step of its own, where hosts wait for each other; handlers run at the flush steps.
 */
export function draftPlays(
  plays: readonly Programmed[],
  options: ProgramOptions,
): { drafts: readonly Draft[]; spans: readonly Span[] } {
  const builder = new Builder(options)
  for (const programmed of plays) {
    for (const hosts of programmed.batches) builder.play(programmed, hosts)
  }
  builder.finish()
  return builder
}

/**
 * The steps of what an include brings; spans count from the first of them. Behind what a handler includes comes the rest of
 * the flush.
 */
export function draftIncluded(
  entries: readonly Entry[],
  step: Step,
  lent: { inherited: Inherited; when: readonly Condition[]; inclusion: Inclusion; handler: Task | undefined },
  options: ProgramOptions,
): { drafts: readonly Draft[]; spans: readonly Span[] } {
  const builder = new Builder(options, [lent.inclusion, ...step.inclusions])
  builder.entries(entries, step.run, lent.inherited, lent.when, step.frames)
  if (lent.handler) builder.goOn(step, lent.handler)
  return builder
}

class Builder {
  readonly drafts: Draft[] = []
  readonly spans: Span[] = []
  readonly #options: ProgramOptions
  readonly #inclusions: readonly Inclusion[]
  readonly #names: string[] = []
  #started: boolean
  #plays = 0

  constructor(options: ProgramOptions, inclusions: readonly Inclusion[] = []) {
    this.#options = options
    this.#inclusions = inclusions
    this.#started = options.startAtTask === undefined
  }

  play({ play, conduct, selected, batches }: Programmed, hosts: readonly string[]): void {
    const lent = playLends(play)
    const handlers = play.handlers.map((handler) => ({ ...handler, ...inherit(lent, handler) }))
    const run: PlayRun = {
      index: this.#plays++,
      play,
      conduct,
      hosts,
      allHosts: batches.flat(),
      selected,
      members: new Set(hosts),
      handlers,
      handlerLists: play.handlerLists.map((list) => ({ list, since: -1 })),
      seen: seenAtFirst(play.roles),
    }
    const bare = { run, task: undefined, when: [], frames: [], outer: { lent, when: [] }, inclusions: [] }
    this.drafts.push({ ...bare, type: 'play' })
    for (const section of [play.preTasks, [...play.roleTasks, ...play.tasks], play.postTasks]) {
      // The last flush comes without tasks before it, too: handlers may have notified others.
      if (section.length === 0 && (section !== play.postTasks || play.handlers.length === 0)) continue
      if (conduct.forceHandlers) this.#forced(section, { ...bare, type: 'flush' })
      else {
        this.entries(section, run, lent, play.when, [])
        this.drafts.push({ ...bare, type: 'flush' })
      }
    }
  }

  /** As in Ansible: a section of the play is a block whose handlers run always. */
  #forced(section: readonly Entry[], flush: Draft): void {
    const span: Span = { rescueAt: 0, alwaysAt: 0, end: 0 }
    this.spans.push(span)
    this.entries(section, flush.run, flush.outer.lent, flush.run.play.when, [{ part: 'block', span }])
    span.rescueAt = span.alwaysAt = this.drafts.length
    this.drafts.push({ ...flush, frames: [{ part: 'always', span }] })
    span.end = this.drafts.length
  }

  /** The rest of a flush behind a handler. */
  goOn(flush: Step, handler: Task): void {
    const { run, frames, outer } = flush
    const bare = { run, task: undefined, when: [], frames, outer, inclusions: this.#inclusions }
    this.drafts.push({ ...bare, type: 'flush', after: { handler, flush } })
  }

  /** Throws HakubeError where the run was to start at a task that is not there: it would do nothing, without a word. */
  finish(): void {
    if (this.#started) return
    const name = this.#options.startAtTask ?? ''
    throw new HakubeError(`there is no task named "${name}" to start at`, {
      code: 'unknown-task',
      hint: didYouMean(name, this.#names) ?? '--list-tasks shows the tasks',
    })
  }

  entries(
    entries: readonly Entry[],
    run: PlayRun,
    outer: Inherited,
    when: readonly Condition[],
    frames: readonly Frame[],
  ): void {
    for (const entry of entries) {
      if (entry.type === 'block') this.#block(entry, run, outer, when, frames)
      else this.#task(entry, run, outer, when, frames)
    }
  }

  #task(
    task: Task,
    run: PlayRun,
    lent: Inherited,
    when: readonly Condition[],
    frames: readonly Frame[],
  ): void {
    const joined: Task = { ...task, ...inherit(lent, task) }
    const merged = joined.tags.some(hasTemplate)
      ? { ...joined, tags: this.#options.tagsOf?.(joined, run) ?? joined.tags }
      : joined
    if (task.name !== undefined) this.#names.push(task.name)
    // As in Ansible, a play without hosts has no task to start at.
    const isThere = run.hosts.length > 0 && isNamed(task, this.#options.startAtTask ?? '')
    if (!this.#started && isThere) this.#started = true
    if (!this.#started || !selects(this.#options.tags, merged.tags)) return
    this.drafts.push({
      run,
      type: 'task',
      task: merged,
      when: [...when, ...task.when],
      frames,
      outer: { lent, when },
      inclusions: this.#inclusions,
    })
  }

  #block(
    block: Block,
    run: PlayRun,
    outer: Inherited,
    when: readonly Condition[],
    frames: readonly Frame[],
  ): void {
    const lent = inherit(outer, block)
    const conditions = [...when, ...block.when]
    // Filled in part by part: the steps inside need the span before its end is known.
    const span: Span = { rescueAt: 0, alwaysAt: 0, end: 0 }
    this.spans.push(span)
    const fill = (part: Frame['part'], entries: readonly Entry[]) =>
      this.entries(entries, run, lent, conditions, [...frames, { part, span }])
    fill('block', block.block)
    if (block.ofRole) {
      const outer = { lent, when: conditions }
      this.drafts.push({
        run,
        type: 'role-end',
        ofRole: block.ofRole,
        task: undefined,
        when: [],
        frames: [...frames, { part: 'block', span }],
        outer,
        inclusions: this.#inclusions,
      })
    }
    span.rescueAt = this.drafts.length
    fill('rescue', block.rescue)
    span.alwaysAt = this.drafts.length
    fill('always', block.always)
    span.end = this.drafts.length
  }
}

/** As in Ansible, the name may be a pattern with * and ?. */
function isNamed(task: Task, pattern: string): boolean {
  if (task.name === undefined) return false
  const source = pattern.replaceAll(/[\\^$.+()[\]{}|]/g, String.raw`\$&`)
  return new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(task.name)
}

/** What a play lends its tasks. Its vars are a layer of their own, below those of blocks and tasks. */
function playLends(play: Play): Inherited {
  const { vars: _vars, ...rest } = play
  const { environment, tags, moduleDefaults, collections } = rest
  const keep: Inherited = {
    vars: new Map(),
    environment,
    tags,
    ...(moduleDefaults && { moduleDefaults }),
    ...(collections && { collections }),
  }
  for (const key of [
    'become',
    'becomeUser',
    'becomeMethod',
    'connection',
    'remoteUser',
    'port',
    'becomeFlags',
    'becomeExe',
    'checkMode',
    'diff',
    'ignoreErrors',
    'ignoreUnreachable',
    'noLog',
    'anyErrorsFatal',
    'runOnce',
    'throttle',
    'timeout',
  ] as const) {
    const value = rest[key]
    if (value) keep[key] = value
  }
  return keep
}
