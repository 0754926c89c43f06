import { NEWER_ONLY } from '../http/client.ts'
import { contentScript } from '../http/content.ts'
import { readHeads, type HttpHead } from '../http/answer.ts'
import type { Kept } from '../http/fetch-script.ts'
import type { HttpRequest } from '../http/request.ts'
import { type Script, lines, nothing, sh } from '../shell/sh.ts'
import type { Plan, Result } from '../task.ts'
import type { PathAsk, PathReply, ScriptAsk, ScriptReply } from '../world/replies.ts'
import { effect, UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import { Unknown } from '../world/kind.ts'
import type { AttributeWishes } from './attributes.ts'
import { type Checksum, digestIn } from './checksum.ts'
import { type Download, type FileContent, fileQuestions, planFile } from './file-content.ts'

type Known = { algorithm: string; digest: string }

/** What get_url comes down to. */
export interface GetUrl {
  request: HttpRequest
  /** The URL for people. */
  shown: string
  /** Name in `dest` where that is a directory. */
  name: string
  checksum: Checksum | undefined
  force: boolean
  file: AttributeWishes & { dest: string; backup: boolean }
  /** The script that fetches the file that is to be at that path. */
  fetch(checksum: Known | undefined, at: string, kept?: Kept): Script
  /** A shell function that asks for the heads only. */
  look: Script
  at(inside: boolean): string
}

type There = Extract<PathReply, { exists: true }>
const digests = ['sha1', 'md5', 'sha256', 'sha512'] as const

export function getQuestions(get: GetUrl): WorldQuestion[] {
  const source = sourceOf(get)
  return [
    ...(source === undefined ? [] : [{ kind: 'path' as const, ask: askOf(source) }]),
    ...fileQuestions(fileOf(get, { fetch: nothing, digests: {}, same: false, shown: '' })),
    ...[get.at(false), get.at(true)].map((path): WorldQuestion => ({ kind: 'path', ask: askOf(path) })),
    ...(needsNetwork(get) ? [{ kind: 'script' as const, ask: networkAsk(get) }] : []),
  ]
}

/** A digest that is known beforehand decides alone, and a file of the host is looked at as any other. */
function needsNetwork(get: GetUrl): boolean {
  const { checksum } = get
  return (
    (checksum === undefined && sourceOf(get) === undefined) || (checksum !== undefined && 'list' in checksum)
  )
}

/** The file that file:// names. */
function sourceOf({ request: { url } }: GetUrl): string | undefined {
  return url.startsWith('file:') ? decodeURIComponent(new URL(url).pathname) : undefined
}

function askOf(path: string): PathAsk {
  return { path, follow: true, digests }
}

/**
 * Asks the server, and writes nowhere: for the file with the checksums; whether there is a file, and a newer one than
 * the one that is there. It is not sent for that.
 */
function networkAsk(get: GetUrl): ScriptAsk {
  const { checksum, force } = get
  const list = checksum && 'list' in checksum ? checksum.list : undefined
  const sums = list
    ? sh`echo sums
${contentScript(list)}
echo end`
    : nothing
  const since = force ? nothing : NEWER_ONLY
  const head = sh`${get.look}
if [ -f "$hk_at" ]; then
echo there
${list ? nothing : since}
fi
hk_head=$( { hk_http >/dev/null; echo "exit $?" >&3; } 3>&1)
printf 'head\n%s\nend\n' "$hk_head"`
  return {
    volatile: true,
    id: `get_url ${JSON.stringify([get.file.dest, get.request, get.checksum, force])}`,
    text: lines(
      sh`hk_at=${get.at(false)}
[ ! -d "$hk_at" ] || hk_at=${get.at(true)}`,
      sums,
      sourceOf(get) === undefined ? head : nothing,
    ),
  }
}

const FETCHED: ScriptReply = { code: 0, stdout: Buffer.from('fetched\n'), stderr: Buffer.alloc(0) }

interface Looked {
  head: HttpHead
  /** Whether the server answered. */
  answered: boolean
  /** What was sent, where it was looked at: base64 of a list of checksums, the digest of the file. */
  body: string | undefined
}

function looked(text: string, section: string, url: string): Looked | undefined {
  const match = new RegExp(`^${section}\\n([^]*?)\\nend$`, 'm').exec(text)
  const found = match?.[1]
  if (found === undefined) return undefined
  const parts = /^([^]*?)(?:^|\n)exit (\d+)(?:\nbody\n([^]*))?$/.exec(found)
  if (!parts) throw new TypeError('the end of a request is missing')
  return { head: readHeads(parts[1] ?? '', url), answered: parts[2] === '0', body: parts[3] }
}

/** Pure: whether the file is to be fetched. */
export function planGet(get: GetUrl, world: World): Plan {
  const root = world.get('path', askOf(get.at(false)))
  const inside = root.exists && root.type === 'directory'
  const at = inside || get.file.dest.endsWith('/') ? get.at(true) : get.at(false)
  const reply = world.get('path', askOf(at))
  const current = reply.exists && reply.type === 'file' ? reply : undefined
  const common: Result = { url: get.request.url, checksum_dest: current?.digests.sha1 ?? null }
  const known = (plan: Plan, more: Result = {}): Plan => {
    if (plan.status !== 'ok' && plan.status !== 'change') return plan
    const out = { ...plan, result: { ...common, ...plan.result, ...more, dest: at } }
    if (out.status === 'ok' || !needsNetwork(get)) return out
    // In check mode the same task again finds what this one has fetched. Another look would fetch it once more.
    return {
      ...out,
      once: true,
      effects: [...out.effects, effect('script', networkAsk(get).id, () => FETCHED)],
    }
  }
  const answer = needsNetwork(get) ? world.get('script', networkAsk(get)) : undefined
  const why = answer?.stderr.toString('utf8').trim().split('\n').at(-1) ?? ''
  const text = answer?.stdout.toString('latin1') ?? ''
  if (answer === FETCHED && current) return known(planFile(keep(get), world))
  const checksum = digestFor(get, text, why)
  if (typeof checksum === 'string') return { status: 'fail', message: checksum }
  if (checksum && current) {
    const digest = current.digests[checksum.algorithm]
    if (digest === undefined) throw new UnknownAnswer(new Unknown(`the content of ${at} is not known yet`))
    if (digest === checksum.digest) return known(planFile(keep(get), world), { msg: 'file already exists' })
  }
  const download = (more: Partial<Download>): Download => ({
    fetch: get.fetch(checksum, at),
    digests: checksum ? { [checksum.algorithm]: checksum.digest } : {},
    same: false,
    shown: get.shown,
    ...more,
  })
  const source = sourceOf(get)
  if (source !== undefined) {
    const from = planSource({ get, world, current, checksum, download, source })
    return known(from)
  }
  const head = looked(text, 'head', get.request.url)
  const problem = head && headProblem(head, get, why)
  if (problem) return problem
  if (checksum || !current) return known(planFile(fileOf(get, download({})), world))
  // Here is a file that only a prediction put there: nobody asked whether the server's is another one.
  if (!head || !text.split('\n').includes('there'))
    throw new UnknownAnswer(new Unknown(`whether ${get.shown} is another file than ${at}`))
  return known(planOver({ get, world, at, current, head: head.head, download }))
}

interface FromHost {
  get: GetUrl
  world: World
  current: There | undefined
  checksum: ReturnType<typeof digestFor>
  download: (more: Partial<Download>) => Download
  source: string
}

/** A file of the host itself. */
function planSource({ get, world, current, checksum, download, source }: FromHost): Plan {
  const file = world.get('path', askOf(source))
  if (!file.exists) return { status: 'fail', message: `Request failed: ${source} does not exist on the host` }
  if (file.type !== 'file') return { status: 'fail', message: `Request failed: ${source} is a ${file.type}` }
  const { sha256 } = file.digests
  if (sha256 === undefined) throw new UnknownAnswer(new Unknown(`the content of ${source} is not known yet`))
  if (typeof checksum === 'object' && file.digests[checksum.algorithm] !== checksum.digest) {
    const message = `The checksum of ${get.shown} did not match ${checksum.digest}`
    return {
      status: 'fail',
      message: `${message}; it was ${file.digests[checksum.algorithm] ?? 'another one'}`,
    }
  }
  if (current && current.digests.sha256 === sha256) return planFile(keep(get), world)
  return planFile(fileOf(get, download({ digests: file.digests })), world)
}

interface Compared {
  get: GetUrl
  world: World
  at: string
  current: There
  head: HttpHead
  download: (more: Partial<Download>) => Download
}

/** There is a file, and the server has been asked whether it has a newer one. */
function planOver({ get, world, at, current, head, download }: Compared): Plan {
  const kept = planFile(keep(get), world)
  if (current.digests.sha256 === undefined)
    throw new UnknownAnswer(new Unknown(`the content of ${at} is not known yet`))
  if (kept.status !== 'ok' && kept.status !== 'change') return kept
  if (head.status === 304) {
    const more: Result = { status_code: 304, msg: head.reason }
    return kept.status === 'ok' ? { ...kept, result: { ...kept.result, ...more } } : kept
  }
  const script = kept.status === 'change' ? kept.apply : sh`echo 'unchanged=y'`
  const fetch = get.fetch(undefined, at, { at, since: !get.force, script })
  const plan = planFile(fileOf(get, download({ fetch })), world)
  const length = Number(head.headers.get('content-length') ?? 0)
  const other = head.status === 200 && length > 0 && length !== current.size
  if (plan.status !== 'change' || kept.status === 'change' || other) return plan
  // A server without HEAD, or one that does not know when its files have changed.
  return { ...plan, summary: `fetch ${get.shown} to ${at} if it is another file`, diff: [], maybe: true }
}

/** The digest that the file must have; text: why it cannot be told. */
function digestFor(
  get: GetUrl,
  text: string,
  why: string,
): (Known & { algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512' }) | string | undefined {
  const { checksum } = get
  if (!checksum || 'digest' in checksum) return checksum
  const { url } = checksum.list
  const sums = looked(text, 'sums', url)
  if (!sums?.answered) throw new UnknownAnswer(new Unknown(`${url} cannot be fetched: ${why}`))
  const { status, reason } = sums.head
  if (status !== undefined && status !== 200)
    return `Request failed: ${url} answered with status ${status} ${reason}`.trim()
  const digest = digestIn(Buffer.from(sums.body ?? '', 'base64').toString('utf8'), checksum.name)
  if (digest === undefined) return `Unable to find a checksum for file '${checksum.name}' in '${url}'`
  return { algorithm: checksum.algorithm, digest }
}

/** A server may refuse HEAD and not GET: only what is certain counts. */
function headProblem(head: Looked, get: GetUrl, why: string): Plan | undefined {
  if (!head.answered) return { status: 'unknown', why: `${get.shown} cannot be fetched: ${why}` }
  const { status, reason } = head.head
  if (status !== 404 && status !== 410 && status !== 401) return undefined
  return {
    status: 'fail',
    message: `Request failed: ${get.shown} answered with status ${status} ${reason}`.trim(),
  }
}

function fileOf(get: GetUrl, content: Download): FileContent {
  return { ...get.file, name: get.name, source: undefined, content, force: true, follow: false }
}

/** The file that is there stays, a link to it too; only its attributes may differ. */
function keep(get: GetUrl): FileContent {
  return {
    ...fileOf(get, { fetch: nothing, digests: {}, same: true, shown: get.shown }),
    follow: true,
  }
}
