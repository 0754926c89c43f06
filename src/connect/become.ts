import { randomBytes } from 'node:crypto'
import { EXIT, HakubeError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { quote } from '../shell/sh.ts'
import { type Channel, type Ending, Tail } from './channel.ts'

/** How another user's shell is got on one host. */
export interface BecomeSettings {
  host: string
  password?: Secret | undefined
  /** Further options of sudo, as one text; `-H` when not given. */
  flags?: string | undefined
  /** Seconds for all of sudo's doings; 30 when not given. */
  timeout?: number | undefined
}

/** Starts a program by a shell command on the host. */
export type Start = (command: string) => Promise<Channel>

/** A `/bin/sh` of the login user. `exec` spares a process, and every kind of login shell knows it. */
export function openShell(start: Start): Promise<Channel> {
  return start('exec /bin/sh')
}

/**
 * A `/bin/sh` of another user by sudo, ready for its first message. The password goes to sudo's standard
 * input once, after sudo has asked; nothing else is written before the new shell has reported, since sudo
 * would take it for further passwords.
 * Throws HakubeError `wrong-become-password`, `become-failed`.
 */
export async function openSudo(start: Start, user: string, settings: BecomeSettings): Promise<Channel> {
  const nonce = randomBytes(12).toString('hex')
  const marker = `@hakube-up-${nonce}`
  const prompt = `hakube-password-${nonce}:`
  const channel = await start(sudoCommand(user, settings, prompt, marker))
  try {
    await new SudoTalk(channel, user, settings, prompt, marker).result
  } catch (error) {
    channel.destroy()
    throw error
  }
  return channel
}

/** sudo's command line. Without a password it must not ask (`-n`): it would wait for ever. */
export function sudoCommand(user: string, settings: BecomeSettings, prompt: string, marker: string): string {
  const ask = settings.password ? ['-S', '-p', prompt] : ['-n']
  const command = `echo ${marker}; exec /bin/sh`
  const words = [
    'sudo',
    ...sudoFlags(settings.flags ?? '-H'),
    ...ask,
    '-u',
    user,
    '--',
    '/bin/sh',
    '-c',
    command,
  ]
  return `exec ${words.map(quote).join(' ')}`
}

/** The user's flags without -S and -n, which depend on the password and are set here. */
function sudoFlags(flags: string): string[] {
  return flags
    .split(/\s+/)
    .map((flag) => (/^-[AbEHkKPSns]+$/.test(flag) ? flag.replaceAll(/[Sn]/g, '') : flag))
    .filter((flag) => flag !== '' && flag !== '-')
}

/** The talk with sudo until the new shell is there. */
class SudoTalk {
  readonly result: Promise<void>
  readonly #channel: Channel
  readonly #user: string
  readonly #settings: BecomeSettings
  readonly #prompt: string
  readonly #marker: string
  readonly #words = new Tail()
  #heard = ''
  #prompts = 0
  #settle: (error?: HakubeError) => void = () => undefined

  constructor(channel: Channel, user: string, settings: BecomeSettings, prompt: string, marker: string) {
    this.#channel = channel
    this.#user = user
    this.#settings = settings
    this.#prompt = prompt
    this.#marker = marker
    this.result = this.#run()
  }

  #run(): Promise<void> {
    const { stdin, stdout, stderr, ended } = this.#channel
    const onOut = (chunk: Buffer): void => this.#stdout(chunk)
    const onErr = (chunk: Buffer): void => this.#stderr(chunk)
    const seconds = this.#settings.timeout ?? 30
    const timer = setTimeout(
      () => this.#settle(this.#failed(`sudo did not go on within ${seconds} s`)),
      seconds * 1000,
    )
    return new Promise<void>((resolve, reject) => {
      this.#settle = (error) => {
        clearTimeout(timer)
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
    this.#heard = (this.#heard + chunk.toString('latin1')).slice(-65_536)
    if (this.#heard.includes(`${this.#marker}\n`)) this.#settle()
  }

  #stderr(chunk: Buffer): void {
    this.#words.push(chunk)
    const prompts = this.#words.toString().split(this.#prompt).length - 1
    if (prompts === this.#prompts) return
    this.#prompts = prompts
    if (prompts > 1) this.#settle(this.#wrongPassword())
    else this.#channel.stdin.write(`${this.#settings.password?.reveal() ?? ''}\n`)
  }

  #ended({ code, signal }: Ending): HakubeError {
    if (code === null && signal === null) {
      return new HakubeError('the connection was lost while becoming another user', {
        code: 'connection-lost',
        host: this.#settings.host,
        exitCode: EXIT.unreachable,
      })
    }
    if (this.#prompts > 0 && /incorrect (?:password|authentication)/i.test(this.#said()))
      return this.#wrongPassword()
    return this.#failed(`sudo ended with ${code === null ? `signal ${signal}` : `code ${code}`}`)
  }

  /** sudo's own words, without our prompt in them. */
  #said(): string {
    return this.#words.toString().replaceAll(this.#prompt, '').trim()
  }

  #wrongPassword(): HakubeError {
    return new HakubeError(`sudo refused the password for becoming ${this.#user}`, {
      code: 'wrong-become-password',
      host: this.#settings.host,
      hint: 'check ansible_become_password, or give it with -K',
      exitCode: EXIT.unreachable,
    })
  }

  #failed(what: string): HakubeError {
    const said = this.#said()
    return new HakubeError(`could not become ${this.#user}: ${said || what}`, {
      code: 'become-failed',
      host: this.#settings.host,
      hint: hintFor(said),
      exitCode: EXIT.unreachable,
    })
  }
}

function hintFor(said: string): string | undefined {
  if (/password is required|terminal is required/i.test(said))
    return 'give the password with -K or ansible_become_password'
  if (/not found|No such file/i.test(said))
    return 'install sudo on the host, or log in as the user that is needed'
  if (/must have a tty/i.test(said)) return 'remove requiretty from /etc/sudoers for this user'
  return undefined
}
