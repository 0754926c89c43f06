import { HakubeError } from '../errors.ts'
import { readNames } from '../world/package-names.ts'
import type { PackageTask } from './package-task.ts'

const STATES = {
  present: 'present',
  installed: 'present',
  latest: 'latest',
  absent: 'absent',
  removed: 'absent',
} as const

export const STATE_NAMES = ['present', 'installed', 'latest', 'absent', 'removed'] as const

/** Ansible's spelling of a state, with its synonyms. */
export function readState(state: keyof typeof STATES): PackageTask['state'] {
  return STATES[state]
}

/** Names under any of the parameter's names. Without any, the task must be about the lists alone. */
export function readPackageNames(
  module: string,
  given: readonly (string[] | undefined)[],
  update: boolean,
  rpm = false,
): string[] {
  const lists = given.filter((names) => names !== undefined)
  if (lists.length > 1)
    throw wrong(`${module}: the packages are named twice`, 'name and pkg are the same parameter')
  const names = readNames(module, lists[0] ?? [], rpm)
  if (names.length === 0 && lists.length === 0 && !update) {
    throw wrong(`${module} needs the name of a package`, 'add name:, or update_cache: yes')
  }
  return names
}

export function wrong(message: string, hint?: string): HakubeError {
  return new HakubeError(message, { code: 'wrong-parameter', hint })
}

export const packageReturns = {
  rc: 'Exit status of the package manager.',
  stdout: 'What it printed. Also as stdout_lines.',
  stderr: 'What it printed as errors. Also as stderr_lines.',
}
