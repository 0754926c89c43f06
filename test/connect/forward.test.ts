import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Connection } from '../../src/connect/connection.ts'
import { openConnection } from '../../src/connect/open.ts'
import { FakeSshServer, newKey } from '../fakes/ssh-server.ts'

const hostKey = newKey()
const userKey = newKey()

let home: string
let fake: FakeSshServer
let echo: Server
let connection: Connection

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'hakube-forward-'))
  fake = await new FakeSshServer({ hostKeys: [hostKey.pem], authorized: [userKey.wire] }).listen()
  echo = createServer((socket) => socket.pipe(socket))
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
  const file = (name: string, text: string): string => {
    writeFileSync(join(home, name), text, { mode: 0o600 })
    return join(home, name)
  }
  const known = file('known', `[127.0.0.1]:${fake.port} ssh-ed25519 ${hostKey.wire.toString('base64')}\n`)
  connection = await openConnection(
    {
      name: 'm1',
      address: '127.0.0.1',
      port: fake.port,
      user: 'root',
      connection: 'ssh',
      keyFile: file('key', userKey.pem),
      sshCommonArgs: `-F ${file('config', '')} -o IdentityAgent=none -o UserKnownHostsFile=${known}`,
    },
    { warn: () => undefined },
  )
})
afterEach(async () => {
  await connection.close()
  await fake.close()
  await new Promise((resolve) => echo.close(resolve))
  rmSync(home, { recursive: true })
})

function portOf(server: Server): number {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has no other kind of address
  return (server.address() as AddressInfo).port
}

it('carries bytes to a port as the host reaches it, over the connection that is there', async () => {
  const stream = await connection.forward('127.0.0.1', portOf(echo))
  stream.write('hello')
  const back = await new Promise((resolve) =>
    stream.once('data', (chunk: Buffer) => resolve(chunk.toString())),
  )
  expect(back).toBe('hello')
  expect(fake.connections).toBe(1)
  stream.destroy()
})

it('says why where the host does not open it', async () => {
  const closed = createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const port = portOf(closed)
  await new Promise((resolve) => closed.close(resolve))
  await expect(connection.forward('127.0.0.1', port)).rejects.toMatchObject({
    code: 'port-unreachable',
    host: 'm1',
    exitCode: 4,
  })
})

it('is lost with the connection', async () => {
  await connection.close()
  await expect(connection.forward('127.0.0.1', portOf(echo))).rejects.toMatchObject({
    code: 'connection-lost',
  })
})
