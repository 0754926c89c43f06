import { dict, type Dict } from '../value.ts'
import { readKeyValues } from './key-values.ts'
import type { Seen } from './seen.ts'

/**
 * What lsb_release would print, without running it: out of /etc/lsb-release, else, where the command is
 * installed, out of os-release, which it reads itself.
 */
export function lsbFacts(seen: Seen): Dict {
  const own = readKeyValues(seen.file('/etc/lsb-release'))
  const hasCommand = (seen.section('lsb') ?? '').trim() !== ''
  const os = readKeyValues(seen.file('/etc/os-release') ?? seen.file('/usr/lib/os-release'))
  const of = (key: string, fallback: string): string | undefined =>
    own.get(`DISTRIB_${key}`) ?? (hasCommand && own.size === 0 ? os.get(fallback) : undefined)
  const id = of('ID', 'ID')
  const release = of('RELEASE', 'VERSION_ID')
  return dict({
    id: own.size > 0 || id === undefined ? id : id.charAt(0).toUpperCase() + id.slice(1),
    description: of('DESCRIPTION', 'PRETTY_NAME'),
    release,
    codename: of('CODENAME', 'VERSION_CODENAME'),
    major_release: release?.split('.')[0],
  })
}
