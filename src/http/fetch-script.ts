import { nothing, Script, sh } from '../shell/sh.ts'
import { httpFunction, NEWER_ONLY } from './client.ts'
import type { HttpRequest } from './request.ts'

/** $hk_status is the status of the last answer in $hk_heads; empty where the scheme has none. */
export const STATUS = new Script(
  String.raw`hk_status=$(printf '%s\n' "$hk_heads" | sed -n 's/^.*HTTP\/[0-9.]* \([0-9][0-9][0-9]\).*/\1/p' | sed -n '$p')`,
)

/** A file that stays where the server has no other one, and what is done then; `since`: only a newer one is asked for. */
export interface Kept {
  at: string
  since: boolean
  script: Script
}

/**
 * Fetches into a private temporary file in that directory: "$hk_download", with its digest in $hk_sha256. Prints what
 * the answer was (readFetched). Ends with `exit 1` where there is no such content, and with `exit 0` where `kept` stays.
 */
export function fetchScript(
  request: HttpRequest,
  options: {
    directory: string
    checksum?: { algorithm: string; digest: string } | undefined
    kept?: Kept | undefined
  },
): Script {
  const { checksum, kept } = options
  const verify = checksum
    ? sh`hk_got=$(${new Script(`${checksum.algorithm}sum`)} <"$hk_download" | cut -d ' ' -f 1)
[ "$hk_got" = ${checksum.digest} ] || {
  printf '%s\n' ${`The checksum of ${request.url} did not match ${checksum.digest}; it was `}"$hk_got" >&2
  exit 1
}`
    : sh`:`
  return sh`${httpFunction('hk_http', request)}
[ -d ${options.directory} ] || { printf '%s\n' ${`${options.directory} is not a directory`} >&2; exit 1; }
hk_download=$(mktemp ${`${options.directory.replace(/\/+$/, '')}/.hakube.XXXXXX`}) || exit 1
${
  kept?.since
    ? sh`hk_at=${kept.at}
${NEWER_ONLY}`
    : nothing
}
hk_begun=$(date +%s)
hk_heads=$(hk_http 3>&1 >"$hk_download")
hk_code=$?
printf 'elapsed=%s\n' "$(($(date +%s) - hk_begun))"
printf 'heads=%s\n' "$(printf '%s\n' "$hk_heads" | base64 | tr -d '\n')"
[ "$hk_code" -eq 0 ] || exit 1
${STATUS}
case $hk_status in
  200|'') ;;
  ${
    kept?.since
      ? sh`304)
${kept.script}
exit 0 ;;`
      : sh``
  }
  *) printf 'Request failed: %s answered with status %s\n' ${request.url} "$hk_status" >&2; exit 1 ;;
esac
${verify}
hk_sha256=$(sha256sum <"$hk_download" | cut -d ' ' -f 1)
printf 'sha1=%s\n' "$(sha1sum <"$hk_download" | cut -d ' ' -f 1)"
printf 'md5=%s\n' "$(md5sum <"$hk_download" | cut -d ' ' -f 1)"
printf 'size=%s\n' "$(wc -c <"$hk_download" | tr -d ' ')"
${
  kept
    ? sh`if [ "$hk_sha256" = "$(sha256sum <${kept.at} | cut -d ' ' -f 1)" ]; then
${kept.script}
exit 0
fi`
    : nothing
}`
}

/** What fetchScript printed: by name. `heads` is decoded. */
export function readFetched(stdout: string): Map<string, string> {
  const out = new Map<string, string>()
  for (const [, name = '', value = ''] of stdout.matchAll(/^(elapsed|heads|sha1|md5|size|unchanged)=(.*)$/gm))
    out.set(name, name === 'heads' ? Buffer.from(value, 'base64').toString('latin1') : value)
  return out
}
