import { createHash } from 'node:crypto'
import { httpFunction } from '../http/client.ts'
import type { HttpRequest } from '../http/request.ts'
import { base64Of } from '../shell/base64.ts'
import { Script, lines, sh } from '../shell/sh.ts'

/** Where an archive is: on the controller, on the host, or on a server. */
export type ArchiveSource =
  | { type: 'content'; content: Buffer; shown: string }
  | { type: 'path'; path: string; shown: string }
  | { type: 'url'; request: HttpRequest; shown: string }

/** hk_source writes the archive to standard output. */
export function sourceFunction(source: ArchiveSource): Script {
  if (source.type === 'path') return sh`hk_source() { cat ${source.path}; }`
  if (source.type === 'url') {
    return lines(httpFunction('hk_http', source.request), sh`hk_source() { hk_http 3>/dev/null; }`)
  }
  return sh`hk_source() {
{
${base64Of(source.content)}
} | base64 -d
}`
}

/** Tells archives apart in the question's name. */
export function sourceKey(source: ArchiveSource): unknown {
  if (source.type === 'content') return createHash('sha256').update(source.content).digest('hex')
  return source.type === 'path' ? source.path : source.request
}

/**
 * hk_kind becomes zip, gz, bz2, xz, zst or tar, by the first bytes; hk_plain writes the tar within to standard output.
 * hk_tar is GNU's tar where there is one.
 */
export const KIND = new Script(String.raw`
case $(hk_source 2>/dev/null | dd bs=6 count=1 2>/dev/null | od -An -v -tx1 | tr -d ' \n') in
  504b0304*|504b0506*) hk_kind=zip ;;
  1f8b*) hk_kind=gz; hk_unpack='gzip -dc' ;;
  425a68*) hk_kind=bz2; hk_unpack='bzip2 -dc' ;;
  fd377a585a00*) hk_kind=xz; hk_unpack='xz -dc' ;;
  28b52ffd*) hk_kind=zst; hk_unpack='zstd -dc' ;;
  '') hk_kind=empty ;;
  *) hk_kind=tar; hk_unpack=cat ;;
esac
hk_plain() { hk_source | $hk_unpack; }
hk_tar=tar
command -v gtar >/dev/null 2>&1 && hk_tar=gtar
hk_gnu=
case $($hk_tar --version 2>/dev/null) in *GNU*) hk_gnu=y ;; esac
`)
