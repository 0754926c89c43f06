import { KIND, sourceFunction } from '../archive/source.ts'
import { type Script, lines, nothing, sh } from '../shell/sh.ts'
import { attributeScript, type Wanted } from './attributes.ts'
import type { Looked } from './unarchive-look.ts'
import type { Unarchive } from './unarchive-plan.ts'

interface Unpacking {
  kind: Looked['kind']
  full: boolean
  /** All that is to be unpacked. */
  names: readonly string[]
  extract: boolean
  items: readonly { path: string; wanted: Wanted; link: boolean }[]
}

/** The commands that unpack, and set attributes that are asked for. */
export function unpackScript(task: Unarchive, how: Unpacking): Script {
  const unpack = !how.extract ? nothing : how.kind === 'zip' ? unzip(task, how) : untar(task, how)
  return lines(unpack, attributeScript(how.items))
}

function untar(task: Unarchive, { full, names }: Unpacking): Script {
  const { dest, exclude, include, keepNewer, options } = task
  if (!full) {
    const which = exclude.length > 0 ? names : include
    return lines(
      sourceFunction(task.source),
      KIND,
      sh`hk_plain | tar -x ${keepNewer ? ['-k'] : []} -f - -C ${dest} ${which} || exit 1`,
    )
  }
  const words = [
    ...(options.length === 0 ? [] : ['--show-transformed-names', ...options]),
    ...(keepNewer ? ['--keep-newer-files'] : []),
    ...exclude.map((one) => `--exclude=${one}`),
  ]
  return lines(
    sourceFunction(task.source),
    KIND,
    sh`hk_plain | LC_ALL=C "$hk_tar" --extract -C ${dest} ${words} -f - ${include} || exit 1`,
  )
}

/** unzip cannot read a pipe: what is not a file of the host becomes one for the time. */
function unzip(task: Unarchive, { names }: Unpacking): Script {
  const { source, dest, exclude, include, keepNewer, options } = task
  const which = keepNewer && include.length === 0 && exclude.length > 0 ? names : include
  const left = exclude.length === 0 ? [] : ['-x', ...exclude]
  const run = (file: Script): Script =>
    sh`unzip ${keepNewer ? '-uo' : '-o'} ${options} ${file} ${which} ${which === names ? [] : left} -d ${dest} >/dev/null`
  if (source.type === 'path') return sh`${run(sh`${source.path}`)} || exit 1`
  return sh`${sourceFunction(source)}
(
hk_zip=$(mktemp ${`${dest.replace(/\/+$/, '')}/.hakube.XXXXXX`}) || exit 1
trap 'rm -f "$hk_zip"' EXIT
hk_source >"$hk_zip" || exit 1
${run(sh`"$hk_zip"`)}
) || exit 1`
}
