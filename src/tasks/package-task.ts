import { rpmSpec } from '../world/package-names.ts'
import type { Script } from '../shell/sh.ts'
import { bringQuestions } from '../world/packages-bring.ts'
import { KNOWN } from '../world/packages-known.ts'
import type { WorldQuestion } from '../world/world.ts'
import { listsAsk } from './package-apt.ts'
import { updatesAsk } from './package-dnf.ts'
import { type PackageFile, packageFileQuestions } from './package-file.ts'
import type { Upkeep } from './package-upkeep.ts'

/** What apt, dnf, yum and package come down to. */
export interface PackageTask {
  /** Name of the module, for messages. */
  module: string
  /** The manager that the module is made for; undefined = the host's own. */
  manager: Manager | undefined
  names: readonly string[]
  /** Packages that are no repository's. */
  files: readonly PackageFile[]
  state: 'present' | 'latest' | 'absent'
  /** Fetch the lists of packages before something is installed. */
  update: boolean
  /** Lists younger than so many seconds are not fetched again. */
  maxAge: number
  allowDowngrade: boolean
  /** Upgrade what is installed, install nothing anew. */
  onlyUpgrade: boolean
  purge: boolean
  autoremove: boolean
  /** More words for the command line of the manager. */
  aptWords: readonly string[]
  dnfWords: readonly string[]
  /** Work on all packages together; then none is named. */
  upkeep?: Upkeep | undefined
  /** What /usr/sbin/policy-rc.d says while apt works: whether services may start. */
  policy?: number | undefined
  /** Seconds to wait for apt's lock. */
  lockTimeout: number
  /** Parameters given that only one manager has. */
  ofOne: Readonly<Record<Manager, readonly string[]>>
}

export type Manager = 'apt' | 'dnf'

/** Among a task's words for apt: packages on hold may be changed. */
export const CHANGE_HELD = '--allow-change-held-packages'

/** What one call of the package manager is to do. */
export interface Transaction {
  action: 'install' | 'remove'
  /** As the manager takes them. */
  specs: readonly (string | Script)[]
  /** What has to be done first, in the same subshell. */
  before?: readonly Script[]
}

/** A task that states nothing; the modules fill in what they have. */
export const noPackages: PackageTask = {
  module: 'package',
  manager: undefined,
  names: [],
  files: [],
  state: 'present',
  update: false,
  maxAge: 0,
  allowDowngrade: false,
  onlyUpgrade: false,
  purge: false,
  autoremove: false,
  aptWords: [],
  dnfWords: [],
  lockTimeout: 60,
  ofOne: { apt: [], dnf: [] },
}

/** Fetching lists alone. */
export function isUpdateOnly(task: PackageTask): boolean {
  return task.names.length === 0 && task.files.length === 0
}

export function packageQuestions(task: PackageTask): WorldQuestion[] {
  const platform: WorldQuestion = { kind: 'platform', ask: {} }
  if (task.upkeep) return [platform]
  if (isUpdateOnly(task))
    return [platform, ...(task.maxAge > 0 ? [{ kind: 'script', ask: listsAsk(task.maxAge) } as const] : [])]
  const latest = task.state === 'latest'
  // Patterns and the like are apt's own; with fresh lists nothing is known yet.
  const asks = task.state !== 'absent' && !task.update && task.manager !== 'dnf'
  const listed = (name: string) =>
    asks && /^[a-z0-9][a-z0-9+.-]*[a-z0-9.](?:=.*)?$/.test(name) ? { listed: true } : {}
  const refresh = latest && task.update && task.manager !== 'dnf' ? { refresh: task.maxAge } : {}
  return [
    platform,
    ...askedNames(task).map(
      (name) => ({ kind: 'package', ask: { name, candidate: latest, ...listed(name), ...refresh } }) as const,
    ),
    ...task.files.flatMap(packageFileQuestions),
    ...(latest && task.manager !== 'apt' && task.names.length > 0
      ? [{ kind: 'script', ask: updatesAsk(task) } as const]
      : []),
    ...(task.state === 'absent'
      ? []
      : bringQuestions([...task.names, ...(task.files.length > 0 ? KNOWN : [])])),
  ]
}

/** The names themselves, and what is left of each without what looks like rpm's version. */
function askedNames(task: PackageTask): string[] {
  const bases = task.manager === 'apt' ? [] : task.names.flatMap((name) => rpmSpec(name)?.name ?? [])
  return [...new Set([...task.names, ...bases])]
}
