import { Script, lines, sh } from '../shell/sh.ts'
import { PERL } from './client-perl.ts'
import { PYTHON } from './client-python.ts'
import type { HttpRequest } from './request.ts'

/** Has httpFunction ask only for what is newer than the file "$hk_at". */
export const NEWER_ONLY = new Script(
  `hk_since="If-Modified-Since: $(LC_ALL=C date -u -r "$hk_at" '+%a, %d %b %Y %H:%M:%S GMT')"`,
)

/**
 * A shell function that makes the request with whatever the host has. The body of the answer goes to standard
 * output, the heads of all answers to descriptor 3. It returns 0 where the server has answered, whatever the
 * status; else the reason is on standard error. A header line in $hk_since is sent, too.
 *
 * curl, Python and perl are told on their standard input what to ask for, so no password is on a command line; wget
 * has no such way.
 */
export function httpFunction(name: string, request: HttpRequest): Script {
  const url = new URL(request.url)
  if (url.protocol === 'file:') return fileFunction(name, decodeURIComponent(url.pathname))
  const tools = [curl(request), python(request), perl(request, url), wget(request, url)]
  return lines(
    new Script(`hk_since=
${name}() {`),
    ...tools.filter((tool) => tool !== undefined),
    sh`${failing(request, url)}
}`,
  )
}

function fileFunction(name: string, path: string): Script {
  return sh`hk_since=
${new Script(name)}() {
  [ -f ${path} ] || { printf '%s\n' ${`${path} is not a file on the host`} >&2; return 1; }
  cat ${path}
}`
}

function failing(request: HttpRequest, url: URL): Script {
  const why = request.unixSocket !== undefined ? 'curl, python3 or perl' : 'curl, python3, perl or wget'
  const notes: string[] = []
  if (url.protocol === 'https:' && request.validateCerts)
    notes.push('perl needs openssl, and busybox wget does not check certificates')
  if (!follows(request)) notes.push('busybox wget follows every redirect: write follow_redirects: all')
  const note = notes.length === 0 ? '' : ` (${notes.join('; ')})`
  return sh`  printf '%s\n' ${`nothing on this host can make the request: install ${why}${note}`} >&2
  return 127`
}

function curl(request: HttpRequest): Script {
  const { body, headers } = request
  const config: string[] = [
    `url = ${quoted(request.url)}`,
    'globoff',
    `connect-timeout = ${request.timeout}`,
    `speed-limit = 1`,
    `speed-time = ${request.timeout}`,
    ...headers.map(([name, value]) => `header = ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`),
    'header = "Expect:"',
  ]
  if (request.method === 'HEAD') config.push('head')
  else if (
    !(request.method === 'GET' && body === undefined) &&
    !(request.method === 'POST' && body !== undefined)
  )
    config.push(`request = ${quoted(request.method)}`)
  if (typeof body === 'string') config.push(`data-raw = ${quoted(body)}`)
  if (request.user !== undefined) {
    config.push(`user = ${quoted(`${request.user}:${request.password ?? ''}`)}`)
    config.push(request.forceBasicAuth ? 'basic' : 'anyauth')
  }
  if (!request.validateCerts) config.push('insecure')
  if (request.caPath !== undefined) config.push(`cacert = ${quoted(request.caPath)}`)
  if (request.clientCert !== undefined) config.push(`cert = ${quoted(request.clientCert)}`)
  if (request.clientKey !== undefined) config.push(`key = ${quoted(request.clientKey)}`)
  if (request.unixSocket !== undefined) config.push(`unix-socket = ${quoted(request.unixSocket)}`)
  if (!request.useProxy) config.push('noproxy = "*"')
  if (follows(request)) config.push('location', 'max-redirs = 10')
  return sh`  if command -v curl >/dev/null 2>&1; then
    { printf %s ${`${config.join('\n')}\n`}
      [ -z "$hk_since" ] || printf 'header = "%s"\n' "$hk_since"
      [ -z "$hk_body" ] || printf 'data-binary = "@%s"\n' "$hk_body"
    } | curl -q -sS -K - -D /dev/fd/3
    return
  fi`
}

/** As curl reads a word between quotes. */
function quoted(text: string): string {
  const escapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' }
  return `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll(/[\n\r\t\v]/g, (char) => escapes[char] ?? char)}"`
}

function follows({ redirects, method }: HttpRequest): boolean {
  return redirects === 'all' || (redirects === 'safe' && (method === 'GET' || method === 'HEAD'))
}

/** What Python and perl read on their standard input: a line a setting, percent-encoded. */
function settings(request: HttpRequest): string {
  const { body } = request
  const all: [string, string | undefined][] = [
    ['url', request.url],
    ['method', request.method],
    ['timeout', String(request.timeout)],
    ['user', request.user],
    ['password', request.user === undefined ? undefined : (request.password ?? '')],
    ['force_auth', request.forceBasicAuth ? 'y' : undefined],
    ['verify', request.validateCerts ? 'y' : undefined],
    ['ca', request.caPath],
    ['cert', request.clientCert],
    ['key', request.clientKey],
    ['unix', request.unixSocket],
    ['proxy', request.useProxy ? 'y' : undefined],
    ['follow', follows(request) ? 'y' : undefined],
    ['body', typeof body === 'string' ? body : undefined],
    ...request.headers.map(([name, value]): [string, string] => ['header', `${name}: ${value}`]),
  ]
  return all
    .filter(([, value]) => value !== undefined)
    .map(([name, value = '']) => `${name}=${encodeURIComponent(value)}\n`)
    .join('')
}

function python(request: HttpRequest): Script {
  return sh`  for hk_python in python3 /usr/libexec/platform-python; do
    command -v "$hk_python" >/dev/null 2>&1 || continue
    { printf %s ${settings(request)}
      [ -z "$hk_since" ] || printf 'header=%s\n' "$hk_since"
      [ -z "$hk_body" ] || printf 'body_file=%s\n' "$hk_body"
    } | "$hk_python" -c ${PYTHON}
    return
  done`
}

function perl(request: HttpRequest, url: URL): Script | undefined {
  if (url.protocol === 'ftp:') return undefined
  const needs = url.protocol === 'https:' ? sh` && command -v openssl >/dev/null 2>&1` : sh``
  return sh`  if perl -MSocket -e 1 2>/dev/null${needs}; then
    { printf %s ${settings(request)}
      [ -z "$hk_since" ] || printf 'header=%s\n' "$hk_since"
      [ -z "$hk_body" ] || printf 'body_file=%s\n' "$hk_body"
    } | perl -e ${PERL}
    return
  fi`
}

/** GNU's and busybox's wget: only what both can do, and what they do by themselves. */
function wget(request: HttpRequest, url: URL): Script | undefined {
  const { body, method } = request
  const simple = method === 'GET' || method === 'HEAD' || (method === 'POST' && body !== undefined)
  if (!simple || request.unixSocket !== undefined) return undefined
  // A word of a command line has its limits.
  if (typeof body === 'string' && body.length > 100_000) return undefined
  const auth =
    request.user === undefined
      ? []
      : [
          '--header',
          `Authorization: Basic ${Buffer.from(`${request.user}:${request.password ?? ''}`).toString('base64')}`,
        ]
  const words = [
    '-q',
    '-S',
    '-O',
    '-',
    ...(method === 'HEAD' ? ['--spider'] : []),
    ...request.headers.flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    ...auth,
    ...(typeof body === 'string' ? ['--post-data', body] : []),
    ...(request.validateCerts ? [] : ['--no-check-certificate']),
    ...(request.useProxy ? [] : ['-Y', 'off']),
  ]
  const gnu = [
    '--no-netrc',
    '--tries=1',
    `--timeout=${request.timeout}`,
    '--content-on-error',
    ...(follows(request) ? [] : ['--max-redirect=0']),
    ...(request.useProxy ? [] : ['--no-proxy']),
    ...(request.caPath === undefined ? [] : [`--ca-certificate=${request.caPath}`]),
    ...(request.clientCert === undefined ? [] : [`--certificate=${request.clientCert}`]),
    ...(request.clientKey === undefined ? [] : [`--private-key=${request.clientKey}`]),
  ]
  const own = request.caPath !== undefined || request.clientCert !== undefined
  const checks = url.protocol === 'https:' && request.validateCerts
  const busybox = checks || own || !follows(request) ? sh`false` : sh`:`
  return sh`  if command -v wget >/dev/null 2>&1; then
    set -- ${words}
    [ -z "$hk_since" ] || set -- "$@" --header "$hk_since"
    [ -z "$hk_body" ] || set -- "$@" --post-file "$hk_body"
    hk_gnu=
    case $(wget --version 2>/dev/null) in
      *GNU*) hk_gnu=y; set -- "$@" ${gnu} ;;
    esac
    if [ -n "$hk_gnu" ] || ${busybox}; then
      hk_said=$(wget "$@" ${request.url} 3>&- 2>&1 >&4)
      hk_code=$?
      printf '%s\n' "$hk_said" >&3
      case $hk_said in *'server returned error: HTTP/'*) return 0 ;; esac
      [ "$hk_code" -ne 8 ] || return 0
      [ "$hk_code" -eq 0 ] || printf '%s\n' "$hk_said" | sed -n '$p' >&2
      return "$hk_code"
    fi
  fi 4>&1`
}
