import { httpFunction } from '../http/client.ts'
import { KIND, sourceFunction } from '../archive/source.ts'
import { type Script, lines, nothing, sh } from '../shell/sh.ts'
import { withDownload } from './file-content.ts'
import { attributeScript, type Wanted } from './attributes.ts'
import type { Looked } from './unarchive-look.ts'
import type { Unarchive } from './unarchive-plan.ts'

interface Unpacking {
  kind: Looked['kind']
  full: boolean
  /** Of what a server has sent for the look. */
  digest: string | undefined
  /** All that is to be unpacked. */
  names: readonly string[]
  extract: boolean
  items: readonly { path: string; wanted: Wanted; link: boolean }[]
}

/** The commands that unpack, and set attributes that are asked for. */
export function unpackScript(task: Unarchive, how: Unpacking): Script {
  const unpack = !how.extract ? nothing : how.kind === 'zip' ? unzip(task, how) : untar(task, how)
  return lines(task.source.type === 'url' ? withDownload(unpack) : unpack, attributeScript(how.items))
}

/** hk_source writes the archive that was looked at: what a server sends is fetched once more, and must be the same. */
function sourceScript({ source, dest }: Unarchive, { digest = '' }: Unpacking): Script {
  if (source.type !== 'url') return sourceFunction(source)
  return lines(
    httpFunction('hk_http', source.request),
    sh`hk_download=$(mktemp ${`${dest.replace(/\/+$/, '')}/.hakube.XXXXXX`}) || exit 1
hk_http 3>/dev/null >"$hk_download" || exit 1
[ "$(sha256sum <"$hk_download" | cut -d ' ' -f 1)" = ${digest} ] || {
  printf '%s\n' ${`${source.shown} is another archive than when it was looked at`} >&2
  exit 1
}
hk_source() { cat "$hk_download"; }`,
  )
}

function untar(task: Unarchive, how: Unpacking): Script {
  const { full } = how
  const { dest, exclude, include, keepNewer, options } = task
  if (!full) {
    return lines(
      sourceScript(task, how),
      KIND,
      sh`hk_plain | tar -x ${keepNewer ? ['-k'] : []} -f - -C ${dest} ${include} || exit 1`,
    )
  }
  const words = [
    ...(options.length === 0 ? [] : ['--show-transformed-names', ...options]),
    ...(keepNewer ? ['--keep-newer-files'] : []),
    ...exclude.map((one) => `--exclude=${one}`),
  ]
  return lines(
    sourceScript(task, how),
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
