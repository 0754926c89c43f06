import type {
  Answer,
  Apply,
  Connection,
  Exchange,
  Identity,
  Question,
  Shell,
} from '../../src/connect/connection.ts'

/** What a fake host says to one script. */
export interface FakeAnswer {
  /** The script's whole text, or a pattern that it must match. */
  script: string | RegExp
  code?: number
  stdout?: string | Buffer
  stderr?: string
  /** Whether it answers a question or an apply; a question when not given. */
  kind?: 'question' | 'apply'
  /** How often it may be used; any number of times when not given. */
  times?: number
}

/** One message as it was sent. */
export interface SentMessage {
  identity: Identity
  apply: string | undefined
  questions: string[]
}

/**
 * A host that knows exactly the scripts it was given. Any other script fails the test, and so does an answer
 * that was used up; `unused()` names the answers nobody asked for.
 */
export class FakeConnection implements Connection {
  readonly host: string
  readonly sent: SentMessage[] = []
  aborted = 0
  closed = false
  readonly #answers: { answer: FakeAnswer; used: number }[]
  readonly #shells = new Map<string, FakeShell>()

  constructor(answers: readonly FakeAnswer[], host = 'fake') {
    this.host = host
    this.#answers = answers.map((answer) => ({ answer, used: 0 }))
  }

  shell(identity: Identity): Promise<Shell> {
    const key = identity.becomeUser ?? ''
    const shell = this.#shells.get(key) ?? new FakeShell(this, identity)
    this.#shells.set(key, shell)
    return Promise.resolve(shell)
  }

  forward(to: string, port: number): Promise<never> {
    return Promise.reject(new Error(`nobody expected a connection to ${to} port ${port}`))
  }

  abort(): Promise<void> {
    this.aborted += 1
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.closed = true
    return Promise.resolve()
  }

  /** The answers that no script asked for. */
  unused(): FakeAnswer[] {
    return this.#answers.filter(({ used }) => used === 0).map(({ answer }) => answer)
  }

  answer(kind: 'question' | 'apply', text: string): Answer {
    const entry = this.#answers.find(
      ({ answer, used }) =>
        (answer.kind ?? 'question') === kind &&
        used < (answer.times ?? Infinity) &&
        matches(answer.script, text),
    )
    if (!entry) throw new Error(`the fake host ${this.host} has no answer to this ${kind}:\n${text}`)
    entry.used += 1
    const { code = 0, stdout = '', stderr = '' } = entry.answer
    return { code, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) }
  }
}

class FakeShell implements Shell {
  readonly identity: Identity
  trips = 0
  readonly #connection: FakeConnection

  constructor(connection: FakeConnection, identity: Identity) {
    this.#connection = connection
    this.identity = identity
  }

  exchange(message: { apply?: Apply; questions?: readonly Question[] }): Promise<Exchange> {
    const { apply, questions = [] } = message
    if (this.#connection.closed) return Promise.reject(new Error('the fake connection is closed'))
    this.trips += 1
    this.#connection.sent.push({
      identity: this.identity,
      apply: apply?.script.text,
      questions: questions.map(({ script }) => script.text),
    })
    // A rejection, as the real shell does, and never a throw.
    return Promise.resolve().then(() => ({
      apply: apply ? this.#connection.answer('apply', apply.script.text) : undefined,
      answers: new Map(
        questions.map(({ id, script }) => [id, this.#connection.answer('question', script.text)]),
      ),
    }))
  }
}

function matches(pattern: string | RegExp, text: string): boolean {
  return typeof pattern === 'string' ? pattern === text : pattern.test(text)
}
