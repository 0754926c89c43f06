import { contentScript, readContent } from '../http/content.ts'
import { type HttpRequest, readDownload, withoutPassword } from '../http/request.ts'
import type { ScriptAsk, PathAsk } from '../world/replies.ts'
import { Unknown } from '../world/kind.ts'
import { UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import { OpenPgpError, type PublicKey, readKeys } from './openpgp.ts'

/** Where a key comes from: its text, a file on the host, or a URL that the host fetches. */
export type KeySource =
  | { type: 'data'; data: string }
  | { type: 'file'; path: string }
  | { type: 'url'; request: HttpRequest; shown: string }

/** A key behind a URL. Throws HakubeError for what is no URL. */
export function urlSource(
  module: string,
  url: string,
  validate: boolean,
): Extract<KeySource, { type: 'url' }> {
  return { type: 'url', request: readDownload(module, url, validate), shown: withoutPassword(url) }
}

/** Where a server of keys has the key with this ID, as gpg asks for it (HKP). */
export function keyserverUrl(server: string, id: string): string {
  const [, scheme = 'hkp', host = '', port = ''] =
    /^(?:(\w+):\/\/)?(\[[^\]]*\]|[^/:]*)(:\d+)?/.exec(server) ?? []
  const secure = scheme === 'hkps' || scheme === 'https'
  const usual = scheme === 'hkp' ? ':11371' : ''
  return `${secure ? 'https' : 'http'}://${host}${port || usual}/pks/lookup?op=get&options=mr&search=0x${id}`
}

/** Whether this is the URL of another machine. */
export function isRemote(url: string | undefined): boolean {
  return url !== undefined && /^(?!file:)\w+:\/\//i.test(url)
}

export function sourceQuestions(source: KeySource): WorldQuestion[] {
  const file = source.type === 'file' ? source.path : localPath(source)
  if (file !== undefined) return [{ kind: 'path', ask: fileAsk(file) }]
  return source.type === 'url' ? [{ kind: 'script', ask: urlAsk(source) }] : []
}

/** The keys themselves; a text instead: why there are none. Throws UnknownAnswer where only the real run can tell. */
export function keysOf(source: KeySource, world: World): PublicKey[] | string {
  const bytes = keyBytes(source, world)
  if (typeof bytes === 'string') return bytes
  try {
    const keys = readKeys(bytes)
    return keys.length > 0 ? keys : `there is no key in ${nameOf(source)}`
  } catch (error) {
    if (error instanceof OpenPgpError) return `${nameOf(source)}: ${error.message}`
    throw error
  }
}

/** What the source has, whatever it is; a text instead: why there is nothing. Throws UnknownAnswer as keysOf does. */
export function keyBytes(source: KeySource, world: World): Buffer | string {
  if (source.type === 'data') return Buffer.from(source.data)
  if (source.type === 'file') return contentAt(source.path, world)
  const local = localPath(source)
  if (local !== undefined) return contentAt(local, world)
  const { stdout, stderr } = world.get('script', urlAsk(source))
  const content = readContent(stdout, stderr, source.request)
  if (content.type === 'content') return content.bytes
  // In check mode, a package that an earlier task installs may bring what fetches it.
  if (content.noTool && world.predicts('package'))
    throw new UnknownAnswer(
      new Unknown(`what ${source.shown} is, before there is something to fetch it with`),
    )
  return `${source.shown} could not be fetched: ${content.why}`
}

function contentAt(path: string, world: World): Buffer | string {
  const reply = world.get('path', fileAsk(path))
  if (!reply.exists) return `${path} does not exist on the host`
  if (reply.type !== 'file') return `${path} is a ${reply.type}, not a file`
  if (!reply.content) throw new UnknownAnswer(new Unknown(`the content of ${path}`))
  return reply.content
}

/** Whether the key has to be fetched from another machine. */
export function isFetched(source: KeySource | undefined): boolean {
  return source?.type === 'url' && isRemote(source.request.url)
}

/** The file on the host that file:// names: earlier tasks may write it. */
function localPath(source: KeySource): string | undefined {
  if (source.type !== 'url' || isFetched(source)) return undefined
  return decodeURIComponent(new URL(source.request.url).pathname)
}

function nameOf(source: KeySource): string {
  if (source.type === 'data') return 'data'
  return source.type === 'file' ? source.path : source.shown
}

function fileAsk(path: string): PathAsk {
  return { path, follow: true, contentUnless: '' }
}

function urlAsk({ request }: Extract<KeySource, { type: 'url' }>): ScriptAsk {
  return { id: `fetch ${JSON.stringify(request)}`, volatile: true, text: contentScript(request) }
}
