import { accountFilesChange } from './account-files.ts'
import { Unknown } from './kind.ts'
import { isAbout } from './package-names.ts'
import { isThere, STARTS, stemOf } from './packages-bring.ts'
import { bringsOf, type Family } from './packages-known.ts'
import { isPackagePlace } from './packages-write.ts'
import type { PackageReply } from './replies.ts'
import { effect, type Effect, effectOnAll } from './world.ts'

/**
 * The World after this package is removed. Only the package manager knows which files and units were its own, so
 * those that are named after it are not known any more.
 */
export function afterRemoval(name: string, family: Family, purge: boolean, policy = 0): Effect[] {
  const gone: Omit<PackageReply, 'candidate'> = {
    installed: undefined,
    ...(family === 'Debian' && !purge && { residue: true }),
  }
  const why = new Unknown(`it may go with package ${name}`)
  const { unit, account } = bringsOf(name, family) ?? {}
  const stem = stemOf(name)
  return [
    effectOnAll('package', (before, key) => {
      if (!isAbout(key, name)) return before
      // It stays on offer.
      return { ...gone, candidate: before instanceof Unknown ? undefined : before.candidate }
    }),
    effectOnAll('unit', (before, key) => {
      // A mask is the administrator's, and stays.
      if (!(before instanceof Unknown) && before.known && before.enablement.startsWith('masked'))
        return before
      // What is not stopped goes on without its unit file.
      if (key === unit) return STARTS.has(policy) ? { known: false } : why
      return !(before instanceof Unknown) && before.known && key.includes(stem) ? why : before
    }),
    effectOnAll('path', (before, key) =>
      isThere(before) && isPackagePlace(key) && key.includes(stem) ? why : before,
    ),
    // Debian takes the account away with the configuration, EL never.
    ...(account && family === 'Debian' && purge
      ? [
          accountFilesChange,
          effect('user', account.name, () => ({ exists: false })),
          effect('group', account.name, () => ({ exists: false })),
          ownerless(account.name),
        ]
      : []),
  ]
}

/** What belonged to an account that is gone shows its number, if anybody knows that. */
function ownerless(name: string): Effect {
  return effectOnAll('path', (before) => {
    if (before instanceof Unknown || !before.exists) return before
    const { owner, uid, group, gid } = before
    if (owner !== name && group !== name) return before
    const lost = [...(owner === name ? [uid] : []), ...(group === name ? [gid] : [])]
    if (lost.some(Number.isNaN)) return new Unknown(`which number user ${name} gets is not known`)
    return {
      ...before,
      owner: owner === name ? String(uid) : owner,
      group: group === name ? String(gid) : group,
    }
  })
}
