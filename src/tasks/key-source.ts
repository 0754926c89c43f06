import type { ScriptAsk, PathAsk } from '../world/replies.ts'
import { Unknown } from '../world/kind.ts'
import { UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import { fetchScript, NO_FETCHER } from './fetch-url.ts'
import { OpenPgpError, type PublicKey, readKeys } from './openpgp.ts'

/** Where a key comes from: its text, a file on the host, or a URL that the host fetches. */
export type KeySource =
  | { type: 'data'; data: string }
  | { type: 'file'; path: string }
  | { type: 'url'; url: string; validate: boolean }

export function sourceQuestions(source: KeySource): WorldQuestion[] {
  if (source.type === 'file') return [{ kind: 'path', ask: fileAsk(source.path) }]
  return source.type === 'url' ? [{ kind: 'script', ask: urlAsk(source) }] : []
}

/** The keys themselves; a text instead: why there are none. Throws UnknownAnswer where only the real run can tell. */
export function keysOf(source: KeySource, world: World): PublicKey[] | string {
  const bytes = bytesOf(source, world)
  if (typeof bytes === 'string') return bytes
  try {
    const keys = readKeys(bytes)
    return keys.length > 0 ? keys : `there is no key in ${nameOf(source)}`
  } catch (error) {
    if (error instanceof OpenPgpError) return `${nameOf(source)}: ${error.message}`
    throw error
  }
}

function bytesOf(source: KeySource, world: World): Buffer | string {
  if (source.type === 'data') return Buffer.from(source.data)
  if (source.type === 'file') {
    const reply = world.get('path', fileAsk(source.path))
    if (!reply.exists) return `${source.path} does not exist on the host`
    if (reply.type !== 'file') return `${source.path} is a ${reply.type}, not a file`
    if (!reply.content) throw new UnknownAnswer(new Unknown(`the content of ${source.path}`))
    return reply.content
  }
  const { code, stdout, stderr } = world.get('script', urlAsk(source))
  if (code === 0) return stdout
  // In check mode, a package that an earlier task installs may bring what fetches it.
  if (code === NO_FETCHER && world.predicts('package'))
    throw new UnknownAnswer(new Unknown(`what ${source.url} is, before there is something to fetch it with`))
  return `${source.url} could not be fetched: ${stderr.toString('utf8').trim().split('\n').at(-1) ?? ''}`
}

function nameOf(source: KeySource): string {
  if (source.type === 'data') return 'data'
  return source.type === 'file' ? source.path : source.url
}

function fileAsk(path: string): PathAsk {
  return { path, follow: true, contentUnless: '' }
}

function urlAsk({ url, validate }: Extract<KeySource, { type: 'url' }>): ScriptAsk {
  return { id: `fetch ${validate ? '' : 'unchecked '}${url}`, text: fetchScript(url, validate) }
}
