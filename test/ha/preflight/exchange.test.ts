import { expect, it, test } from 'vitest'
import { judgeOne } from '../../../src/ha/preflight/judge.ts'
import { advert, said, scene, type Changes } from './scene.ts'

const OTHERS = advert('10.0.0.3', { vrid: 250 })
/** m2 hears m3 and not m1. */
const DEAF_TO_M1 = { adverts: [OTHERS] }

it('of nodes that hear each other is said once', () => {
  expect(said(scene(), 'vrrp')).toEqual(['ok m1, m2 and m3: each hears each (unicast, IPv4, by perl)'])
})

test.each<[string, Changes, string]>([
  [
    'that does not get through is refused',
    { heard: { m2: DEAF_TO_M1 } },
    'fail m2: it hears nothing from m1 (unicast, IPv4)',
  ],
  [
    'from all others is one finding',
    { heard: { m2: { adverts: [] } } },
    'fail m2: it hears nothing from m1 and m3 (unicast, IPv4)',
  ],
  [
    'without a program is not proven',
    { heard: { m2: { tool: undefined, adverts: [OTHERS] } } },
    'unknown m2: whether it hears m1 was not proven (unicast, IPv4): m2 has neither perl nor Python to try it with',
  ],
  [
    'of a program that failed is not proven, with its words',
    { heard: { m2: { tool: undefined, adverts: [OTHERS], errors: ['syntax error'] } } },
    'unknown m2: whether it hears m1 was not proven (unicast, IPv4): m2 has trouble with it (syntax error)',
  ],
  [
    'that only keepalived did not hear is not proven',
    { heard: { m2: { ...DEAF_TO_M1, tool: 'keepalived' } } },
    'unknown m2: whether it hears m1 was not proven (unicast, IPv4): m2 has only keepalived to try it with, whose silence proves nothing',
  ],
  [
    'that could not be sent is not proven',
    { heard: { m1: { sent: 0, errors: ['bind on eth0: Cannot assign requested address'] }, m2: DEAF_TO_M1 } },
    'unknown m2: whether it hears m1 was not proven (unicast, IPv4): m1 could not send (bind on eth0: Cannot assign requested address)',
  ],
  [
    'without the right to listen is not proven',
    { heard: { m2: { ...DEAF_TO_M1, errors: ['socket: Operation not permitted'] } } },
    'unknown m2: whether it hears m1 was not proven (unicast, IPv4): m2 could not listen (socket: Operation not permitted)',
  ],
  [
    'at different times is not proven',
    {
      heard: {
        m2: {
          ...DEAF_TO_M1,
          began: { earliest: Date.parse('2030-01-01'), latest: Date.parse('2030-01-01') + 2600 },
        },
      },
    },
    'unknown m2: whether it hears m1 was not proven (unicast, IPv4): m1 and m2 were not certain to be at it at the same time',
  ],
  [
    'with a node that is down is not proven',
    { heard: { m2: DEAF_TO_M1 }, seen: { missing: new Map([['m1', 'it is down']]), hosts: new Map() } },
    'it is down',
  ],
  [
    'behind a firewall that is going to be opened is not proven yet',
    { heard: { m2: DEAF_TO_M1 }, seen: { opening: new Set(['m2']) } },
    'unknown m2: whether it hears m1 was not proven (unicast, IPv4): firewalld is active on m2, and gets its rule in this run',
  ],
])('an exchange %s', (_, changes, expected) => {
  expect(said(scene({}, changes), 'vrrp').join('\n')).toContain(expected)
})

it('says how firewalld is opened where it is active', () => {
  const units = new Map([['firewalld', 'active']] as const)
  const seen = scene({}, { heard: { m2: DEAF_TO_M1 }, hosts: { m2: { units } } })
  expect(judgeOne(seen).find(({ check }) => check === 'vrrp')?.todo).toBe(
    'on m2: `firewall-cmd --permanent --add-protocol=vrrp && firewall-cmd --reload`',
  )
})

it('is looked at in each family, and by the addresses that a node has now', () => {
  const dual = scene({ ha_vip: '10.0.0.10,fd00::10' })
  expect(said(dual, 'vrrp').filter((line) => line.startsWith('fail'))).toHaveLength(3)
  const local = { addresses: [{ interface: 'eth0', address: 'fe80::1' }] }
  const heard = { adverts: [advert('fe80::1', { destination: undefined }), OTHERS, advert('fd00::3')] }
  const seen = scene(
    { ha_vip: 'fd00::10', ha_vrrp: 'multicast' },
    { hosts: { m1: local }, heard: { m2: heard } },
  )
  expect(said(seen, 'vrrp').some((line) => line.includes(' m2: '))).toBe(false)
})
