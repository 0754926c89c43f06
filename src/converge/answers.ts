import { nothing, sh, type Script } from '../shell/sh.ts'
import type { Answer, Exchange, Identity, Question, Shell } from '../connect/connection.ts'
import { isKnown } from '../errors.ts'
import type { Work } from '../playbook/work.ts'
import type { Kind } from '../world/kind.ts'
import { kinds } from '../world/kinds.ts'
import { id, keyOf, World, type Effect, type KindName, type WorldQuestion } from '../world/world.ts'

type AnyKind = Kind<unknown, unknown>
/** A kind without its types: which ask and reply go together is known to the modules that ask. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion, typescript/no-unnecessary-type-assertion
const kindOf = (name: KindName): AnyKind => kinds[name] as unknown as AnyKind

/** The questions of many tasks, each thing asked about once: one probe for each kind. */
export class Inquiry {
  readonly #asks = new Map<KindName, Map<string, unknown>>()

  add(questions: readonly WorldQuestion[]): void {
    for (const { kind, ask } of questions) {
      let asks = this.#asks.get(kind)
      if (!asks) this.#asks.set(kind, (asks = new Map()))
      const key = kindOf(kind).key(ask)
      const known = asks.get(key)
      asks.set(key, known === undefined ? ask : kindOf(kind).merge(known, ask))
    }
  }

  get empty(): boolean {
    return this.#asks.size === 0
  }

  questions(): Question[] {
    return [...this.#asks].map(([kind, asks]) => ({
      id: kind,
      script: kindOf(kind).probe([...asks.values()]),
    }))
  }

  /** The replies, under the World's ids. */
  read(answers: ReadonlyMap<string, Answer>): Map<string, unknown> {
    const out = new Map<string, unknown>()
    for (const [kind, asks] of this.#asks) {
      const answer = answers.get(kind)
      if (!answer) throw new TypeError(`no answer about ${kind}`)
      const replies = kindOf(kind).parse(answer, [...asks.values()])
      let index = 0
      for (const key of asks.keys()) out.set(id(kind, key), replies[index++])
    }
    return out
  }
}

/** What check mode has predicted for one host so far: it lies over every answer of that host, whoever asks. */
export class Predicted {
  effects: readonly Effect[] = []
  /** The first task that may do anything. */
  opened: string | undefined
}

/** One host's answers, kept apart by who asked: what root sees, a login user may not. */
export class Answers {
  readonly #shell: (identity: Identity) => Promise<Shell>
  readonly #replies = new Map<string, Map<string, unknown>>()
  readonly #predicted: Predicted
  #known = new Set<Work>()

  constructor(shell: (identity: Identity) => Promise<Shell>, predicted: Predicted) {
    this.#shell = shell
    this.#predicted = predicted
  }

  has(work: Work): boolean {
    return this.#known.has(work)
  }

  world(work: Work): World {
    return new World(this.#replies.get(identityKey(work.settings.identity)), this.#predicted.effects)
  }

  /**
   * Asks for these tasks: one round trip for each identity, nearly always one in all. Who runs a later one may come
   * with an earlier one: what nobody can be asked for yet stays unasked, but `now`, whose turn has come.
   */
  async ask(works: readonly Work[], now?: Work): Promise<void> {
    for (const [identity, mine] of byIdentity(works)) {
      const inquiry = inquiryOf(mine)
      if (inquiry.empty) this.#learn(identity, mine, new Map())
      else {
        const shell = await this.#shellFor(identity, now !== undefined && mine.includes(now))
        if (!shell) continue
        const exchange = await shell.exchange({ questions: inquiry.questions() })
        this.#learn(identity, mine, inquiry.read(exchange.answers))
      }
    }
  }

  async #shellFor(identity: Identity, needed: boolean): Promise<Shell | undefined> {
    try {
      return await this.#shell(identity)
    } catch (error) {
      if (!needed && isKnown(error) && error.code === 'become-failed') return undefined
      throw error
    }
  }

  /** Asks more for a task that has been asked for already; what is known is not asked again. */
  async askMore(work: Work, questions: readonly WorldQuestion[]): Promise<void> {
    const { identity } = work.settings
    const known = this.#replies.get(identityKey(identity))
    const missing = questions.filter((one) => !isAnswered(one, known?.get(id(one.kind, keyOf(one)))))
    if (missing.length === 0) return
    const inquiry = new Inquiry()
    inquiry.add(lateAsks(missing, work))
    const shell = await this.#shell(identity)
    const exchange = await shell.exchange({ questions: inquiry.questions() })
    this.#learn(identity, [], inquiry.read(exchange.answers))
  }

  /** Applies a change, and asks in the same round trip for the tasks that come next. Older answers are void. */
  async apply(
    work: Work,
    script: Script,
    timeout: number | undefined,
    next: readonly Work[],
  ): Promise<Answer> {
    this.forget()
    const groups = byIdentity(next)
    const own = identityKey(work.settings.identity)
    const mine = [...groups].find(([identity]) => identityKey(identity) === own)?.[1] ?? []
    const inquiry = inquiryOf(mine)
    const shell = await this.#shell(work.settings.identity)
    const exchange: Exchange = await shell.exchange({
      apply: { script: withEnvironment(script, work), timeout },
      questions: inquiry.questions(),
    })
    this.#learn(work.settings.identity, mine, inquiry.read(exchange.answers))
    const others = next.filter((other) => !mine.includes(other))
    if (others.length > 0) await this.ask(others)
    if (!exchange.apply) throw new TypeError('the apply came back without an answer')
    return exchange.apply
  }

  /** Check mode: whether the host would already be another one. */
  get hasPredictions(): boolean {
    return this.#predicted.effects.length > 0
  }

  /** Check mode: the first task that would have run and may do anything, such as a command; undefined without one. */
  get opened(): string | undefined {
    return this.#predicted.opened
  }

  /** Check mode: this task would have run, and nobody knows all that it does. */
  open(task: string): void {
    this.#predicted.opened ??= task
  }

  /** Check mode: these effects would be there now. */
  predict(effects: readonly Effect[]): void {
    this.#predicted.effects = [...this.#predicted.effects, ...effects]
  }

  /** Something has changed: nothing that was asked before counts any more. */
  forget(): void {
    this.#replies.clear()
    this.#known = new Set()
  }

  #learn(identity: Identity, works: readonly Work[], replies: Map<string, unknown>): void {
    const key = identityKey(identity)
    this.#replies.set(key, new Map([...(this.#replies.get(key) ?? []), ...replies]))
    for (const work of works) this.#known.add(work)
  }
}

function inquiryOf(works: readonly Work[]): Inquiry {
  const inquiry = new Inquiry()
  for (const work of works) {
    const { rendered } = work
    if (rendered.type === 'ready') inquiry.add(rendered.late ? lateAsks(rendered.asks, work) : rendered.asks)
  }
  return inquiry
}

/** Whether a reply has all that is asked; of a directory it may lack what is below. */
function isAnswered(question: WorldQuestion, reply: unknown): boolean {
  if (reply === undefined || question.kind !== 'path' || question.ask.tree !== true)
    return reply !== undefined
  const lacks = typeof reply === 'object' && reply !== null && 'type' in reply && !('tree' in reply)
  return !(lacks && reply.type === 'directory')
}

/** What goes over the network goes the way that the task's environment says, such as through a proxy. */
function lateAsks(asks: readonly WorldQuestion[], work: Work): readonly WorldQuestion[] {
  return asks.map((question) =>
    question.kind === 'script'
      ? { kind: 'script', ask: { ...question.ask, text: withEnvironment(question.ask.text, work) } }
      : question,
  )
}

function byIdentity(works: readonly Work[]): Map<Identity, Work[]> {
  const groups = new Map<string, { identity: Identity; works: Work[] }>()
  for (const work of works) {
    const key = identityKey(work.settings.identity)
    const group = groups.get(key)
    if (group) group.works.push(work)
    else groups.set(key, { identity: work.settings.identity, works: [work] })
  }
  return new Map([...groups.values()].map((group) => [group.identity, group.works]))
}

export function identityKey(identity: Identity): string {
  return identity.becomeUser === undefined ? '' : `${identity.method ?? 'sudo'}:${identity.becomeUser}`
}

/** `environment` holds for what the task runs, not for the questions about the host but those that are late. */
function withEnvironment(script: Script, work: Work): Script {
  let exports = nothing
  for (const [name, value] of work.settings.environment) {
    exports = sh`${exports}
export ${name}=${value}`
  }
  return exports === nothing
    ? script
    : sh`${exports}
${script}`
}
