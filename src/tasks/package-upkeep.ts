import type { Answer } from '../connect/connection.ts'
import { lines, nothing, type Script, sh } from '../shell/sh.ts'
import type { Plan, Result } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { managerWrites, someMayGo, upgradesMayBring } from '../world/packages-write.ts'
import { updateOlderLists } from '../world/package.ts'
import { type Effect, effectOnAll } from '../world/world.ts'
import { afterUpdate, ENVIRONMENT, underPolicy } from './package-apt.ts'
import { TOOL } from './package-dnf.ts'
import type { Manager, PackageTask } from './package-task.ts'

/** Work on all packages together, which names none: an upgrade, or tidying up. */
export interface Upkeep {
  /** In the infinitive: upgrade all packages. */
  summary: string
  /** The action and its options, as the manager takes them. */
  words: readonly string[]
  /** Whether installed packages may change. */
  packages: boolean
  /** Whether others may come, and whether some may go. */
  brings?: true
  removes?: true
  /** What the manager prints, in English, where something was done; undefined: it counts as no change, as in Ansible. */
  changed: RegExp | undefined
}

const REMOVED = /The following packages will be REMOVED/
/** apt's last word on what it does; anything but zeros is a change. */
const APT_DONE = /^(?!0 upgraded, 0 newly installed, (?:0 downgraded, )?0 to remove)\d+ upgraded, /m

const APT_UPGRADES = {
  yes: ['upgrade', '--with-new-pkgs'],
  safe: ['upgrade', '--with-new-pkgs'],
  full: ['dist-upgrade'],
  dist: ['dist-upgrade'],
} as const

export const aptUpgrade = (mode: keyof typeof APT_UPGRADES): Upkeep => ({
  summary: 'upgrade all packages',
  words: APT_UPGRADES[mode],
  packages: true,
  brings: true,
  ...(APT_UPGRADES[mode][0] === 'dist-upgrade' && { removes: true }),
  changed: APT_DONE,
})

export const APT_TIDYING: Readonly<Record<'autoremove' | 'autoclean' | 'clean', Upkeep>> = {
  autoremove: {
    summary: 'remove packages that nothing needs',
    words: ['autoremove'],
    packages: true,
    removes: true,
    changed: REMOVED,
  },
  autoclean: {
    summary: 'remove old package files',
    words: ['autoclean'],
    packages: false,
    changed: /^Del /m,
  },
  clean: { summary: 'remove package files', words: ['clean'], packages: false, changed: undefined },
}

/** dnf says when there is nothing to do. */
const DNF_DONE = /^(?:Upgrad|Updat|Install|Remov|Downgrad|Transaction Summary)/m

export const dnfUpgrade = (only: readonly string[]): Upkeep => ({
  summary: 'upgrade all packages',
  words: ['upgrade', ...only],
  packages: true,
  brings: true,
  removes: true,
  changed: DNF_DONE,
})

export const DNF_AUTOREMOVE: Upkeep = {
  summary: 'remove packages that nothing needs',
  words: ['autoremove'],
  packages: true,
  removes: true,
  changed: DNF_DONE,
}

/** Only the real run tells whether there is anything to do. */
export function planUpkeep(task: PackageTask, upkeep: Upkeep, manager: Manager): Plan {
  const apply = manager === 'apt' ? aptUpkeep(task, upkeep) : dnfUpkeep(task, upkeep)
  return {
    status: 'change',
    summary: upkeep.summary,
    diff: [],
    apply,
    timeout: 3600,
    effects: [
      managerWrites,
      ...(upkeep.packages ? [mayChange] : []),
      ...(upkeep.brings ? upgradesMayBring(manager === 'apt') : []),
      ...(upkeep.removes || task.autoremove ? someMayGo : []),
      ...(manager === 'apt' && task.update ? afterUpdate(task.maxAge) : []),
    ],
    once: true,
    ...(upkeep.changed === undefined ? { counts: false } : { maybe: true }),
  }
}

const mayChange: Effect = effectOnAll('package', (before) =>
  before instanceof Unknown || before.installed === undefined
    ? before
    : new Unknown('what becomes of the packages is not known yet'),
)

function aptUpkeep(task: PackageTask, { words }: Upkeep): Script {
  const update = task.update ? updateOlderLists(task.maxAge) : nothing
  const options = ['-y', '-q', '-o', `DPkg::Lock::Timeout=${task.lockTimeout}`, ...task.aptWords]
  const more = words[0]?.endsWith('upgrade')
    ? [...(task.autoremove ? ['--auto-remove'] : []), ...(task.allowDowngrade ? ['--allow-downgrades'] : [])]
    : words[0] === 'autoremove' && task.purge
      ? ['--purge']
      : []
  const call = sh`apt-get ${[...options, ...more, ...words]} </dev/null`
  return lines(ENVIRONMENT, update, underPolicy(task.policy, call))
}

function dnfUpkeep(task: PackageTask, { words }: Upkeep): Script {
  const refresh = task.update ? ['--refresh'] : []
  return lines(TOOL, sh`"$tool" -y ${[...task.dnfWords, ...refresh, ...words]} </dev/null`)
}

/** Whether anything was done, for the result. */
export function upkeepChanged({ changed }: Upkeep, output: Answer): Result {
  return { changed: changed?.test(output.stdout.toString('utf8')) ?? false }
}
