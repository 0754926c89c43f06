import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { port, showAddress } from '../../src/world/port.ts'
import { shells } from '../tasks/harness.ts'

test.each([
  ['0100007F', '127.0.0.1'],
  ['00000000', '0.0.0.0'],
  ['00000000000000000000000000000000', '::'],
  ['00000000000000000000000001000000', '::1'],
  ['B80D0120000000000000000001000000', '2001:db8::1'],
])('%s is %s', (hex, address) => {
  expect(showAddress(hex)).toBe(address)
})

describe.each(shells)('ports, asked with $name', (host) => {
  test('a listener, its address, and a port without one', async () => {
    const server = createServer()
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const address = server.address()
    const number = typeof address === 'object' && address ? address.port : 0
    const asks = [{ port: number }, { port: number, protocol: 'udp' as const }]
    const replies = port.parse(host.run(port.probe(asks)), asks)
    server.close()
    expect(replies).toEqual([
      { listeners: [{ address: '127.0.0.1', program: undefined }] },
      { listeners: [] },
    ])
  })
})
