import { homedir } from 'node:os'
import type { Target } from '../connect/target.ts'
import { VARIABLES } from '../inventory/connection-names.ts'
import { connectionVars, HONOURED_VARIABLES } from '../inventory/connection-vars.ts'
import type { Way } from '../playbook/way.ts'
import { Secret } from '../secret.ts'
import type { Value } from '../value.ts'
import type { TaskScope } from '../variables/scope.ts'
import type { Raw, RawVariables } from '../variables/store.ts'
import type { RunOptions } from './options.ts'

/**
 * How to reach a host: its variables beat keywords, which beat the command line, as in Ansible.
 * `playMethod`: how users are changed by the play; names such as ansible_su_pass count for theirs only.
 * Throws HakubeError for a connection variable that makes no sense.
 */
export function targetOf(
  host: string,
  scope: TaskScope,
  way: Way,
  options: Pick<RunOptions, 'connection' | 'redactor'> & {
    become?: RunOptions['become']
    playMethod?: string | undefined
  },
): Target {
  const variables = new Map<string, Value>()
  for (const name of HONOURED_VARIABLES) {
    const value = scope.lookup(name)
    if (value !== undefined) variables.set(name, value)
  }
  for (const [name, value] of way) variables.set(name, value)
  const { connection: given, redactor } = options
  const { defaults = new Map<string, Raw>() } = given
  addDefaults(variables, defaults)
  const originOf = (name: string) => scope.origin(name) ?? defaults.get(name)?.place
  const found = connectionVars(host, variables, {
    home: homedir(),
    originOf,
    becomeMethod: options.playMethod ?? options.become?.method,
  })
  const secret = (text: string | undefined, otherwise: Secret | undefined): Secret | undefined => {
    if (text === undefined) return otherwise
    redactor.add(text)
    return new Secret(text)
  }
  return {
    name: host,
    address: found.address,
    port: found.port,
    user: found.user ?? given.user,
    keyFile: found.keyFile ?? given.keyFile,
    password: secret(found.password, given.password),
    becomePassword: secret(found.becomePassword, given.becomePassword),
    becomeMethod: found.becomeMethod,
    becomeFlags: found.becomeFlags,
    becomeExe: found.becomeExe,
    connection: found.connection,
    sshCommonArgs: found.sshCommonArgs,
    hostKeyChecking: given.hostKeyChecking ?? found.hostKeyChecking,
    hostKeyCheckingFrom: found.hostKeyCheckingFrom,
    timeout: found.timeout ?? given.timeout,
  }
}

/** A default counts where none of the names of its setting is set: `ansible_ssh_port` goes before `ansible_port`. */
function addDefaults(variables: Map<string, Value>, defaults: RawVariables): void {
  const isSet = (name: string) => (variables.get(name) ?? null) !== null
  const free = [...defaults].filter(([name]) => {
    const names: readonly string[] = Object.values(VARIABLES).find((all) =>
      all.some((one) => one === name),
    ) ?? [name]
    return !names.some(isSet)
  })
  for (const [name, { value }] of free) variables.set(name, value)
}
