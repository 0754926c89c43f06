import { readHeads, type HttpHead } from '../http/answer.ts'
import { parseJson } from '../jinja/literal.ts'
import type { Answer } from '../connect/connection.ts'
import type { Result } from '../task.ts'
import { dict } from '../value.ts'
import type { Uri } from './uri-plan.ts'

/** Headers never take the place of what Ansible itself returns. */
const OWN = new Set([
  'status',
  'url',
  'msg',
  'changed',
  'failed',
  'elapsed',
  'redirected',
  'content',
  'json',
  'path',
])

export function uriResult(task: Uri, output: Answer): Result {
  const found = read(output.stdout.toString('latin1'))
  const status = Number(found.get('status') ?? -1)
  const head = readHeads(decoded(found.get('heads')).toString('latin1'), task.request.url)
  const right = task.statusCodes.includes(status)
  const body = found.get('content')
  const content = body === undefined ? undefined : textOf(decoded(body), head)
  const result: Result = {}
  for (const [name, value] of head.headers) {
    const key = name.replaceAll('-', '_')
    if (!OWN.has(key)) result[key] = key === 'location' ? absolute(value, task.request.url) : value
  }
  const said = message(status, head, output)
  const json = content !== undefined && isJson(head) ? parseJson(content) : undefined
  return {
    ...result,
    // What the script has printed is for this module alone.
    ...(!right && { stdout: '', stderr: '' }),
    ...cookiesOf(head),
    status,
    url: head.url,
    redirected: head.url !== task.request.url,
    elapsed: Number(found.get('elapsed') ?? 0),
    msg: right ? said : `Status code was ${status} and not [${task.statusCodes.join(', ')}]: ${said}`,
    ...(json !== undefined && { json }),
    ...(content !== undefined && task.returnContent && { content }),
    ...(task.dest !== undefined && status === 304 && !found.has('attributes') && { changed: false }),
  }
}

/** undefined: the request is not what failed. */
export function uriFailure(task: Uri, output: Answer): string | undefined {
  const status = read(output.stdout.toString('latin1')).get('status')
  if (status === undefined || task.statusCodes.includes(Number(status))) return undefined
  const { msg } = uriResult(task, output)
  return typeof msg === 'string' ? msg : undefined
}

function read(stdout: string): Map<string, string> {
  const lines = stdout.matchAll(/^(elapsed|heads|status|content|attributes)=(.*)$/gm)
  return new Map([...lines].map(([, name = '', value = '']) => [name, value]))
}

function decoded(text: string | undefined): Buffer {
  return Buffer.from(text ?? '', 'base64')
}

/** As Python's urllib words it. */
function message(status: number, head: HttpHead, output: Answer): string {
  if (status === -1) {
    const why = output.stderr.toString('utf8').trim().split('\n').at(-1) ?? ''
    return `Request failed: ${why}`
  }
  if (status >= 200 && status < 300) return `OK (${head.headers.get('content-length') ?? 'unknown'} bytes)`
  return `HTTP Error ${status}: ${head.reason}`
}

function typeOf(head: HttpHead): string {
  return head.headers.get('content-type') ?? ''
}

function isJson(head: HttpHead): boolean {
  const [type = ''] = typeOf(head).split(';')
  const sub = type.trim().toLowerCase().split('/')[1] ?? ''
  return ['json', 'javascript'].includes(sub.split('+').at(-1) ?? '')
}

function textOf(bytes: Buffer, head: HttpHead): string {
  const charset = /charset="?([^";\s]+)/i.exec(typeOf(head))?.[1]?.toLowerCase() ?? 'utf-8'
  return bytes.toString(['iso-8859-1', 'latin1', 'latin-1'].includes(charset) ? 'latin1' : 'utf8')
}

function absolute(location: string, url: string): string {
  return URL.canParse(location, url) ? new URL(location, url).href : location
}

function cookiesOf(head: HttpHead): Result {
  const set = head.headers.get('set-cookie')
  const pairs =
    set === undefined
      ? []
      : [...set.matchAll(/(?:^|, )([^=;,\s]+)=([^;,]*)(?:;[^,]*(?:Expires=\w+, [^;,]*[^,]*)?)?/gi)]
  const all = pairs.map(([, name = '', value = '']): [string, string] => [name, value])
  return {
    cookies: dict(Object.fromEntries(all)),
    cookies_string: all.map(([name, value]) => `${name}=${value}`).join('; '),
  }
}
