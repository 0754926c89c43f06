import { httpFunction } from '../http/client.ts'
import { STATUS } from '../http/fetch-script.ts'
import { fileNameOf, type HttpRequest } from '../http/request.ts'
import { base64Of } from '../shell/base64.ts'
import { Script, lines, nothing, sh } from '../shell/sh.ts'
import type { Plan } from '../task.ts'
import { parentPath } from '../world/path-names.ts'
import type { World, WorldQuestion } from '../world/world.ts'
import type { AttributeWishes } from './attributes.ts'
import { type FileContent, fileQuestions, planFile, withDownload } from './file-content.ts'

/** What uri comes down to. */
export interface Uri {
  /** For people: GET https://host/path. */
  shown: string
  request: HttpRequest
  /** What request.body stands for where it is a file: one of the host, or what goes into one. */
  body: string | Buffer | undefined
  statusCodes: readonly number[]
  returnContent: boolean
  dest: string | undefined
  creates: string | undefined
  removes: string | undefined
  wishes: AttributeWishes
}

export function uriQuestions(task: Uri): WorldQuestion[] {
  const paths = [task.creates, task.removes].filter((path) => path !== undefined)
  return [
    ...paths.map((path): WorldQuestion => ({ kind: 'path', ask: { path, follow: true } })),
    ...(task.dest === undefined ? [] : fileQuestions(fileOf(task, task.dest))),
  ]
}

export function planUri(task: Uri, world: World): Plan {
  const { creates, removes, dest } = task
  const there = (path: string): boolean => world.get('path', { path, follow: true }).exists
  if (creates !== undefined && there(creates)) return skipped(creates, 'exists')
  if (removes !== undefined && !there(removes)) return skipped(removes, 'does not exist')
  if (dest !== undefined) {
    const plan = planFile(fileOf(task, dest), world)
    return plan.status === 'change'
      ? { ...plan, timeout: timeoutOf(task), summary: `${task.shown} to ${dest}` }
      : plan
  }
  return {
    status: 'change',
    summary: task.shown,
    diff: [],
    apply: withDownload(requestScript(task)),
    timeout: timeoutOf(task),
    effects: [],
    counts: false,
  }
}

function timeoutOf({ request }: Uri): number {
  return Math.max(600, request.timeout * 4)
}

function skipped(path: string, why: string): Plan {
  return { status: 'ok', reason: `${path} ${why}`, result: { stdout: `skipped, since '${path}' ${why}` } }
}

function fileOf(task: Uri, dest: string): FileContent {
  return {
    ...task.wishes,
    dest,
    name: fileNameOf(task.request.url),
    source: undefined,
    content: { fetch: requestScript(task), digests: {}, same: false, shown: task.shown },
    force: true,
    follow: false,
    backup: false,
  }
}

/** Makes the request; prints its heads and, where it is wanted, the body (uri-result reads them). */
function requestScript(task: Uri): Script {
  const { request, statusCodes, returnContent, dest } = task
  const directory = dest === undefined ? new Script('"${TMPDIR:-/tmp}"') : quotedDirectory(dest)
  const name = dest === undefined ? '' : fileNameOf(request.url)
  const since =
    dest === undefined
      ? nothing
      : sh`hk_at=${dest}
[ ! -d "$hk_at" ] || hk_at=$hk_at/${name}
[ ! -f "$hk_at" ] || hk_since="If-Modified-Since: $(LC_ALL=C date -u -r "$hk_at" '+%a, %d %b %Y %H:%M:%S GMT')"`
  const codes = ` ${statusCodes.join(' ')} `
  return lines(
    httpFunction('hk_http', request),
    sh`hk_directory=${directory}
hk_download=$(mktemp "$hk_directory/.hakube.XXXXXX") || exit 1`,
    bodyScript(task.body),
    since,
    sh`hk_begun=$(date +%s)
hk_heads=$(hk_http 3>&1 >"$hk_download")
hk_code=$?
[ -z "$hk_made" ] || rm -f "$hk_made"
printf 'elapsed=%s\n' "$(($(date +%s) - hk_begun))"
printf 'heads=%s\n' "$(printf '%s\n' "$hk_heads" | base64 | tr -d '\n')"
${STATUS}
[ "$hk_code" -eq 0 ] && [ -n "$hk_status" ] || hk_status=-1
printf 'status=%s\n' "$hk_status"
hk_right=
case ${codes} in *" $hk_status "*) hk_right=y ;; esac
hk_show=${returnContent ? 'y' : ''}
[ -n "$hk_right" ] || hk_show=y
case $(printf '%s\n' "$hk_heads" | tr 'A-Z' 'a-z' | grep '^ *content-type:' | sed -n '$p') in
  *json*|*javascript*) hk_show=y ;;
esac
[ -z "$hk_show" ] || printf 'content=%s\n' "$(base64 <"$hk_download" | tr -d '\n')"
[ -n "$hk_right" ] || exit 1`,
    dest === undefined
      ? nothing
      : sh`[ "$hk_status" != 304 ] || exit 0
hk_sha256=$(sha256sum <"$hk_download" | cut -d ' ' -f 1)`,
  )
}

function quotedDirectory(dest: string): Script {
  return sh`$(if [ -d ${dest} ]; then printf %s ${dest}; else printf %s ${parentPath(dest)}; fi)`
}

/** $hk_made is a temporary file with what was sent along. */
function bodyScript(body: Uri['body']): Script {
  if (body === undefined) return sh`hk_made=`
  if (typeof body === 'string') {
    return sh`hk_made= hk_body=${body}
[ -f "$hk_body" ] || { printf 'Unable to open source file %s\n' "$hk_body" >&2; exit 1; }`
  }
  return sh`hk_made=$(mktemp "$hk_directory/.hakube.XXXXXX") || exit 1
hk_body=$hk_made
{
${base64Of(body)}
} | base64 -d >"$hk_made" || exit 1`
}
