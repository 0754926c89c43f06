import { HakubeError, showPlace, throwAll } from '../errors.ts'
import type { Place } from '../errors.ts'
import { truthOf } from '../truth.ts'
import type { Value } from '../value.ts'
import { countsFor, VARIABLES } from './connection-names.ts'
import type { Setting } from './connection-names.ts'
import { pythonText } from './passwords.ts'

export { HONOURED_VARIABLES, IGNORED_VARIABLES, ignoredVariables } from './connection-names.ts'

/** How to reach one host and who to be there, as its variables say it. Undefined: they say nothing. */
export interface ConnectionVars {
  connection: 'ssh' | 'local'
  address: string
  port: number | undefined
  user: string | undefined
  keyFile: string | undefined
  password: string | undefined
  become: boolean | undefined
  becomeUser: string | undefined
  becomeMethod: string | undefined
  becomeFlags: string | undefined
  becomeExe: string | undefined
  becomePassword: string | undefined
  /** ansible_ssh_args, ansible_ssh_common_args and ansible_ssh_extra_args, in this order as one text. */
  sshCommonArgs: string | undefined
  /** `no` if host keys shall not be checked. */
  hostKeyChecking: 'no' | undefined
  /** Where that was said. */
  hostKeyCheckingFrom: string | undefined
  /** Seconds. */
  timeout: number | undefined
}

export interface ConnectionOptions {
  /** For ~ in the path of a key. */
  home?: string | undefined
  /** Where a variable was set, for messages. */
  /** How users are changed where no variable says it; sudo if not given. */
  becomeMethod?: string | undefined
  originOf?: ((name: string) => Place | undefined) | undefined
}

const SSH = [
  'ssh',
  'smart',
  'paramiko',
  'paramiko_ssh',
  'openssh',
  'ansible.builtin.ssh',
  'ansible.builtin.paramiko_ssh',
]
const LOCAL = ['local', 'ansible.builtin.local']

/** All ways to connect, under all of their names. */
export const CONNECTIONS: readonly string[] = [...SSH, ...LOCAL]

/**
 * Reads the connection variables of a host; templates in them must be evaluated already. Of several names for one
 * thing the old ansible_ssh_* one wins, as in Ansible.
 * Throws HakubeError (HakubeErrors for several) with code `connection-variable`.
 */
export function connectionVars(
  host: string,
  variables: ReadonlyMap<string, Value>,
  options: ConnectionOptions = {},
): ConnectionVars {
  const reader = new Reader(host, variables, options)
  const found = readAll(reader, host, options)
  throwAll(reader.errors)
  return found
}

function readAll(reader: Reader, host: string, options: ConnectionOptions): ConnectionVars {
  const args = (['sshArgs', 'sshCommonArgs', 'sshExtraArgs'] as const).map((setting) => reader.text(setting))
  const sshCommonArgs = args.filter((text) => text !== undefined).join(' ')
  const unchecked = reader.boolean('hostKeyChecking') === false
  return {
    connection: reader.connection(),
    address: reader.address() ?? host,
    port: reader.port(),
    user: reader.text('user'),
    keyFile: expandHome(reader.text('keyFile'), options.home),
    password: reader.text('password'),
    become: reader.boolean('become'),
    becomeUser: reader.text('becomeUser'),
    becomeMethod: reader.text('becomeMethod'),
    becomeFlags: reader.text('becomeFlags'),
    becomeExe: reader.text('becomeExe'),
    becomePassword: reader.text('becomePassword'),
    sshCommonArgs: sshCommonArgs === '' ? undefined : sshCommonArgs,
    hostKeyChecking: unchecked ? 'no' : undefined,
    hostKeyCheckingFrom: unchecked ? reader.source('hostKeyChecking') : undefined,
    timeout: reader.timeout(),
  }
}

function expandHome(path: string | undefined, home: string | undefined): string | undefined {
  return home !== undefined && path !== undefined ? path.replace(/^~(?=\/|$)/, () => home) : path
}

class Reader {
  readonly errors: HakubeError[] = []
  readonly #host: string
  readonly #variables: ReadonlyMap<string, Value>
  readonly #options: ConnectionOptions
  readonly #method: string

  constructor(host: string, variables: ReadonlyMap<string, Value>, options: ConnectionOptions) {
    this.#host = host
    this.#variables = variables
    this.#options = options
    const method = variables.get('ansible_become_method')
    this.#method = typeof method === 'string' && method !== '' ? method : (options.becomeMethod ?? 'sudo')
  }

  /** The variable that decides: the last one of its names that is set. null counts as not set. */
  #find(setting: Setting): { name: string; value: Value } | undefined {
    for (const name of [...VARIABLES[setting]].reverse()) {
      if (!countsFor(name, this.#method)) continue
      const value = this.#variables.get(name)
      if (value !== undefined && value !== null) return { name, value }
    }
    return undefined
  }

  source(setting: Setting): string | undefined {
    const name = this.#find(setting)?.name
    const place = name === undefined ? undefined : this.#options.originOf?.(name)
    return place ? showPlace(place) : name
  }

  /** Empty text counts as not set. */
  text(setting: Setting): string | undefined {
    const found = this.#find(setting)
    if (!found || found.value === '') return undefined
    const text = pythonText(found.value)
    if (text === undefined) this.#fail(found.name, 'must be text', 'Put the value in quotes.')
    return text
  }

  boolean(setting: Setting): boolean | undefined {
    const found = this.#find(setting)
    if (!found) return undefined
    const text = pythonText(found.value)?.trim()
    const truth = text === undefined ? undefined : truthOf(text)
    if (truth !== undefined) return truth
    this.#fail(found.name, `must be yes or no, not ${show(found.value)}`, 'Write true or false.')
    return undefined
  }

  address(): string | undefined {
    const found = this.#find('address')
    const text = this.text('address')
    if (found?.value === '') this.#fail(found.name, 'is empty', 'Write an address or a name, or remove it.')
    else if (text !== undefined && /[\s/]/.test(text)) {
      this.#fail(found?.name ?? '', `is no address: ${show(text)}`, 'Write an IP address or a host name.')
    }
    return text
  }

  port(): number | undefined {
    const found = this.#find('port')
    if (!found) return undefined
    const text = pythonText(found.value)?.trim() ?? ''
    const port = /^[0-9]+(?:\.0)?$/.test(text) ? Number(text) : NaN
    if (port >= 1 && port <= 65535) return port
    this.#fail(found.name, `is no port: ${show(found.value)}`, 'A port is a number from 1 to 65535.')
    return undefined
  }

  timeout(): number | undefined {
    const found = this.#find('timeout')
    if (!found || found.value === '') return undefined
    const text = pythonText(found.value) ?? ''
    const seconds = /^\s*[0-9]+(?:\.[0-9]+)?\s*$/.test(text) ? Number(text) : NaN
    if (seconds > 0) return seconds
    this.#fail(found.name, `is no time in seconds: ${show(found.value)}`, 'Write a number greater than 0.')
    return undefined
  }

  connection(): 'ssh' | 'local' {
    const text = this.text('connection') ?? 'ssh'
    if (LOCAL.includes(text)) return 'local'
    if (!SSH.includes(text)) {
      const name = this.#find('connection')?.name ?? ''
      this.#fail(name, `is "${text}", which is not supported`, 'Supported are ssh and local.')
    }
    return 'ssh'
  }

  #fail(name: string, problem: string, hint: string): void {
    this.errors.push(
      new HakubeError(`${name} of ${this.#host} ${problem}`, {
        code: 'connection-variable',
        host: this.#host,
        place: this.#options.originOf?.(name),
        hint,
      }),
    )
  }
}

function show(value: Value): string {
  const text = pythonText(value)
  if (text !== undefined) return `"${text}"`
  return Array.isArray(value) ? 'a list' : 'a mapping'
}
