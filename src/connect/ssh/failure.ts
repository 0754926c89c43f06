import { EXIT, HakubeError } from '../../errors.ts'

/** What a failed attempt to connect is told about. */
export interface Attempt {
  host: string
  /** Where it went: `10.0.0.1 port 22`, `m1 port 22 through jump1`. */
  where: string
  user: string
  /** What was tried to log in, and whether anything was. */
  login: string
  loggingIn: boolean
  /** What both sides offered where they did not agree; empty when they did. */
  algorithms: string
  /** What the proxy command said on standard error. */
  proxyWords: string
}

interface Cause {
  code: string
  words: string
  hint?: string
}

/** Causes by the code that the operating system or the resolver gives. */
const BY_CODE: Record<string, Cause> = {
  ENOTFOUND: {
    code: 'unknown-host-name',
    words: 'the name is not known to DNS',
    hint: 'check ansible_host, or the resolver of this machine',
  },
  EAI_AGAIN: { code: 'dns-failed', words: 'DNS does not answer', hint: 'check the resolver of this machine' },
  ECONNREFUSED: {
    code: 'connection-refused',
    words: 'the connection was refused',
    hint: 'check that sshd runs there, and ansible_port',
  },
  ECONNRESET: {
    code: 'connection-reset',
    words: 'the connection was reset before the log-in',
    hint: 'sshd may be at its limit (MaxStartups), or starting',
  },
  ETIMEDOUT: {
    code: 'connect-timed-out',
    words: 'there was no answer',
    hint: 'check the address and firewalls',
  },
  EHOSTUNREACH: { code: 'no-route', words: 'there is no route to it, or it is down' },
  ENETUNREACH: { code: 'no-route', words: 'there is no route to its network' },
}

/** Codes of failures that may pass by themselves. */
const PASSING = new Set(['connection-refused', 'connection-reset', 'connect-timed-out'])

/** Whether to try again makes sense. */
export function mayPass(error: unknown): boolean {
  return error instanceof HakubeError && PASSING.has(error.code)
}

/** What an error of ssh2, of a socket or of a proxy means, in words; a HakubeError is passed on. */
export function connectError(error: unknown, attempt: Attempt): HakubeError {
  if (error instanceof HakubeError) return error
  const { code, words, hint } = causeOf(error, attempt)
  const said = attempt.proxyWords.replaceAll(/\s*[\r\n]+\s*/g, '; ')
  const proxy = said ? ` (the proxy command said: ${said})` : ''
  return new HakubeError(`cannot connect to ${attempt.where}: ${words}${proxy}`, {
    code,
    host: attempt.host,
    hint,
    exitCode: EXIT.unreachable,
    cause: error,
  })
}

/** Whether the host has refused every way to log in, rather than ended the connection. */
export function isRefusal(error: unknown): boolean {
  return describe(error).level === 'client-authentication'
}

function causeOf(error: unknown, attempt: Attempt): Cause {
  const { message, code, level } = describe(error)
  if (level === 'client-authentication') return refused(attempt)
  if (level === 'deadline') {
    return { code: 'connect-timed-out', words: message, hint: 'check the address and firewalls' }
  }
  if (level === 'login-deadline') {
    return {
      code: 'login-timed-out',
      words: `${message}: ${attempt.login}`,
      hint: 'look into the log of its sshd; it may be waiting for a directory or DNS',
    }
  }
  if (attempt.proxyWords !== '') return { code: 'proxy-failed', words: 'the proxy command failed' }
  if (level === 'agent') return { code: 'agent-failed', words: `the SSH agent failed: ${message}` }
  if (attempt.loggingIn) return hungUp(attempt, message)
  // A stream that ends early has no code of its own, and node-ssh calls it a time-out.
  if (code === 'EPIPE' || /before handshake|No response from server/.test(message)) return CLOSED
  const known = BY_CODE[code]
  if (known) return known
  if (/^Handshake failed: no matching (.+)/.test(message)) {
    const what = message.replace(/^Handshake failed: no matching /, '')
    return {
      code: 'no-common-algorithm',
      words: `the host and hakube have no ${what} in common${attempt.algorithms}`,
      hint: 'an old host may need an update of its sshd; docs/connecting.md says what is not supported',
    }
  }
  return { code: 'connect-failed', words: message }
}

const CLOSED: Cause = {
  code: 'connection-reset',
  words: 'the connection was closed before the log-in',
  hint: 'check that it is sshd that listens there',
}

function refused({ user, login }: Attempt): Cause {
  const isLocked = /no passphrase|stayed locked/.test(login)
  return {
    code: 'authentication-failed',
    words: `${user} was not let in: ${login}`,
    hint: isLocked
      ? 'add the encrypted key to the agent (ssh-add), or check ansible_user and the password (-k)'
      : 'check ansible_user, and the key or password (-k asks for one)',
  }
}

/** Hosts end the connection after MaxAuthTries attempts. */
function hungUp({ user, login }: Attempt, message: string): Cause {
  const said = /before handshake|No response from server|ECONNRESET|socket/i.test(message)
    ? ''
    : ` (${message})`
  return {
    code: 'authentication-failed',
    words: `the host hung up during the log-in of ${user}${said}: ${login}`,
    hint: 'it may have had too many attempts: set ansible_ssh_private_key_file, or IdentitiesOnly=yes',
  }
}

function describe(error: unknown): { message: string; code: string; level: string } {
  if (!(error instanceof Error)) return { message: String(error), code: '', level: '' }
  const code = 'code' in error ? String(error.code) : ''
  const level = 'level' in error ? String(error.level) : ''
  // An attempt on several addresses fails with one error for each.
  if (error instanceof AggregateError && error.message === '') {
    return { message: error.errors.map((one) => describe(one).message).join('; '), code, level }
  }
  return { message: error.message, code, level }
}
