import { afterEach, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/connect/connection.ts'
import { openLocal } from '../../src/connect/local.ts'
import { EXIT, HakubeError } from '../../src/errors.ts'
import type { Scene } from '../../src/run/options.ts'
import { Glances } from '../../src/verify/glance.ts'
import { healthy } from './healthy.ts'

const views = healthy().views
const open: Connection[] = []
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close()
})

/** This machine under the name of a node: its answers are real, and it is no node. */
function here(host: string): Connection {
  const connection = openLocal({ host, become: { host, method: 'sudo' } })
  open.push(connection)
  // The nodes' addresses are nobody's here.
  return Object.assign(connection, { forward: () => Promise.reject(refused()) })
}

function refused(): HakubeError {
  return new HakubeError('Connection refused', { code: 'port-unreachable', exitCode: EXIT.unreachable })
}

function lost(host: string): Connection & { closed: number } {
  const error = new HakubeError('the connection was lost', {
    code: 'connection-lost',
    exitCode: EXIT.unreachable,
  })
  const connection = {
    host,
    closed: 0,
    shell: () => Promise.reject(error),
    forward: () => Promise.reject(refused()),
    abort: () => Promise.resolve(),
    close: () => {
      connection.closed += 1
      return Promise.resolve()
    },
  }
  return connection
}

function sceneOf(
  connections: Map<string, Connection>,
  reach: (host: string) => Promise<Connection | undefined>,
): Scene {
  const scene = {
    inputs: { hosts: ['m1', 'm2'] },
    hosts: { connections, reach },
    reached: ['m1', 'm2'],
    identity: () => ({}),
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part of a run that glances use
  return scene as unknown as Scene
}

describe('Glances', () => {
  it('sees the hosts that answer, and says why others do not', async () => {
    const gone = lost('m2')
    const reached: string[] = []
    const connections = new Map<string, Connection>([
      ['m1', here('m1')],
      ['m2', gone],
    ])
    const glances = new Glances(
      sceneOf(connections, (host) => {
        reached.push(host)
        const connection = here(host)
        connections.set(host, connection)
        return Promise.resolve(connection)
      }),
      views,
      new Map(),
    )
    const first = await glances.look()
    expect([...first.nodes.keys()]).toEqual(['m1'])
    expect([...first.missing]).toEqual([
      ['m3', 'not asked'],
      ['m2', 'the connection was lost'],
    ])
    expect(gone.closed).toBe(1)
    expect(first.probes.map(({ result }) => result.outcome)).toEqual([
      'unreachable',
      'unreachable',
      'unreachable',
    ])

    // The next look begins to connect, the one after it sees the host again.
    await glances.look()
    expect(reached).toEqual(['m2'])
    const third = await glances.look()
    expect([...third.nodes.keys()]).toEqual(['m1', 'm2'])
    await glances.end()
  })

  it('does not wait for a host that hangs, nor ask it twice', async () => {
    let asked = 0
    const hanging: Connection = {
      ...lost('m2'),
      shell: () => {
        asked += 1
        return new Promise(() => undefined)
      },
    }
    const connections = new Map([
      ['m1', here('m1')],
      ['m2', hanging],
    ])
    const glances = new Glances(
      sceneOf(connections, () => Promise.resolve(undefined)),
      views,
      new Map(),
    )
    expect((await glances.look()).missing.get('m2')).toBe('no answer within 2 s')
    await glances.look()
    expect(asked).toBe(1)
  })
})
