import { accountFilesChange } from './account-files.ts'
import { Unknown } from './kind.ts'
import { normalPath } from './path-names.ts'
import { type Effect, type WorldQuestion, effectOnAll, keyOf } from './world.ts'

/**
 * The World after a task of which nobody can tell what it does: what it asked about because it may change it is
 * unknown from then on. The platform, accounts that are there and the directories above stay as they are.
 */
export function unsettled(asks: readonly WorldQuestion[], why: string): Effect[] {
  const unknown = new Unknown(why)
  const about = (kind: WorldQuestion['kind']): Set<string> =>
    new Set(asks.filter((question) => question.kind === kind).map(keyOf))
  const [packages, units, sysctls, users] = [about('package'), about('unit'), about('sysctl'), about('user')]
  const changing = (kind: 'user' | 'group' | 'script'): Set<string> =>
    new Set(
      asks.flatMap((question) => (question.kind === kind && question.ask.changes ? [keyOf(question)] : [])),
    )
  const [accounts, groups, scripts] = [changing('user'), changing('group'), changing('script')]
  const paths = [...new Set([...about('path')].map(normalPath))]
  const own = paths.filter((path) => !paths.some((other) => isBelow(other, path)))
  const mayCome = (before: { exists: boolean } | Unknown, key: string): boolean =>
    packages.size > 0 && users.has(key) && !(before instanceof Unknown) && !before.exists
  return [
    ...(packages.size + accounts.size + groups.size > 0 ? [accountFilesChange] : []),
    effectOnAll('path', (before, key, places) => {
      const path = places.of(key)
      const isOwn = own.map((one) => places.of(one)).some((one) => path === one || isBelow(path, one))
      if (isOwn || own.some((one) => isBelow(normalPath(key), one))) return unknown
      // A directory on the way that is not there may be made.
      return paths.includes(normalPath(key)) && !(before instanceof Unknown) && !before.exists
        ? unknown
        : before
    }),
    effectOnAll('package', (before, key) => (packages.has(key) ? unknown : before)),
    effectOnAll('unit', (before, key) => (units.has(key) ? unknown : before)),
    effectOnAll('sysctl', (before, key) => (sysctls.has(key) ? unknown : before)),
    // A package brings its account along, and others none.
    effectOnAll('user', (before, key) => (accounts.has(key) || mayCome(before, key) ? unknown : before)),
    effectOnAll('group', (before, key) => (groups.has(key) || mayCome(before, key) ? unknown : before)),
    effectOnAll('script', (before, key) => (scripts.has(key) ? unknown : before)),
  ]
}

function isBelow(path: string, directory: string): boolean {
  return directory === '/' ? path !== '/' : path.startsWith(`${directory}/`)
}
