import { expect, it, test } from 'vitest'
import { establishedBy, judge, judgeOne } from '../../../src/ha/preflight/judge.ts'
import { host, inventory, three } from '../fixtures.ts'
import { renderFor } from '../render.ts'
import { said, scene, VIP, type Changes } from './scene.ts'

const OTHER = { tool: 'perl', adverts: [] }

it('says nothing but ok about nodes that are well', () => {
  expect(judge(scene()).filter(({ level }) => level !== 'ok')).toEqual([])
})

it('says nothing of the network where nobody listened', () => {
  const checks = judge({ ...scene(), heard: new Map() }).map(({ check }) => check)
  expect(checks).not.toEqual(expect.arrayContaining(['vip']))
  expect(checks).toEqual(expect.arrayContaining(['ports', 'disk', 'api-servers']))
})

it('lets ha_skip_preflight turn a refusal into a warning, of that check alone', () => {
  const listeners = [{ address: '0.0.0.0', port: 8443, owner: undefined }]
  const changes: Changes = { heard: { m2: OTHER }, hosts: { m1: { listeners } } }
  const levels = (variables: Record<string, unknown>) =>
    judgeOne(scene(variables, changes)).flatMap(({ check, level }) =>
      level === 'ok' ? [] : [`${check} ${level}`],
    )
  expect(levels({})).toEqual(['vrrp fail', 'ports fail'])
  expect(levels({ ha_skip_preflight: 'vrrp' })).toEqual(['vrrp warn', 'ports fail'])
  expect(levels({ ha_skip_preflight: ['vrrp', 'ports'] })).toEqual(['vrrp warn', 'ports warn'])
})

it('refuses the name of a check that there is not', () => {
  expect(() => scene({ ha_skip_preflight: 'vrp' })).toThrow(
    /"vrp" is no check of the preflight: there are vip, vrid, vrrp/,
  )
})

it('tells several endpoints of an inventory apart', () => {
  const cluster = (name: string, net: number) =>
    [1, 2].map((index) =>
      host(`${name}${index}`, [`10.0.${net}.${index}/24`], { ha_cluster: name, ha_vip: `10.0.${net}.9` }),
    )
  const hosts = [...cluster('a', 1), ...cluster('b', 2)]
  const input = { ...inventory(hosts, { control_plane: hosts.map(({ name }) => name) }), host: 'a1' }
  expect(judge(scene({}, { input })).filter(({ check }) => check === 'ports').length).toBeGreaterThan(0)
})

/** The nodes as they are once hakube has set them up with these variables. */
function running(variables: Record<string, unknown> = {}, holder = 'm2'): NonNullable<Changes['hosts']> {
  const input = three({ ha_vip: VIP, ...variables })
  const units = new Map([['keepalived', 'active']] as const)
  return Object.fromEntries(
    ['m1', 'm2', 'm3'].map((name) => [
      name,
      {
        units,
        keepalivedConf: renderFor('keepalived.conf.hbs', input, name),
        addresses: name === holder ? [{ interface: 'eth0', address: VIP }] : [],
      },
    ]),
  )
}

test.each<[string, Record<string, unknown>, NonNullable<Changes['hosts']>, boolean]>([
  ['runs as it is to run', {}, running(), true],
  ['is blank', {}, {}, false],
  ['has no holder', {}, running({}, 'nobody'), false],
  ['runs on two of three nodes', {}, { ...running(), m3: {} }, false],
  ['is to talk in another way', { ha_vrrp: 'multicast' }, running(), false],
  ['talks multicast, as it is to', { ha_vrrp: 'multicast' }, running({ ha_vrrp: 'multicast' }), true],
  ['is to have another ID', { ha_vrid: 9 }, running(), false],
])('an endpoint that %s', (_, variables, hosts, expected) => {
  const by = establishedBy(scene(variables, { hosts }))
  expect(by).toBe(expected ? `keepalived runs on m1, m2 and m3, and m2 holds ${VIP}` : undefined)
})

it('warns about API servers that answer wrongly, and not about those that are not there yet', () => {
  const refused = { outcome: 'unreachable', words: 'Connection refused' } as const
  const all = { m1: refused, m2: refused, m3: refused }
  const waiting = 'nothing listens yet: the endpoint waits for the API servers'
  expect(said(scene({}, { apis: all }), 'api-servers')).toEqual([`ok m1, m2 and m3: ${waiting}`])
  const ill = {
    outcome: 'answered',
    status: 401,
    body: 'Unauthorized',
    certificate: undefined,
    ms: 1,
  } as const
  expect(said(scene({}, { apis: { m1: ill, m2: refused } }), 'api-servers')).toEqual(
    expect.arrayContaining(['warn m1: 10.0.0.1:6443 answers 401 (Unauthorized)', `ok m2: ${waiting}`]),
  )
  const worker = { kubelet: true, apiserverManifest: false, ca: undefined, etcd: false }
  const found = judgeOne(scene({}, { apis: all, hosts: { m3: { kubernetes: worker } } }))
  expect(found.find(({ where, check }) => where === 'm3' && check === 'api-servers')).toMatchObject({
    level: 'warn',
    todo: expect.stringContaining('looks like a worker'),
  })
})
