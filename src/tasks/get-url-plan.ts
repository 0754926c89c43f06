import { httpFunction, NEWER_ONLY } from '../http/client.ts'
import { readHeads, type HttpHead } from '../http/answer.ts'
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
  fetch(checksum: Known | undefined, at: string): Script
  /** The request as a shell function, to look only. */
  look(method: string): Script
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
 * Asks the server, and writes nowhere: for the file with the checksums; whether there is a newer file than the one that
 * is there, of which only the digest is taken; and whether there is a file at all.
 */
function networkAsk(get: GetUrl): ScriptAsk {
  const { checksum, force } = get
  const list = checksum && 'list' in checksum ? checksum.list : undefined
  const sums = list
    ? sh`${httpFunction('hk_http', list)}
hk_sums=$( { { hk_http; echo "exit $?" >&3; } 3>&4 | base64 | tr -d '\n'; } 4>&1)
printf 'sums\n%s\nend\n' "$hk_sums"`
    : nothing
  const since = force ? nothing : NEWER_ONLY
  const content = sh`${get.look('GET')}
${since}
hk_body=$( { { hk_http; echo "exit $?" >&3; } 3>&4 | sha256sum; } 4>&1)
printf 'body\n%s\nend\n' "$hk_body"`
  const head = sh`${get.look('HEAD')}
hk_head=$( { hk_http >/dev/null; echo "exit $?" >&3; } 3>&1)
printf 'head\n%s\nend\n' "$hk_head"`
  const look =
    sourceOf(get) !== undefined
      ? nothing
      : list
        ? head
        : sh`if [ -f "$hk_at" ]; then
${content}
else
${head}
fi`
  return {
    volatile: true,
    id: `get_url ${JSON.stringify([get.file.dest, get.request, get.checksum, force])}`,
    text: lines(
      sh`hk_at=${get.at(false)}
[ ! -d "$hk_at" ] || hk_at=${get.at(true)}`,
      sums,
      look,
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
  const parts = /^([^]*?)(?:^|\n)exit (\d+)(?:\n([^]*))?$/.exec(found)
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
  const body = looked(text, 'body', get.request.url)
  if (checksum || head || !body) {
    // Here is a file that only a prediction put there: nobody asked whether the server's is another one.
    if (!checksum && current)
      throw new UnknownAnswer(new Unknown(`whether ${get.shown} is another file than ${at}`))
    return known(planFile(fileOf(get, download({})), world))
  }
  return known(planBody({ get, world, at, current, body, why, download }))
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
  current: There | undefined
  body: Looked
  why: string
  download: (more: Partial<Download>) => Download
}

/** The server has been asked for its file, or for a newer one. */
function planBody({ get, world, at, current, body, why, download }: Compared): Plan {
  const { status, reason } = body.head
  const more: Result = { status_code: status ?? null, msg: reason }
  if (!body.answered) return { status: 'unknown', why: `${get.shown} cannot be fetched: ${why}` }
  if (status !== undefined && status !== 200 && status !== 304)
    return {
      status: 'fail',
      message: `Request failed: ${get.shown} answered with status ${status} ${reason}`.trim(),
    }
  const sha256 = body.body?.trim().split(' ')[0]
  if (status === 304 || (current && sha256 === current.digests.sha256)) {
    const plan = planFile(keep(get), world)
    if (!current || current.digests.sha256 === undefined)
      throw new UnknownAnswer(new Unknown(`the content of ${at} is not known yet`))
    return plan.status === 'ok' ? { ...plan, result: { ...plan.result, ...more } } : plan
  }
  return planFile(fileOf(get, download({ digests: sha256 === undefined ? {} : { sha256 } })), world)
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
