import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import wait_for from '../../src/tasks/wait_for.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, hostOf, runTask, shells } from './harness.ts'

// In a process of its own: runTask stops this one while the host waits.
const LISTENER = `
const server = require('node:net').createServer((socket) => socket.end())
server.listen(0, '127.0.0.1', () => console.log(server.address().port))`

// Listens for both families and is its own client, by IPv4, IPv6 or not at all.
const CLIENT = `
const net = require('node:net')
const server = net.createServer(() => {})
server.listen(0, '::', () => {
  const port = server.address().port
  if (process.argv[1] === '-') console.log(port)
  else net.connect(port, process.argv[1], () => console.log(port))
})`

/** The port on which somebody is connected from this address. */
async function connected(address: string): Promise<{ port: number; end: () => void }> {
  const child = spawn(process.execPath, ['-e', CLIENT, address], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line]: unknown[] = await once(child.stdout, 'data')
  return { port: Number(String(line)), end: () => child.kill() }
}

let listener: ChildProcess
let open = 0

beforeAll(async () => {
  listener = spawn(process.execPath, ['-e', LISTENER], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line]: unknown[] = listener.stdout ? await once(listener.stdout, 'data') : []
  open = Number(String(line))
})

afterAll(() => {
  listener.kill()
})

describe.each(shells)('wait_for with $name', (host) => {
  const quick = { timeout: 0, sleep: 0 }
  const seen = async (args: Record<string, unknown>) =>
    (await runTask(wait_for, { ...quick, ...args }, host)).failure

  test('ports of the host itself', async () => {
    expect(await seen({ port: open })).toBeUndefined()
    expect(await seen({ port: open, state: 'stopped' })).toBe(
      `Timeout when waiting for 127.0.0.1:${open} to stop`,
    )
    expect(await seen({ port: 1 })).toBe('Timeout when waiting for 127.0.0.1:1')
    expect(await seen({ port: 1, state: 'absent' })).toBeUndefined()
  })

  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
  ])('a port that %s is connected to', async (address, own) => {
    const { port, end } = await connected(address)
    const drained = (args: Record<string, unknown>) => seen({ port, state: 'drained', host: own, ...args })
    try {
      expect(await drained({})).toBe(`Timeout when waiting for ${own}:${port} to drain`)
      expect(await drained({ host: '0.0.0.0' })).toBe(`Timeout when waiting for 0.0.0.0:${port} to drain`)
      expect(await drained({ host: '10.9.8.7' })).toBeUndefined()
      expect(await drained({ exclude_hosts: ['10.9.8.7', '10.9.8.6'] })).toContain('Timeout')
      expect(await drained({ exclude_hosts: `10.9.8.7,${address}` })).toBeUndefined()
      expect(await drained({ active_connection_states: ['SYN_SENT', 'TIME_WAIT'] })).toBeUndefined()
      expect(await drained({ active_connection_states: ['SYN_SENT', 'ESTABLISHED'] })).toContain('Timeout')
    } finally {
      end()
    }
  })

  test('a port that nobody is connected to', async () => {
    const { port, end } = await connected('-')
    expect(await seen({ port, state: 'drained', host: '0.0.0.0' })).toBeUndefined()
    end()
  })

  test('files', async () => {
    const file = join(scratch(), 'a b')
    expect(await seen({ path: file })).toBe(`Timeout when waiting for file ${file}`)
    expect(await seen({ path: file, state: 'absent' })).toBeUndefined()
    writeFileSync(file, 'state: ready\n')
    expect(await seen({ path: file, state: 'present' })).toBeUndefined()
    expect(await seen({ path: file, search_regex: String.raw`^state:\s+ready` })).toBeUndefined()
    expect(await seen({ path: file, search_regex: '^ready' })).toMatch(
      /^Timeout when waiting for search string/,
    )
    expect(await seen({ path: file, search_regex: '^ready', state: 'absent' })).toBeUndefined()
    rmSync(file)
  })

  test('a message of its own, and how long it took', async () => {
    const { failure, result, plan } = await runTask(wait_for, { port: 1, timeout: 1, msg: 'too slow' }, host)
    expect(failure).toBe('too slow')
    expect(result).toEqual({})
    expect(plan).toMatchObject({ status: 'change', counts: false })
    const only = await runTask(wait_for, { timeout: 1 }, host)
    expect(only.result).toMatchObject({ elapsed: 1 })
  })
})

function installed(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0
}

/** Only these programs are there to connect with. */
describe.each([
  ['bash', 'bash timeout'],
  ['nc', 'nc'],
  ['curl', 'curl'],
  ['perl', 'perl'],
  ['nothing', ''],
])('a port elsewhere, by %s', (tool, programs) => {
  const hide = ['bash', 'timeout', 'nc', 'curl', 'socat', 'perl'].filter(
    (name) => !programs.split(' ').includes(name),
  )
  const script = `command() { if [ "$1" = -v ]; then case " ${hide.join(' ')} " in *" $2 "*) return 1 ;; esac; fi; builtin command "$@"; }\neval "$(cat)"`
  const host = hostOf(tool, ['bash', '-c', script])

  // localhost as seen from outside: a name that is not taken for the host itself.
  const args = { host: '127.1', timeout: 0, sleep: 0, connect_timeout: 2 }
  const missing = programs.split(' ').some((name) => name !== '' && !installed(name))
  test.skipIf(missing)('open and closed', async () => {
    const up = await runTask(wait_for, { ...args, port: open }, host)
    const down = await runTask(wait_for, { ...args, port: 1 }, host)
    if (tool === 'nothing') {
      expect(up.failure).toBe(
        `nothing on this host can connect to 127.1:${open}: install bash, nc, curl, socat or perl`,
      )
      return
    }
    expect(up.failure).toBeUndefined()
    expect(down.failure).toBe('Timeout when waiting for 127.1:1')
  })
})

test.each([
  [{ port: 1, path: '/a' }, 'exclude each other'],
  [{ port: 1, search_regex: 'a' }, 'needs a path'],
  [{ port: 70_000 }, 'not a port'],
  [{ timeout: -1 }, 'negative'],
  [{ state: 'drained' }, 'needs a port'],
  [{ port: 1, exclude_hosts: '10.0.0.1' }, 'belongs to state: drained'],
  [{ port: 1, state: 'drained', host: 'm1' }, 'host: m1 is no address'],
  [{ port: 1, state: 'drained', active_connection_states: ['UP'] }, 'UP is no state'],
])('%j is refused: %s', (args, message) => {
  expect(() => wait_for.prepare(wait_for.params.parse(args), controllerWith())).toThrow(message)
})
