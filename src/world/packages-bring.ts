import { accountFilesChange } from './account-files.ts'
import { isAbout, namesInstalled } from './package-names.ts'
import { Unknown } from './kind.ts'
import { type Made, pathAttributes, pathBecomes } from './path-effects.ts'
import type { GroupReply, PathReply, UnitReply, UserReply } from './replies.ts'
import { type Effect, type World, type WorldQuestion, effect, effectOnAll } from './world.ts'
import { type Brings, bringsOf, type Family } from './packages-known.ts'
import { isElsewhere, isPackagePlace } from './packages-write.ts'

const POLICY = '/usr/sbin/policy-rc.d'
/** What policy-rc.d says where services may start and stop, and where not. */
export const STARTS = new Set([0, 104])
const NEVER = 101
const PROGRAM = /^\/usr\/s?bin\//

/** What must be known to predict an installation, whatever the family. */
export function bringQuestions(names: readonly string[]): WorldQuestion[] {
  const known = names.flatMap((name) =>
    [bringsOf(name, 'Debian'), bringsOf(name, 'RedHat')].filter((all) => all !== undefined),
  )
  const paths = new Set(
    known.flatMap((brings) => [POLICY, brings.config, ...brings.files, ...brings.directories]),
  )
  const units = new Set(known.map((brings) => brings.unit))
  const accounts = new Set(known.flatMap((brings) => brings.account?.name ?? []))
  return [
    ...[...paths].map((path) => ({ kind: 'path', ask: { path } }) as const),
    ...[...units].map((name) => ({ kind: 'unit', ask: { name } }) as const),
    ...[...accounts].map((name) => ({ kind: 'user', ask: { name } }) as const),
  ]
}

/** Stands for a version that only the installation will tell. */
export const NEWEST = '(the newest there is)'

/** The World after this package is installed anew. */
export function afterInstall(
  name: string,
  version: string | undefined,
  family: Family,
  world: World,
  policy?: number,
): Effect[] {
  const package_ = packageBecomes(name, version)
  const brings = bringsOf(name, family)
  if (!brings) return [package_, ...mayBring(name)]
  return [
    package_,
    ...brings.directories.flatMap((path) => brought(path, 'directory', brings, family, world)),
    ...brings.files.flatMap((path) => brought(path, 'file', brings, family, world)),
    ...(brings.perhaps ?? []).map((path) =>
      effectOnAll('path', (before, key) =>
        isThere(before) || (key !== path && !key.startsWith(`${path}/`))
          ? before
          : new Unknown(`some releases of package ${name} bring it`),
      ),
    ),
    // A release may bring more than is listed above.
    effectOnAll('path', (before, key) =>
      before instanceof Unknown || before.exists || !mayBeOf(brings, key)
        ? before
        : new Unknown(`package ${name} may bring it`),
    ),
    effect('unit', brings.unit, () => unitAfterInstall(brings, family, world, policy)),
    ...accountEffects(brings, world),
  ]
}

/** The World after this package has another version. */
export function afterUpgrade(name: string, version: string, family: Family, policy = 0): Effect[] {
  const unit = family === 'Debian' && STARTS.has(policy) ? bringsOf(name, family)?.unit : undefined
  return [
    packageBecomes(name, version),
    ...mayBring(name),
    ...(family === 'RedHat' ? [mayReset(name)] : []),
    ...(unit === undefined ? [] : [effect('unit', unit, (before) => unitAfterUpgrade(unit, before))]),
  ]
}

/** Debian restarts a service whose package is upgraded, and that starts one that was stopped. */
function unitAfterUpgrade(unit: string, before: UnitReply | Unknown | undefined): UnitReply | Unknown {
  if (before === undefined || before instanceof Unknown || !before.known)
    return before ?? new Unknown(`whether ${unit} starts depends on the new release of its package`)
  const stopped = before.activity !== 'active' && !before.enablement.startsWith('masked')
  return stopped ? new Unknown(`whether ${unit} starts depends on the new release of its package`) : before
}

/** rpm sets the owner and mode of what it has brought anew, unless it is a configuration with another content. */
function mayReset(name: string): Effect {
  const stem = stemOf(name)
  return effectOnAll('path', (before, key) => {
    if (before instanceof Unknown || !before.exists) return before
    if (before.type !== 'file' || !key.includes(stem)) return before
    if (!isPackagePlace(key) || isElsewhere(key)) return before
    const shipped = PROGRAM.test(key) ? 0o755 : 0o644
    return before.uid === 0 && before.gid === 0 && before.mode === shipped
      ? before
      : new Unknown('an upgrade may reset it')
  })
}

/** What the places of a package are named after: keepalived of keepalived-2.2.8. */
export function stemOf(name: string): string {
  return /^[a-z]+/i.exec(name)?.[0] ?? name
}

/** What is asked about under a name with a version in it stays open, unless it is this version. */
function packageBecomes(name: string, version: string | undefined): Effect {
  return effectOnAll('package', (before, key) => {
    // For rpm a pattern of versions is no name.
    if (!isAbout(key, name) || /-\d[^=]*[*?]/.test(key)) return before
    const candidate = before instanceof Unknown ? undefined : before.candidate
    // An upgrade that is permitted leaves the hold; who installs a package releases it.
    const held = !(before instanceof Unknown) && before.installed !== undefined && before.held === true
    const kept = { candidate, ...(held && { held }) }
    if (key === name) return { installed: version ?? candidate ?? NEWEST, ...kept }
    const same = version === undefined ? undefined : namesInstalled(key, name, version)
    if (same !== undefined) return { installed: same ? version : undefined, ...kept }
    return new Unknown(`which version of ${name} is installed then is not known`)
  })
}

/** A package nobody listed: what is absent now may come with it; units do with their files (see unitOf). */
function mayBring(name: string): Effect[] {
  const why = new Unknown(`package ${name} may bring it`)
  return [
    accountFilesChange,
    effectOnAll('user', (before) => (before instanceof Unknown || before.exists ? before : why)),
    effectOnAll('group', (before) => (before instanceof Unknown || before.exists ? before : why)),
    effectOnAll('path', (before, key) => {
      if (before instanceof Unknown) return before
      if (before.exists) return isOrphan(before) ? new Unknown(`package ${name} may bring its owner`) : before
      return isPackagePlace(key) && !isElsewhere(key) ? why : before
    }),
  ]
}

/** An unlisted place that is named after the package. */
function mayBeOf({ config, files, directories, never = [] }: Brings, key: string): boolean {
  const stem = config.split('/')[2] ?? ''
  const listed = [...files, ...directories, ...never]
  return (
    isPackagePlace(key) &&
    key.includes(stem) &&
    // Of its unit all is known.
    !/\/systemd\/system\//.test(key) &&
    !isElsewhere(key) &&
    !listed.some((path) => key === path || key.startsWith(`${path}/`))
  )
}

function brought(
  path: string,
  type: 'file' | 'directory',
  brings: Brings,
  family: Family,
  world: World,
): Effect[] {
  const before = world.peek('path', { path })
  // What is there stays: a config file that somebody wrote before, or a directory. What may be there stays unknown.
  const stays =
    before instanceof Unknown || (before.exists && !(family === 'RedHat' && before.type === 'directory'))
  if (stays) return []
  const own = brings.account?.ownsHome === true && path === brings.account.home
  const secret = path === '/etc/keepalived/keepalived.conf'
  const mode = type === 'directory' || PROGRAM.test(path) ? 0o755 : secret ? 0o600 : 0o644
  const root = { uid: 0, gid: 0, owner: 'root', group: 'root' }
  const owner = own ? { uid: Number.NaN, gid: Number.NaN, owner: 'haproxy', group: 'haproxy' } : root
  // rpm gives a directory that is there already its own owner and mode.
  if (before.exists) {
    const same = before.owner === owner.owner && before.group === owner.group && before.mode === mode
    return same ? [] : [pathAttributes(path, { mode, ...owner })]
  }
  const made: Made = { type, mode, ...owner }
  return [pathBecomes(path, made)]
}

function accountEffects({ account }: Brings, world: World): Effect[] {
  if (!account) return []
  const known = world.peek('user', { name: account.name })
  const isNew = known instanceof Unknown || !known.exists
  const { name, home } = account
  const never = Number.NaN
  const user: UserReply = {
    exists: true,
    name,
    uid: never,
    gid: never,
    comment: '',
    home,
    shell: '/usr/sbin/nologin',
    groups: [name],
  }
  const group: GroupReply = { exists: true, name, gid: never, members: [] }
  return [
    // What a lost account has left may be the new one's: it gets a name if the numbers are the same.
    ...(isNew ? [orphansMayGet(name), accountFilesChange] : []),
    effect('user', name, (before) => (isThere(before) ? before : user)),
    effect('group', name, (before) => (isThere(before) ? before : group)),
  ]
}

function orphansMayGet(name: string): Effect {
  return effectOnAll('path', (before) =>
    !(before instanceof Unknown) && before.exists && isOrphan(before)
      ? new Unknown(`which number user ${name} gets is not known`)
      : before,
  )
}

/** Whether it belongs to a number without a name. */
function isOrphan({ owner, group }: { owner: string; group: string }): boolean {
  return [owner, group].some((name) => /^\d+$/.test(name))
}

/** Whether a thing is known to be there. */
export function isThere<Reply extends { exists: boolean }>(
  before: Reply | Unknown | undefined,
): before is Reply {
  return before !== undefined && !(before instanceof Unknown) && before.exists
}

/** Debian enables a service and starts it, if it can; EL does neither. */
function unitAfterInstall(
  brings: Brings,
  family: Family,
  world: World,
  given: number | undefined,
): UnitReply | Unknown {
  const before = world.peek('unit', { name: brings.unit })
  if (before instanceof Unknown) return before
  // An administrator may have masked it beforehand, so that it does not start.
  if (before.known && before.enablement.startsWith('masked')) return before
  const off = { known: true, activity: 'inactive', needsReload: false, oneshot: false } as const
  if (family !== 'Debian') return { ...off, enablement: 'disabled' }
  if (given === NEVER) return { ...off, enablement: 'enabled' }
  const policy = given === undefined ? world.peek('path', { path: POLICY }) : { exists: !STARTS.has(given) }
  const config = world.peek('path', { path: brings.config })
  const shipped = brings.files.includes(brings.config)
  if (policy instanceof Unknown || policy.exists)
    return new Unknown(`${POLICY} decides whether ${brings.unit} starts`)
  if (startsWithOld(config))
    return new Unknown(`whether ${brings.unit} starts depends on ${brings.config}, which is there already`)
  return { ...off, enablement: 'enabled', activity: shipped ? 'active' : 'inactive' }
}

function startsWithOld(config: PathReply | Unknown): boolean {
  return config instanceof Unknown || config.exists
}
