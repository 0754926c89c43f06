import { httpFunction, NEWER_ONLY } from '../http/client.ts'
import { STATUS } from '../http/fetch-script.ts'
import { fileNameOf, type HttpRequest } from '../http/request.ts'
import { base64Of } from '../shell/base64.ts'
import { Script, lines, nothing, sh } from '../shell/sh.ts'
import type { Plan } from '../task.ts'
import { parentPath } from '../world/path-names.ts'
import type { World, WorldQuestion } from '../world/world.ts'
import type { AttributeWishes } from './attributes.ts'
import { type Download, type FileContent, fileQuestions, planFile, withDownload } from './file-content.ts'

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
  /** Ask for the answer even where the file of dest is the newest. */
  force: boolean
  creates: string | undefined
  removes: string | undefined
  wishes: AttributeWishes
}

export function uriQuestions(task: Uri): WorldQuestion[] {
  const paths = [task.creates, task.removes].filter((path) => path !== undefined)
  return [
    ...paths.map((path): WorldQuestion => ({ kind: 'path', ask: { path, follow: true } })),
    ...(task.dest === undefined ? [] : fileQuestions(fileOf(task, task.dest, nothing))),
  ]
}

export function planUri(task: Uri, world: World): Plan {
  const { creates, removes, dest } = task
  const there = (path: string): boolean => world.get('path', { path, follow: true }).exists
  if (creates !== undefined && there(creates)) return skipped(creates, 'exists')
  if (removes !== undefined && !there(removes)) return skipped(removes, 'does not exist')
  if (dest !== undefined) {
    const same = { ...downloadOf(task, nothing), same: true }
    const kept = planFile({ ...fileOf(task, dest, nothing), content: same, follow: true }, world)
    const attributes = kept.status === 'change' ? lines(kept.apply, new Script(ATTRIBUTES_SET)) : nothing
    const plan = planFile(fileOf(task, dest, attributes), world)
    return plan.status === 'change'
      ? { ...plan, timeout: timeoutOf(task), summary: `${task.shown} to ${dest}` }
      : plan
  }
  return {
    status: 'change',
    summary: task.shown,
    diff: [],
    apply: withDownload(requestScript(task, nothing)),
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

/** What uriResult reads: the answer was 304, and yet something has changed. */
const ATTRIBUTES_SET = 'echo attributes=set'

/** `kept`: what is done where the file that is there is the newest. */
function fileOf(task: Uri, dest: string, kept: Script): FileContent {
  return {
    ...task.wishes,
    dest,
    name: fileNameOf(task.request.url),
    source: undefined,
    content: downloadOf(task, kept),
    force: true,
    follow: false,
    backup: false,
  }
}

function downloadOf(task: Uri, kept: Script): Download {
  return { fetch: requestScript(task, kept), digests: {}, same: false, shown: task.shown }
}

/** Makes the request; prints its heads and, where it is wanted, the body (uri-result reads them). */
function requestScript(task: Uri, kept: Script): Script {
  const { request, statusCodes, returnContent, dest, force } = task
  const directory = dest === undefined ? new Script('"${TMPDIR:-/tmp}"') : quotedDirectory(dest)
  const name = dest === undefined ? '' : fileNameOf(request.url)
  const since =
    dest === undefined || force
      ? nothing
      : sh`hk_at=${dest}
[ ! -d "$hk_at" ] || hk_at=$hk_at/${name}
[ ! -f "$hk_at" ] || ${NEWER_ONLY}`
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
      : sh`if [ "$hk_status" = 304 ]; then
${kept}
exit 0
fi
hk_sha256=$(sha256sum <"$hk_download" | cut -d ' ' -f 1)`,
  )
}

function quotedDirectory(dest: string): Script {
  return sh`$(if [ -d ${dest} ]; then printf %s ${dest}; else printf %s ${parentPath(dest)}; fi)`
}

/** $hk_made is a temporary file with what was sent along (withDownload removes it). */
function bodyScript(body: Uri['body']): Script {
  if (body === undefined) return nothing
  if (typeof body === 'string') {
    return sh`hk_body=${body}
[ -f "$hk_body" ] || { printf 'Unable to open source file %s\n' "$hk_body" >&2; exit 1; }`
  }
  return sh`hk_made=$(mktemp "$hk_directory/.hakube.XXXXXX") || exit 1
hk_body=$hk_made
{
${base64Of(body)}
} | base64 -d >"$hk_made" || exit 1`
}
