import * as z from 'zod'
import { encodeBody } from '../http/body.ts'
import { type HttpRequest, readRequest, withoutPassword } from '../http/request.ts'
import { defineTask } from '../task.ts'
import { attributeParams, unsupportedAttributes } from './attributes.ts'
import { fileFailure } from './file-content.ts'
import { httpNotes, httpParams, httpTimeout, unsupportedHttp } from './http-params.ts'
import { wrong } from './package-params.ts'
import { bool, int, oneOf, path, source, text } from './params.ts'
import { type Uri, planUri, uriQuestions } from './uri-plan.ts'
import { uriFailure, uriResult } from './uri-result.ts'

const codes = z.union([z.array(int), z.string(), z.number()]).transform((value, context): number[] => {
  if (Array.isArray(value)) return value
  const all = String(value)
    .split(',')
    .map((part) => Number(part.trim()))
  if (all.every((code) => Number.isInteger(code))) return all
  context.addIssue({ code: 'custom', message: `${JSON.stringify(value)} is not a list of status codes` })
  return z.NEVER
})

export default defineTask({
  name: 'uri',
  aliases: ['ansible.builtin.uri', 'ansible.legacy.uri'],
  summary: 'Make a request over HTTP, and look at the answer.',
  kind: () => 'action',
  params: z.strictObject({
    method: text.default('GET').describe('GET, POST, PUT, …'),
    body: z.unknown().optional().describe('What to send: text, or a list or dict with body_format.'),
    body_format: oneOf(['raw', 'json', 'form-urlencoded', 'form-multipart'])
      .default('raw')
      .describe('How body is written; also sets the Content-Type.'),
    src: source.optional().describe('File whose content is sent, instead of body.'),
    remote_src: bool.default(false).describe('src is a file on the host.'),
    status_code: codes.default([200]).describe('Statuses that are right; any other fails the task.'),
    return_content: bool.default(false).describe('Give the answer back as content.'),
    dest: path.optional().describe('File, or directory, on the host that the answer goes to.'),
    creates: path.optional().describe('Where this exists, no request is made.'),
    removes: path.optional().describe('Where this does not exist, no request is made.'),
    follow_redirects: oneOf(['all', 'yes', 'none', 'no', 'safe', 'urllib2'])
      .default('safe')
      .describe('all, yes, urllib2: always. safe: of GET and HEAD. none, no: never.'),
    timeout: httpTimeout(30),
    ca_path: path.optional().describe('PEM file on the host with the authorities that are trusted.'),
    unix_socket: path.optional().describe('Socket on the host to send the request to.'),
    force: bool
      .default(false)
      .describe('Ask for an answer that comes from no cache, even if the file of dest is the newest.'),
    ...httpParams,
    ...attributeParams,
  }),
  paramAliases: { user: 'url_username', password: 'url_password' },
  unsupported: { ...unsupportedAttributes, ...unsupportedHttp },
  beyond: true,
  example: `
- name: Wait until the API server is ready
  uri:
    url: https://127.0.0.1:6443/readyz
    validate_certs: no
    status_code: [200, 401]
  register: ready
  until: ready is succeeded
  retries: 10
`,
  returns: {
    status: 'status of the answer',
    msg: 'what the server said',
    url: 'where the answer came from, after redirects',
    redirected: 'whether that is another URL',
    content: 'the answer, with return_content or where the status is a wrong one',
    json: 'the answer as data, where its Content-Type is JSON',
    'content_type and others': 'every header of the answer, in lower case with underscores',
    cookies: 'what the server set',
    cookies_string: 'the same as the value of a Cookie header',
    elapsed: 'seconds it took',
    path: 'the file, with dest',
  },
  notes: [
    'It counts as a change only where dest is written, as in Ansible: each time, but for an answer 304. Then mode, owner and group are set all the same, which Ansible leaves undone.',
    'force asks for the answer even where the file is the newest; ansible-core 2.14 takes it and does nothing with it.',
    'Check mode makes no request: what it gives is unknown.',
    ...httpNotes,
  ],
  async prepare(params, controller): Promise<Uri> {
    const method = params.method.toUpperCase()
    if (!/^[A-Z]+$/.test(method)) throw wrong('uri: method is one word, like GET or POST')
    if (params.body !== undefined && params.src !== undefined)
      throw wrong('uri: body and src exclude each other')
    const own = Object.keys(params.headers ?? {}).some((name) => name.toLowerCase() === 'content-type')
    const sent = await encodeBody('uri', params, controller)
    const headers = { ...params.headers }
    if (sent.type !== undefined && (!own || params.body_format === 'form-multipart'))
      headers['Content-Type'] = sent.type
    const content =
      params.src !== undefined && !params.remote_src
        ? (await controller.readFile(params.src, 'files')).content
        : undefined
    if (content === undefined && params.src !== undefined && !params.src.startsWith('/'))
      throw wrong('uri: with remote_src, src is an absolute path')
    const redirects = {
      all: 'all',
      yes: 'all',
      urllib2: 'all',
      none: 'none',
      no: 'none',
      safe: 'safe',
    } as const
    const request: HttpRequest = {
      ...readRequest('uri', { ...params, headers }, method),
      caPath: params.ca_path,
      unixSocket: params.unix_socket,
      redirects: redirects[params.follow_redirects],
      body: params.src === undefined ? sent.text : true,
    }
    if (!/^https?:/i.test(request.url)) throw wrong('uri: only http:// and https:// are supported')
    const { dest, creates, removes, mode, owner, group } = params
    return {
      shown: `${method} ${withoutPassword(params.url)}`,
      request,
      body: content ?? (params.src === undefined ? undefined : params.src),
      statusCodes: params.status_code,
      returnContent: params.return_content,
      dest,
      force: params.force,
      creates,
      removes,
      wishes: { mode, owner, group },
    }
  },
  asks: uriQuestions,
  plan: planUri,
  result: uriResult,
  failure: (task, output) => uriFailure(task, output) ?? fileFailure(task.dest ?? '', output),
})
