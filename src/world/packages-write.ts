import { accountFilesChange } from './account-files.ts'
import { Unknown } from './kind.ts'
import { normalPath } from './path-names.ts'
import { replyOf } from './path-effects.ts'
import type { PathReply } from './replies.ts'
import { type Effect, effectOnAll } from './world.ts'

/** Databases, caches and logs of dpkg, apt, rpm and dnf. */
const OWN =
  /^\/var\/(?:lib\/(?:apt(?!\/periodic)|dnf|dpkg|rpm|ucf|yum)|cache\/(?:apt|debconf|dnf|yum)|log\/(?:apt|dnf|dpkg|yum)[^/]*)(?:\/|$)/

/** Whatever a package manager does, it leaves traces in files of its own. */
export const managerWrites: Effect = effectOnAll('path', (before, key) =>
  OWN.test(key) ? new Unknown('the package manager writes there') : before,
)

const PERIODIC = '/var/lib/apt/periodic'
const STAMP = `${PERIODIC}/update-success-stamp`

/** apt's lists were fetched: the stamp that says so is there, whether or not it was. */
export const stampBecomes: Effect = effectOnAll('path', (before, key) => {
  const path = normalPath(key)
  if (path === STAMP) return touched(before, 'file', 0o644)
  return path === PERIODIC ? touched(before, 'directory', 0o755) : before
})

function touched(before: PathReply | Unknown, type: 'file' | 'directory', mode: number): PathReply | Unknown {
  const never = Number.NaN
  if (!(before instanceof Unknown) && before.exists)
    return { ...before, mtime: never, atime: never, ctime: never }
  const made = replyOf({ type, mode, uid: 0, gid: 0, owner: 'root', group: 'root' })
  // What else is in the directory was not told.
  const { entries: _entries, tree: _tree, ...rest } = made
  return rest
}

/** Packages that nothing needs may go, or those that an upgrade replaces: of which, only the manager knows. */
export const someMayGo: readonly Effect[] = [
  effectOnAll('unit', (before) =>
    before instanceof Unknown || !before.known || before.enablement.startsWith('masked')
      ? before
      : new Unknown('it may go with a package that nothing needs'),
  ),
  effectOnAll('path', (before, key) =>
    !(before instanceof Unknown) &&
    before.exists &&
    isPackagePlace(key) &&
    !isElsewhere(key) &&
    !key.startsWith(PERIODIC)
      ? new Unknown('it may go with a package that nothing needs')
      : before,
  ),
]

/** Upgrades may bring files (and units with them) and accounts that are not there yet; Debian starts what has stopped. */
export function upgradesMayBring(starts: boolean): Effect[] {
  const why = new Unknown('an upgrade may bring it')
  return [
    accountFilesChange,
    effectOnAll('user', (before) => (before instanceof Unknown || before.exists ? before : why)),
    effectOnAll('group', (before) => (before instanceof Unknown || before.exists ? before : why)),
    effectOnAll('path', (before, key) =>
      before instanceof Unknown || before.exists || !isPackagePlace(key) || isElsewhere(key) ? before : why,
    ),
    effectOnAll('unit', (before) => {
      if (before instanceof Unknown || !before.known) return before
      const stopped = before.activity !== 'active' && !before.enablement.startsWith('masked')
      return starts && stopped ? new Unknown('whether an upgrade starts it') : before
    }),
  ]
}

/** A package of which nothing is known comes: any other may come or change with it. */
export function anythingMayCome(name: string): Effect[] {
  const why = new Unknown(`package ${name} may bring it`)
  return [
    accountFilesChange,
    effectOnAll('package', () => why),
    effectOnAll('user', (before) => (before instanceof Unknown || before.exists ? before : why)),
    effectOnAll('group', (before) => (before instanceof Unknown || before.exists ? before : why)),
    effectOnAll('path', (before, key) =>
      before instanceof Unknown || before.exists || !isPackagePlace(key) ? before : why,
    ),
    effectOnAll('unit', (before) =>
      before instanceof Unknown || !before.known || before.activity === 'active' ? before : why,
    ),
  ]
}

/** Where packages put files. */
export function isPackagePlace(key: string): boolean {
  return /^\/(?:etc|usr|lib\w*|s?bin|var\/(?:lib|cache|log|spool)|opt)\//.test(key)
}

/** The administrator's own places in there, and what belongs to the two packages of which all is known. */
export function isElsewhere(key: string): boolean {
  return /^\/(?:usr\/local|etc\/(?:systemd\/system|sysctl\.d|haproxy|keepalived))(?:\/|$)|^\/etc\/sysctl\.conf/.test(
    key,
  )
}
