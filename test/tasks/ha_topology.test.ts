import { expect, it } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import type { Controller } from '../../src/task.ts'
import ha_topology from '../../src/tasks/ha_topology.ts'
import { type Dict, fromJson, isDict, toJson, type Value } from '../../src/value.ts'
import { World } from '../../src/world/world.ts'
import { controllerWith } from './harness.ts'

function facts(address: string, device = 'eth0'): Record<string, unknown> {
  return {
    ansible_os_family: 'Debian',
    ansible_interfaces: ['lo', device.replace('-', '_')],
    ansible_lo: { device: 'lo', ipv4: { address: '127.0.0.1', prefix: '8' } },
    [`ansible_${device.replace('-', '_')}`]: {
      device,
      ipv4: { address, netmask: '255.255.255.0', prefix: '24' },
      ipv6: [{ address: 'fe80::1', prefix: '64', scope: 'link' }],
    },
    ansible_default_ipv4: { interface: device, address },
    ansible_default_ipv6: {},
  }
}

const hostvars = fromJson({
  m1: { ha_vip: '10.0.0.10', ...facts('10.0.0.1') },
  m2: { ha_vip: '10.0.0.10', ...facts('10.0.0.2', 'br-lan') },
  m3: { ha_vip: '10.0.0.10', ip: '10.0.0.3' },
  w1: { ha_nonsense: 1 },
})
const groups = fromJson({
  all: ['m1', 'm2', 'm3', 'w1'],
  ungrouped: [],
  masters: ['m1', 'm2', 'm3'],
  workers: ['w1'],
})

function controller(name: string, values: Record<string, Value> = { hostvars, groups }): Controller {
  const variables: Record<string, Value> = { ...values, inventory_hostname: name }
  return controllerWith({ variable: (wanted) => variables[wanted] })
}

async function ha(name: string): Promise<Dict> {
  const plan = ha_topology.plan(await ha_topology.prepare({ preflight: true }, controller(name)), new World())
  if (plan.status !== 'ok') throw new Error(plan.status)
  const given = plan.result?.['ansible_facts']
  const view = isDict(given) ? given.get('ha') : undefined
  if (!isDict(view)) throw new Error('no ha')
  return view
}

it('reads groups, variables and facts as the engine has them', async () => {
  const view = toJson(await ha('m2'))
  expect(view).toMatchObject({
    keepalived: true,
    stats_socket: '/run/haproxy/admin.sock',
    instances: [
      { interface: 'br-lan', source: '10.0.0.2', peers: ['10.0.0.1', '10.0.0.3'], vip: '10.0.0.10/24' },
    ],
  })
})

it('says in its reason what the endpoint is', async () => {
  const plan = ha_topology.plan(await ha_topology.prepare({ preflight: true }, controller('m1')), new World())
  expect(plan).toMatchObject({ status: 'ok', reason: 'https://10.0.0.10:8443 before m1, m2, m3' })
})

it('asks the host nothing', async () => {
  expect(ha_topology.kind({ preflight: true })).toBe('local')
  expect(ha_topology.asks(await ha_topology.prepare({ preflight: true }, controller('m1')))).toEqual([])
})

it('passes warnings on', async () => {
  const alone = { hostvars, groups: fromJson({ masters: ['m1'] }) }
  const plan = ha_topology.plan(
    await ha_topology.prepare({ preflight: true }, controller('m1', alone)),
    new World(),
  )
  expect(plan).toMatchObject({ result: { warnings: [expect.stringContaining('m1 is the only node')] } })
})

it('shows the failover budget in check mode and with -v, and always has it in ha', async () => {
  const said = async (more: Partial<Controller>, check: boolean) => {
    const variables: Record<string, Value> = {
      hostvars,
      groups,
      inventory_hostname: 'm1',
      ansible_check_mode: check,
    }
    const given = controllerWith({ variable: (wanted) => variables[wanted], ...more })
    const plan = ha_topology.plan(await ha_topology.prepare({ preflight: true }, given), new World())
    return plan.status === 'ok' ? plan.result?.['hakube_message'] : plan.status
  }
  expect(await said({}, true)).toMatch(/^worst cases of 10\.0\.0\.10 .*\n {2}fault/)
  expect(await said({ verbosity: 1 }, false)).toMatch(/^worst cases/)
  expect(await said({}, false)).toBeUndefined()
  const budget = toJson((await ha('m1')).get('budget') ?? null)
  expect(budget).toContainEqual(
    expect.objectContaining({ fault: 'node-dies', outage: 1.629, recovered: 3.5 }),
  )
})

it('refuses an inventory without control plane', () => {
  expect(() =>
    ha_topology.prepare(
      { preflight: true },
      controller('m1', { hostvars, groups: fromJson({ all: ['m1'] }) }),
    ),
  ).toThrow(HakubeError)
})
