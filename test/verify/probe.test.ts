import { createServer as createPlain, connect, type AddressInfo, type Server } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import type { Duplex } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { EXIT, HakubeError } from '../../src/errors.ts'
import { forwardLocally } from '../../src/connect/local-forward.ts'
import { probe, type Probe } from '../../src/verify/probe.ts'
import { fixture } from './healthy.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function listen(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has no other kind of address
  return (server.address() as AddressInfo).port
}

const KEYS = { key: fixture('own.key'), cert: fixture('own.pem') }

function tls(serve: (socket: TLSSocket, request: string) => void): Promise<number> {
  return listen(
    createServer(KEYS, (socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (chunk: Buffer) => serve(socket, chunk.toString()))
    }),
  )
}

function ask(port: number, seconds = 2): Promise<Probe> {
  return probe(forwardLocally('here'), { address: '127.0.0.1', port, path: '/readyz' }, seconds)
}

describe('probe', () => {
  it('reads status, first line and certificate', async () => {
    let got = ''
    const port = await tls((socket, request) => {
      got = request
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
    expect(await ask(port)).toMatchObject({
      outcome: 'answered',
      status: 200,
      body: 'ok',
      certificate: { subject: 'CN=kube-apiserver', names: expect.arrayContaining(['10.0.0.10', 'fd00::10']) },
    })
    expect(got).toMatch(/^GET \/readyz HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/)
  })

  it('does not wait for a server that keeps the connection', async () => {
    const port = await tls((socket) =>
      socket.write('HTTP/1.1 401 Unauthorized\r\nContent-Length: 29\r\n\r\n{"message": "Unauthorized…" }'),
    )
    expect(await ask(port, 5)).toMatchObject({ outcome: 'answered', status: 401, body: 'Unauthorized…' })
  })

  it('tells a hang after the handshake', async () => {
    const port = await tls(() => undefined)
    expect(await ask(port, 0.3)).toMatchObject({
      outcome: 'hang',
      certificate: { subject: 'CN=kube-apiserver' },
    })
  })

  it('tells silence instead of TLS', async () => {
    const port = await listen(createPlain((socket) => void socket.on('error', () => undefined).resume()))
    expect(await ask(port, 0.3)).toEqual({ outcome: 'silent', what: 'TLS', seconds: 0.3 })
  })

  it('tells plain HTTP', async () => {
    const port = await listen(
      createPlain((socket) => void socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    )
    expect(await ask(port)).toMatchObject({ outcome: 'not-tls' })
  })

  it('tells a server that closes at once', async () => {
    const port = await listen(createPlain((socket) => void socket.resume().end()))
    expect(await ask(port)).toMatchObject({ outcome: 'not-tls' })
  })

  it('tells a closed port', async () => {
    const port = await listen(createPlain())
    await new Promise((resolve) => servers.pop()?.close(resolve))
    expect(await ask(port)).toMatchObject({
      outcome: 'unreachable',
      words: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('gives up on a connection that does not come, and drops it when it comes late', async () => {
    const port = await listen(createPlain((socket) => void socket.resume().on('error', () => undefined)))
    let late: Duplex | undefined
    const open = () =>
      new Promise<Duplex>((resolve) => {
        setTimeout(() => {
          late = connect(port, '127.0.0.1').on('error', () => undefined)
          resolve(late)
        }, 200)
      })
    const target = { address: '10.0.0.1', port: 6443, path: '/' }
    expect(await probe(open, target, 0.1)).toEqual({ outcome: 'silent', what: 'connection', seconds: 0.1 })
    await expect.poll(() => late?.destroyed).toBe(true)
  })

  it('knows nothing where the host may not connect', async () => {
    const refused = new HakubeError('administratively prohibited', {
      code: 'forward-refused',
      hint: 'allow it',
      exitCode: EXIT.unreachable,
    })
    const target = { address: '10.0.0.1', port: 6443, path: '/' }
    expect(await probe(() => Promise.reject(refused), target)).toMatchObject({
      outcome: 'unasked',
      hint: 'allow it',
    })
  })
})
