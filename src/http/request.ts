import { HakubeError } from '../errors.ts'

/** One request over HTTP(S), FTP or of a file: URL, as the host is to make it. */
export interface HttpRequest {
  /** Without user and password. */
  url: string
  method: string
  headers: readonly (readonly [name: string, value: string])[]
  /** Text, or true: the file on the host that $hk_body names. */
  body?: string | true | undefined
  user?: string | undefined
  password?: string | undefined
  /** Send user and password at once, instead of waiting for a 401. */
  forceBasicAuth: boolean
  /** Seconds to connect, and without a byte. */
  timeout: number
  validateCerts: boolean
  caPath?: string | undefined
  clientCert?: string | undefined
  clientKey?: string | undefined
  unixSocket?: string | undefined
  useProxy: boolean
  /** Which redirects are followed; safe: those of GET and HEAD. */
  redirects: 'all' | 'none' | 'safe'
}

/** Parameters that get_url, uri and their like read alike. */
export interface HttpParams {
  url: string
  headers?: Readonly<Record<string, string>> | undefined
  http_agent: string
  url_username?: string | undefined
  url_password?: string | undefined
  force: boolean
  force_basic_auth: boolean
  timeout: number
  validate_certs: boolean
  client_cert?: string | undefined
  client_key?: string | undefined
  use_proxy: boolean
}

const SCHEMES = ['http:', 'https:', 'ftp:', 'file:']

/** The request of a module that fetches what a plain URL names. Throws HakubeError for what is no URL. */
export function readDownload(module: string, url: string, validate: boolean): HttpRequest {
  const usual = { http_agent: 'ansible-httpget', force: false, force_basic_auth: false, timeout: 10 }
  return readRequest(module, { ...usual, url, validate_certs: validate, use_proxy: true })
}

/** What the parameters come down to; user and password inside of the URL are taken out of it. Throws HakubeError. */
export function readRequest(module: string, params: HttpParams, method = 'GET'): HttpRequest {
  const { headers = {} } = params
  const url = readUrl(module, params.url)
  const own = new Set(Object.keys(headers).map((name) => name.toLowerCase()))
  const all = Object.entries(headers)
  for (const [name, value] of all) {
    if (/[\r\n]/.test(name + value) || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
      throw wrongUrl(`${module}: the header ${JSON.stringify(name)} is not one line`)
  }
  if (!own.has('user-agent')) all.push(['User-Agent', params.http_agent])
  if (params.force && !own.has('cache-control')) all.push(['Cache-Control', 'no-cache'])
  const inside = (part: string): string | undefined => (part === '' ? undefined : decodeURIComponent(part))
  const request: HttpRequest = {
    url: bareUrl(url, params.url),
    method,
    headers: all,
    user: params.url_username ?? inside(url.username),
    password: params.url_password ?? inside(url.password),
    forceBasicAuth: params.force_basic_auth,
    timeout: params.timeout,
    validateCerts: params.validate_certs,
    clientCert: params.client_cert,
    clientKey: params.client_key,
    useProxy: params.use_proxy,
    redirects: 'all',
  }
  if (params.timeout < 1) throw wrongUrl(`${module}: timeout is at least one second`)
  return request
}

function readUrl(module: string, text: string): URL {
  // Control characters and blanks could end a line of what a tool is told.
  if (!URL.canParse(text) || /[\u0000- \u007f]/.test(text))
    throw wrongUrl(`${module}: ${JSON.stringify(withoutPassword(text))} is not a URL`)
  const url = new URL(text)
  if (!SCHEMES.includes(url.protocol)) {
    throw wrongUrl(
      `${module}: ${url.protocol}// is not supported`,
      `write a URL with ${SCHEMES.map((scheme) => `${scheme}//`).join(', ')}`,
    )
  }
  return url
}

/** As it was written, but for user and password. */
function bareUrl(url: URL, text: string): string {
  if (url.username === '' && url.password === '') return text
  return text.replace(/^([a-zA-Z]+:\/\/)[^/?#]*@/, '$1')
}

/**
 * A URL for messages: what stands before the host may be a password or a token, all but the name of a user of SSH.
 * What is no URL may have a slash in its password.
 */
export function withoutPassword(text: string): string {
  if (/^([a-zA-Z0-9]+\+)?ssh:\/\/[^/?#:@]*@[^@/?#]*(\/|$)/i.test(text)) return text
  const inside = URL.canParse(text) ? /^([a-zA-Z0-9+.-]+:\/\/)[^/?#]*@/ : /^([a-zA-Z0-9+.-]+:\/\/).*@/
  return text.replace(inside, '$1********@')
}

/** Whether another host may be the server, which an earlier task may have given what is asked for. */
export function isElsewhere(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol !== 'file:' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)
}

/** The last part of a URL's path, or index.html. */
export function fileNameOf(url: string): string {
  const path = new URL(url).pathname
  const name = path.slice(path.lastIndexOf('/') + 1)
  return name === '' ? 'index.html' : name
}

function wrongUrl(message: string, hint?: string): HakubeError {
  return new HakubeError(message, { code: 'wrong-parameter', ...(hint !== undefined && { hint }) })
}
