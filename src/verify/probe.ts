import type { Duplex } from 'node:stream'
import { connect, type TLSSocket } from 'node:tls'
import { HakubeError } from '../errors.ts'
import { withPort } from '../ha/address.ts'
import { type Certificate, readCertificate } from './certificate.ts'

/** What became of one attempt to reach an API server. */
export type Probe =
  /** It spoke HTTP: with which status, and what the first line of the answer's body says. */
  | { outcome: 'answered'; status: number; body: string; certificate: Certificate | undefined; ms: number }
  /** The connection and TLS were there, and then nothing came. */
  | { outcome: 'hang'; certificate: Certificate | undefined; seconds: number }
  /** Something listens that does not speak TLS, or closes without an answer. */
  | { outcome: 'not-tls'; words: string }
  /** The port is closed, or there is no way to it. */
  | { outcome: 'unreachable'; words: string }
  /** Nothing came back in time: neither a connection nor a refusal, or no TLS on the connection. */
  | { outcome: 'silent'; what: 'connection' | 'TLS'; seconds: number }
  /** The host that was to connect may not, or is gone itself: nothing is known. */
  | { outcome: 'unasked'; words: string; hint: string | undefined }

export interface ProbeTarget {
  address: string
  port: number
  path: string
}

/** Seconds for all of a probe: more than haproxy's check allows, so that what it calls down hangs here too. */
export const PROBE_TIMEOUT = 4

/** Asks one server for a path over TLS, whoever opens the connection. Never rejects for what the server does. */
export async function probe(
  open: (host: string, port: number) => Promise<Duplex>,
  target: ProbeTarget,
  seconds = PROBE_TIMEOUT,
): Promise<Probe> {
  const until = performance.now() + seconds * 1000
  const rest = () => Math.max(1, until - performance.now())
  const opening = open(target.address, target.port)
  let stream: Duplex | undefined
  try {
    stream = await within(opening, rest())
  } catch (error) {
    return unopened(error)
  }
  if (!stream) {
    // It may still come, long after the probe is over.
    opening.then((late) => late.destroy()).catch(() => undefined)
    return { outcome: 'silent', what: 'connection', seconds }
  }
  try {
    return await talk(stream, target, rest, seconds)
  } finally {
    stream.destroy()
  }
}

/** The result, or undefined when the time is over. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

function unopened(error: unknown): Probe {
  if (!(error instanceof HakubeError)) throw error
  if (error.code === 'port-unreachable') return { outcome: 'unreachable', words: reason(error.message) }
  return { outcome: 'unasked', words: error.message, hint: error.hint }
}

/** "it cannot reach 10.0.0.1 port 6443: (SSH) Channel open failure: Connection refused" → "Connection refused" */
function reason(words: string): string {
  return words.split(': ').at(-1) ?? words
}

async function talk(
  stream: Duplex,
  target: ProbeTarget,
  rest: () => number,
  seconds: number,
): Promise<Probe> {
  const started = performance.now()
  // Nobody is asked to trust this server: the checks compare its certificate with those of the others.
  const socket = connect({ socket: stream, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
  try {
    const shaken = await within(handshake(socket), rest())
    if (shaken === undefined) return { outcome: 'silent', what: 'TLS', seconds }
    if (shaken !== '') return { outcome: 'not-tls', words: shaken }
    const raw = socket.getPeerCertificate().raw
    const certificate = raw === undefined ? undefined : readCertificate(raw)
    const answer = await within(ask(socket, target), rest())
    if (answer === undefined) return { outcome: 'hang', certificate, seconds }
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1]
    if (status === undefined)
      return { outcome: 'not-tls', words: answer === '' ? 'it closed the connection' : 'it speaks no HTTP' }
    const ms = performance.now() - started
    return { outcome: 'answered', status: Number(status), body: firstLine(answer), certificate, ms }
  } finally {
    socket.destroy()
  }
}

/** The reason why there is no TLS; empty where there is. */
function handshake(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    socket.on('error', (error) => resolve(error.message.split(':').at(-1) || error.message))
    socket.on('close', () => resolve('it closed the connection'))
    socket.on('secureConnect', () => resolve(''))
  })
}

/** So much of an answer is enough for its first words. */
const ENOUGH = 8192

function ask(socket: TLSSocket, { address, port, path }: ProbeTarget): Promise<string> {
  const head = [`GET ${path} HTTP/1.1`, `Host: ${withPort(address, port)}`, 'User-Agent: hakube-verify']
  socket.write([...head, 'Accept: */*', 'Connection: close', '', ''].join('\r\n'))
  return new Promise((resolve) => {
    let text = ''
    const done = (): void => resolve(Buffer.from(text, 'latin1').toString('utf8'))
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (text.length > ENOUGH || isWhole(text)) done()
    })
    socket.on('end', done)
    socket.on('close', done)
  })
}

/** Servers may keep the connection open in spite of the request. */
function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1]
  return length !== undefined && text.length >= end + 4 + Number(length)
}

function firstLine(answer: string): string {
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4)
  const message = /"message": *"([^"]{1,200})"/.exec(body)?.[1]
  return message ?? body.trim().split('\n')[0]?.slice(0, 200) ?? ''
}
