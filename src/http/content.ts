import { type Script, sh } from '../shell/sh.ts'
import { readHeads } from './answer.ts'
import { httpFunction } from './client.ts'
import type { HttpRequest } from './request.ts'

/** What a look at a URL found: the content, or why there is none. */
export type Content =
  | { type: 'content'; bytes: Buffer }
  /** `noTool`: nothing on the host can make the request. */
  | { type: 'none'; why: string; noTool: boolean }

/** Prints what is behind a URL, for readContent. It writes no file. */
export function contentScript(request: HttpRequest): Script {
  return sh`${httpFunction('hk_http', request)}
{ hk_content=$( { hk_http; echo "exit $?" >&3; } 3>&4 | base64); } 4>&1
printf 'body\n%s\n' "$hk_content"`
}

/** What contentScript printed; `stderr` says why nothing was fetched. */
export function readContent(stdout: Buffer, stderr: Buffer, request: HttpRequest): Content {
  const [, heads, code, body] = /^([^]*?)^exit (\d+)\nbody\n([^]*)$/m.exec(stdout.toString('latin1')) ?? []
  if (heads === undefined || code === undefined || body === undefined)
    throw new TypeError('the end of a request is missing')
  const none = (why: string): Content => ({ type: 'none', why, noTool: code === '127' })
  if (code !== '0') return none(stderr.toString('utf8').trim().split('\n').at(-1) ?? '')
  const { status, reason } = readHeads(heads, request.url)
  if (status !== undefined && status !== 200)
    return none(`the server answered with status ${status} ${reason}`.trim())
  return { type: 'content', bytes: Buffer.from(body, 'base64') }
}
