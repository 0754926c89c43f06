import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { spawn } from 'node:child_process'
import type { Controller } from '../../src/task.ts'
import ha_vrrp, { readAnswer } from '../../src/tasks/ha_vrrp.ts'
import { deriveTopology } from '../../src/ha/topology.ts'
import { viewOf } from '../../src/ha/view.ts'
import { fromJson, type Value } from '../../src/value.ts'
import { World, id } from '../../src/world/world.ts'
import { setups } from '../ha/fixtures.ts'
import { renderFor } from '../ha/render.ts'
import { controllerWith } from './harness.ts'

const { input, host } = setups['stacked']!
const view = viewOf(deriveTopology(input), host)
const conf = renderFor('keepalived.conf.hbs', input, host)
const vip = view.vips[0] ?? ''

describe('the answer of a node', () => {
  it('tells who speaks and who holds, without what is on lo', () => {
    const { spoken, strangers } = readAnswer(
      `unit active\nhas 10.0.0.1\nhas ${vip}\nlends\nconf\n${conf}`,
      view,
    )
    expect(spoken).toMatchObject({ active: true, holds: [vip], differences: [], leaves: [], lends: true })
    expect(strangers).toEqual([])
  })

  it('is that of nobody where keepalived does not run, whatever its configuration says', () => {
    const old = conf.replace(/virtual_router_id .*/, 'virtual_router_id 1')
    expect(readAnswer(`unit inactive\nconf\n${old}`, view).spoken).toMatchObject({
      active: false,
      differences: [],
    })
    expect(readAnswer('unit inactive\n', view).spoken).toMatchObject({ active: false, lends: false })
  })

  it('counts an address that is to go as held', () => {
    const old = conf.replaceAll(`${vip}/`, '10.0.0.77/')
    expect(readAnswer(`unit active\nhas 10.0.0.77\nconf\n${old}`, view).spoken.holds).toEqual(['10.0.0.77'])
  })
})

const address = (last: number) => ({
  ansible_os_family: 'RedHat',
  ansible_interfaces: ['eth0'],
  ansible_eth0: { device: 'eth0', ipv4: { address: `10.99.0.${last}`, prefix: '24' } },
})
const groups = fromJson({ all: ['m1', 'm2'], masters: ['m1', 'm2'] })

describe('a node that is in the inventory no more', () => {
  const dir = mkdtempSync(join(tmpdir(), 'hakube-vrrp-'))
  const file = join(dir, 'keepalived.conf')
  let server: Server
  let port = 0
  beforeAll(async () => {
    server = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.13', resolve))
    const at = server.address()
    port = typeof at === 'object' && at ? at.port : 0
    const peers = ['10.99.0.12', '127.0.0.13', '127.0.0.14'].join('\n')
    writeFileSync(
      file,
      `vrrp_instance a {\n unicast_peer {\n${peers}\n}\n virtual_ipaddress {\n10.99.0.100/24\n}\n}\n`,
    )
  })
  afterAll(() => {
    server.close()
    rmSync(dir, { recursive: true })
  })

  function controller(): Controller {
    const values: Record<string, Value> = {
      hostvars: fromJson({
        m1: { ha_vip: '10.99.0.100', ha_port: port, ...address(11) },
        m2: { ha_vip: '10.99.0.100', ha_port: port, ...address(12) },
      }),
      groups,
      inventory_hostname: 'm1',
    }
    return controllerWith({ variable: (wanted) => values[wanted] })
  }

  it.each(['bash', 'dash'])(
    'is refused while it serves, and not when nothing listens there: %s',
    async (shell) => {
      const prepared = await ha_vrrp.prepare({ path: file }, controller())
      const [ask] = ha_vrrp.asks(prepared)
      if (ask?.kind !== 'script') throw new Error('no script')
      // The server is in this process: it has to go on meanwhile.
      const child = spawn(shell, ['-c', ask.ask.text.text])
      let said = ''
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
      await new Promise((resolve) => child.on('close', resolve))
      expect(said).toContain('stranger 127.0.0.13 open\nstranger 127.0.0.14 refused\n')
      expect(said).not.toContain('stranger 10.99.0.12')
      const answer = { code: 0, stdout: Buffer.from(said), stderr: Buffer.alloc(0) }
      const plan = ha_vrrp.plan(prepared, new World(new Map([[id('script', ask.ask.id), answer]])))
      expect(plan).toMatchObject({
        status: 'fail',
        message: '127.0.0.13 is still a part of the endpoint, but no node of the inventory',
      })
    },
  )
})
