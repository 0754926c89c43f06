import { HakubeError } from '../../errors.ts'
import type { Secret } from '../../secret.ts'
import { quote } from '../../shell/sh.ts'

/** The programs that hakube becomes another user by. */
export const BECOME_METHODS = ['sudo', 'su', 'doas'] as const
export type BecomeMethod = (typeof BECOME_METHODS)[number]

/** How another user's shell is got on one host. */
export interface BecomeSettings {
  host: string
  /** Sudo when not given; a task may name another. */
  method?: BecomeMethod | undefined
  password?: Secret | undefined
  /** Further options of the program, as one text; `-H` for sudo and none for the others when not given. */
  flags?: string | undefined
  /** The program, as one text; named after the method when not given. */
  exe?: string | undefined
  /** Seconds for all of the program's doings; 30 when not given. */
  timeout?: number | undefined
}

/** Texts of one attempt that nobody can foresee. */
export interface Marks {
  /** What the new shell says first. */
  up: string
  /** What sudo asks with. */
  prompt: string
}

/** One attempt to become another user. */
export interface Attempt {
  user: string
  settings: BecomeSettings
  marks: Marks
  /** Whether the program gets a terminal; its streams are one then. */
  terminal: boolean
}

/** What is to know about one program. */
export interface Method {
  name: BecomeMethod
  command(attempt: Attempt): string
  /** Whether this output, which came since the last answer, asks for the password. */
  asks(output: string, marks: Marks): boolean
  /** Milliseconds without a further word after which that counts as asking; 0 where it cannot be anything else. */
  pause: number
  /** Whether it asks on a terminal only. */
  needsTerminal(settings: BecomeSettings): boolean
}

const sudo: Method = {
  name: 'sudo',
  command: ({ user, settings, marks, terminal }) => {
    // Without a password it must not ask (-n): it would wait for ever.
    const ask = settings.password ? ['-S', '-p', marks.prompt] : ['-n']
    const flags = withoutFlags(settings.flags ?? '-H', 'AbEHkKPSns', 'Sn')
    const shell = ['/bin/sh', '-c', newShell(marks, terminal)]
    return words(...program('sudo', settings), ...flags, ...ask, '-u', user, '--', ...shell)
  },
  asks: (output, { prompt }) => output.includes(prompt),
  pause: 0,
  needsTerminal: () => false,
}

/** PAM's su and busybox's read the password from standard input where that is no terminal. */
const su: Method = {
  name: 'su',
  command: ({ user, settings, marks, terminal }) => {
    // In the C locale its words can be told apart; the new shell gives the variable back.
    const inner = `unset LC_ALL; ${newShell(marks, terminal)}`
    const own = splitFlags(settings.flags ?? '')
    // The other user's shell may be any; it needs to know no more than how to start a program.
    const shell = words('/bin/sh', '-c', inner)
    return words('env', 'LC_ALL=C', ...program('su', settings), ...own, user, '-c', shell)
  },
  asks: asksOpenly,
  pause: 100,
  needsTerminal: () => false,
}

/** It reads passwords from the terminal of its session, never from standard input. */
const doas: Method = {
  name: 'doas',
  command: ({ user, settings, marks, terminal }) => {
    const ask = settings.password ? [] : ['-n']
    const flags = withoutFlags(settings.flags ?? '', 'Lns', 'ns')
    const shell = ['/bin/sh', '-c', newShell(marks, terminal)]
    return words(...program('doas', settings), ...flags, ...ask, '-u', user, ...shell)
  },
  asks: asksOpenly,
  pause: 100,
  needsTerminal: ({ password }) => password !== undefined,
}

const METHODS: Record<BecomeMethod, Method> = { sudo, su, doas }

export function methodNamed(name: BecomeMethod): Method {
  return METHODS[name]
}

/** The method of this name. Throws HakubeError `unsupported-become-method`. */
export function readBecomeMethod(name: string, host: string): BecomeMethod {
  const short = name.replace(/^(?:ansible\.builtin|community\.general)\./, '')
  const found = BECOME_METHODS.find((method) => method === short)
  if (found) return found
  throw new HakubeError(`${name} is not supported for becoming another user`, {
    code: 'unsupported-become-method',
    host,
    hint: `set ansible_become_method to ${BECOME_METHODS.join(', ')}, or log in as the user that is needed`,
  })
}

/**
 * What the other user runs. On a terminal the streams are made fit for any bytes first: no translation, no
 * echo, nothing but answers. A session of its own keeps the end of the terminal from ending a change.
 */
function newShell({ up }: Marks, terminal: boolean): string {
  if (!terminal) return `echo ${up}; exec /bin/sh`
  const shell = 'if command -v setsid >/dev/null; then setsid /bin/sh; else /bin/sh; fi; exit $?'
  return `stty raw -echo; exec 2>/dev/null; echo ${up}; ${shell}`
}

/** A prompt is a line that is not ended and closes with a colon, in whatever language. */
function asksOpenly(output: string): boolean {
  return /[:：][ \t]*$/.test(output)
}

function program(name: BecomeMethod, { exe }: BecomeSettings): string[] {
  return exe === undefined ? [name] : splitFlags(exe)
}

function words(...all: string[]): string {
  return `exec ${all.map(quote).join(' ')}`
}

function splitFlags(text: string): string[] {
  return text.split(/\s+/).filter((flag) => flag !== '')
}

/** The flags without those that depend on the password, which are set here. */
function withoutFlags(text: string, plain: string, drop: string): string[] {
  const isPlain = new RegExp(`^-[${plain}]+$`)
  const dropped = new RegExp(`[${drop}]`, 'g')
  return splitFlags(text)
    .map((flag) => (isPlain.test(flag) ? flag.replaceAll(dropped, '') : flag))
    .filter((flag) => flag !== '-')
}
