import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/**
 * A small web server in a process of its own: the harness blocks its own while a script runs.
 * /a.txt knows when it was changed; /plain does not; /auth wants anna:secret; /to/X redirects to /X; /status/N answers
 * with N; /SHA256SUMS is what `files` says; /echo gives back the request as JSON; anything in `files` is served, bytes as
 * `base64:…`.
 */
const SERVER = `
const http = require('node:http')
const files = JSON.parse(process.argv[1])
const log = []
const server = http.createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => { body += chunk })
  request.on('end', () => {
    const { method, url, headers } = request
    if (url !== '/log' && url !== '/set') log.push(method + ' ' + url)
    const send = (status, text, more = {}) => {
      const bytes = text.startsWith('base64:') ? Buffer.from(text.slice(7), 'base64') : Buffer.from(text)
      response.writeHead(status, { 'Content-Length': bytes.length, 'X-Test': 'yes', ...more })
      response.end(method === 'HEAD' ? undefined : bytes)
    }
    if (url === '/log') return send(200, JSON.stringify(log.splice(0)))
    if (url.startsWith('/set')) { Object.assign(files, JSON.parse(body)); return send(200, '') }
    if (url.startsWith('/status/')) return send(Number(url.slice(8)), 'status ' + url.slice(8) + '\\n')
    if (url.startsWith('/to/')) return send(302, '', { Location: url.slice(3) })
    if (url.startsWith('/echo'))
      return send(200, JSON.stringify({ method, url, headers, body }), { 'Content-Type': 'application/json' })
    if (url === '/auth' && headers.authorization !== 'Basic ' + Buffer.from('anna:secret').toString('base64'))
      return send(401, 'no\\n', { 'WWW-Authenticate': 'Basic realm="test"' })
    if (url === '/nohead' && method === 'HEAD') return send(405, '')
    const text = files[url.split('?')[0].slice(1)]
    if (text === undefined) return send(404, 'nothing here\\n')
    if (url === '/a.txt') {
      const changed = new Date('2020-01-01T00:00:00Z')
      const since = headers['if-modified-since']
      if (since && new Date(since) >= changed) { response.writeHead(304); return response.end() }
      return send(200, text, { 'Last-Modified': changed.toUTCString() })
    }
    send(200, text, { 'Content-Type': 'text/plain; charset=utf-8' })
  })
})
server.keepAliveTimeout = 600000
server.listen(process.argv[2] || 0, '127.0.0.1', () => console.log(server.address().port))
`

export interface TestServer {
  url: string
  /** Requests since the last call: `GET /a.txt`. */
  log(): Promise<string[]>
  set(files: Readonly<Record<string, string>>): Promise<void>
  close(): Promise<void>
}

export async function startServer(files: Readonly<Record<string, string>>): Promise<TestServer> {
  const child = spawn(process.execPath, ['-e', SERVER, JSON.stringify(files)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)
  const [port] = await once(lines, 'line')
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    log: async () => JSON.parse(await (await fetch(`${url}/log`)).text()),
    set: async (more) => {
      await fetch(`${url}/set`, { method: 'POST', body: JSON.stringify(more) })
    },
    close: async () => {
      child.kill()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}
