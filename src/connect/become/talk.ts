import { EXIT, HakubeError } from '../../errors.ts'
import { type Channel, type Ending, Tail } from '../channel.ts'
import { type Attempt, type Method, methodNamed } from './methods.ts'

/** The talk with sudo, su or doas until the new shell is there; `result` rejects with a HakubeError. */
export class BecomeTalk {
  readonly result: Promise<void>
  readonly #channel: Channel
  readonly #attempt: Attempt
  readonly #method: Method
  readonly #errors = new Tail()
  readonly #output = new Tail(65_536)
  #answered = false
  #quiet: NodeJS.Timeout | undefined
  /** What each stream said since the password was given. */
  readonly #since = { stdout: '', stderr: '' }
  #settle: (error?: HakubeError) => void = () => undefined

  constructor(channel: Channel, attempt: Attempt) {
    this.#channel = channel
    this.#attempt = attempt
    this.#method = methodNamed(attempt.settings.method ?? 'sudo')
    this.result = this.#run()
  }

  #run(): Promise<void> {
    const { stdin, stdout, stderr, ended } = this.#channel
    const onOut = (chunk: Buffer): void => this.#stdout(chunk)
    const onErr = (chunk: Buffer): void => this.#stderr(chunk)
    const seconds = this.#attempt.settings.timeout ?? 30
    const late = `${this.#method.name} did not go on within ${seconds} s`
    const timer = setTimeout(() => this.#settle(this.#failed(late)), seconds * 1000)
    return new Promise<void>((resolve, reject) => {
      this.#settle = (error) => {
        clearTimeout(timer)
        clearTimeout(this.#quiet)
        // What comes next belongs to the shell; it must wait until the shell listens.
        stdout.pause().off('data', onOut)
        stderr.off('data', onErr)
        if (error) reject(error)
        else resolve()
      }
      stdin.on('error', () => undefined)
      stdout.on('data', onOut)
      stderr.on('data', onErr)
      void ended.then((ending) => this.#settle(this.#ended(ending)))
    })
  }

  #stdout(chunk: Buffer): void {
    this.#output.push(chunk)
    if (/^\r?\n/.test(this.#output.raw().split(this.#attempt.marks.up)[1] ?? '')) this.#settle()
    else this.#listen('stdout', chunk)
  }

  #stderr(chunk: Buffer): void {
    this.#errors.push(chunk)
    this.#listen('stderr', chunk)
  }

  /** Gives the password when it is asked for, once: to be asked again means that it was wrong. */
  #listen(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    clearTimeout(this.#quiet)
    this.#since[stream] = (this.#since[stream] + chunk.toString('latin1')).slice(-8192)
    const text = Buffer.from(this.#since[stream], 'latin1').toString('utf8')
    if (!this.#method.asks(text, this.#attempt.marks)) return
    // A message that comes in pieces may pause at a colon; whoever asks waits for an answer.
    if (this.#method.pause === 0) this.#answer(stream)
    else this.#quiet = setTimeout(() => this.#answer(stream), this.#method.pause)
  }

  #answer(stream: 'stdout' | 'stderr'): void {
    const { settings } = this.#attempt
    this.#since[stream] = ''
    if (settings.password === undefined) this.#settle(this.#failed('a password is required'))
    else if (this.#answered) this.#settle(this.#wrongPassword())
    else {
      this.#answered = true
      this.#channel.stdin.write(`${settings.password.reveal()}\n`)
    }
  }

  #ended({ code, signal }: Ending): HakubeError {
    const { host } = this.#attempt.settings
    if (code === null && signal === null) {
      return new HakubeError('the connection was lost while becoming another user', {
        code: 'connection-lost',
        host,
        exitCode: EXIT.unreachable,
      })
    }
    if (this.#answered && WRONG.test(this.#said())) return this.#wrongPassword()
    return this.#failed(
      `${this.#method.name} ended with ${code === null ? `signal ${signal}` : `code ${code}`}`,
    )
  }

  /** The program's own words in one line, without our prompt in them. */
  #said(): string {
    const text = [this.#errors, this.#output].map(String).join('\n')
    const lines = text.replaceAll(this.#attempt.marks.prompt, '').split(/[\r\n]+/)
    return lines
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join('; ')
  }

  #wrongPassword(): HakubeError {
    const { user, settings } = this.#attempt
    const whose = this.#method.name === 'su' ? `: su takes the password of ${user}` : ''
    return new HakubeError(`${this.#method.name} refused the password for becoming ${user}`, {
      code: 'wrong-become-password',
      host: settings.host,
      hint: `check ansible_become_password or -K${whose}`,
      exitCode: EXIT.unreachable,
    })
  }

  #failed(what: string): HakubeError {
    const said = this.#said()
    const isAsked = said === '' || this.#method.asks(said, this.#attempt.marks)
    const words = isAsked ? `${said} ${what}`.trim() : said
    const { user, settings } = this.#attempt
    return new HakubeError(`could not become ${user}: ${words}`, {
      code: 'become-failed',
      host: settings.host,
      hint: hintFor(words, this.#method.name),
      exitCode: EXIT.unreachable,
    })
  }
}

/** The words of a password that was not right: sudo's, PAM's, busybox's and doas's. */
const WRONG =
  /incorrect (?:password|authentication)|authentication (?:failure|failed)|authori[sz]ation failed|doas: Authentication required/i

const HINTS: readonly [RegExp, (method: string) => string][] = [
  [
    /password is required|terminal is required|(?:authentication|authori[sz]ation) required/i,
    () => 'give the password with -K or ansible_become_password',
  ],
  [
    /no passwd entry|unknown user|does not exist/i,
    () => 'check become_user: the host does not know the user',
  ],
  [/currently not available/i, () => 'the user has no shell: set ansible_become_flags to "-s /bin/sh"'],
  [/not enabled/i, () => 'write a rule for the user into /etc/doas.conf on the host'],
  [
    /not found|No such file/i,
    (method) =>
      `install ${method} on the host, set ansible_become_method, or log in as the user that is needed`,
  ],
  [/must have a tty/i, () => 'remove requiretty from /etc/sudoers for this user'],
  [
    /not in the sudoers|not allowed|may not run|not permitted|permission denied/i,
    (method) => `the user may not do that by ${method} on this host: ask whoever runs it for the right`,
  ],
]

function hintFor(said: string, method: string): string | undefined {
  return HINTS.find(([pattern]) => pattern.test(said))?.[1](method)
}
