import { describe, expect, it } from 'vitest'
import { checkScript, clocks, kernel, units, versions } from '../../../src/verify/checks/nodes.ts'
import { nodeLoss, masterDownInterval } from '../../../src/verify/checks/loss.ts'
import { healthy, lines, VIP, withNodes, without, withProbe } from '../healthy.ts'

const seen = healthy()
const runs = { known: true, enablement: 'enabled', activity: 'active', needsReload: false } as const

describe('units', () => {
  it.each([
    ['fail', { ...runs, activity: 'failed' }, 'keepalived is failed'],
    [
      'fail',
      { ...runs, enablement: 'disabled' },
      'keepalived runs, but is disabled: it will not after a reboot',
    ],
    ['fail', { ...runs, enablement: 'masked', activity: 'inactive' }, 'keepalived is inactive'],
    ['fail', { known: false } as const, 'keepalived is not installed'],
    ['warn', { ...runs, needsReload: true }, 'keepalived has changed unit files that systemd has not read'],
    ['unknown', 'unknown' as const, 'keepalived cannot be asked about: there is no systemd'],
  ])('%s: %j', (level, unit, what) => {
    const changed = new Map([['haproxy', runs] as const, ['keepalived', unit] as const])
    expect(lines(units(withNodes(seen, { m2: { units: changed } })))).toEqual([`${level} m2: ${what}`])
  })
})

it('repeats what the check says', () => {
  const failing = withNodes(seen, { m2: { check: { code: 1, words: 'nothing listens on port 8404\nx' } } })
  expect(lines(checkScript(failing))).toEqual(['fail m2: it fails with 1: nothing listens on port 8404'])
})

it('compares kernel parameters with what the set-up needs', () => {
  const bound = healthy({ ha_bind: 'vip' })
  expect(lines(kernel(bound))).toEqual(['ok m1, m2 and m3: net.ipv4.ip_nonlocal_bind = 1'])
  const off = withNodes(bound, { m3: { sysctls: new Map([['net.ipv4.ip_nonlocal_bind', '0']]) } })
  expect(lines(kernel(off))).toEqual(['fail m3: net.ipv4.ip_nonlocal_bind is 0 instead of 1'])
  expect(kernel(seen)).toEqual([])
})

it('compares versions between the nodes', () => {
  const mixed = withNodes(seen, {
    m3: {
      versions: new Map([
        ['haproxy', '2.4.22'],
        ['keepalived', '2.2.7'],
      ]),
    },
  })
  expect(lines(versions(mixed))).toEqual([
    'ok m1, m2 and m3: keepalived 2.2.7',
    'warn m1, m2 and m3: haproxy 2.6.12 on m1 and m2, 2.4.22 on m3',
  ])
})

describe('clocks', () => {
  const off = (least: number, most: number) =>
    lines(clocks(withNodes(seen, { m2: { clock: { least, most } } })))

  it.each([
    [1.9, 1.95, ['ok m1, m2 and m3: within 1.9 s of the controller’s']],
    [2.1, 2.2, ['warn m2: its clock is 2.1 s ahead of the controller’s']],
    [-59, -58, ['warn m2: its clock is 58.0 s behind the controller’s']],
    [60.5, 60.6, ['fail m2: its clock is 60.5 s ahead of the controller’s']],
    [-61, -60.9, ['fail m2: its clock is 60.9 s behind the controller’s']],
  ])('between %d and %d s off', (least, most, said) => {
    expect(off(least, most)).toEqual(said)
  })

  it('counts only what is certain', () => {
    // An answer that took 90 s says little about a clock.
    expect(off(-80, 10).join()).toMatch(/^ok/)
  })

  it('compares the nodes with each other, too', () => {
    const apart = withNodes(seen, {
      m1: { clock: { least: 1.5, most: 1.6 } },
      m2: { clock: { least: -1.6, most: -1.5 } },
    })
    expect(lines(clocks(apart))).toEqual(['warn m1: its clock is 3.0 s ahead of that of m2'])
  })

  it('is not ok where the time cannot be told', () => {
    expect(lines(clocks(withNodes(seen, { m2: { clock: undefined } })))).toEqual([
      'unknown m2: `date` does not tell the time in seconds',
    ])
  })
})

describe('nodeLoss', () => {
  it('says who would take over, and what would be left', () => {
    expect(lines(nodeLoss(seen))).toEqual([
      `ok m1: ${VIP} moves to m2 after about 1.6 s; 2 of 3 API servers are left (m2 and m3)`,
      `ok m2: ${VIP} stays on m1; 2 of 3 API servers are left (m1 and m3)`,
      `ok m3: ${VIP} stays on m1; 2 of 3 API servers are left (m1 and m2)`,
    ])
  })

  it('fails where nobody else can hold the address', () => {
    const broken = { check: { code: 1, words: '' } }
    const said = lines(nodeLoss(withNodes(seen, { m2: broken, m3: broken })), 'fail')
    expect(said).toEqual([`fail m1: nobody else can hold ${VIP}; 2 of 3 API servers are left (m2 and m3)`])
  })

  it('fails where no API server would be left', () => {
    const down = { outcome: 'unreachable', words: 'Connection refused' } as const
    const said = lines(nodeLoss(withProbe(withProbe(seen, '10.0.0.2', down), '10.0.0.3', down)), 'fail')
    expect(said).toEqual([`fail m1: ${VIP} moves to m2 after about 1.6 s; 0 of 3 API servers are left`])
  })

  it('counts the members of etcd', () => {
    const gone = { kubernetes: { kubelet: true, apiserverManifest: true, ca: undefined, etcd: false } }
    const said = lines(nodeLoss(withNodes(seen, { m3: gone })), 'fail')
    expect(said).toHaveLength(2)
    expect(said[0]).toMatch(/^fail m1: .*etcd has 1 of 3 members left and needs 2: the API stops$/)
  })

  it('lets nobody take over that could not be asked', () => {
    expect(lines(nodeLoss(without(seen, 'm2')))[0]).toMatch(/moves to m3/)
  })

  it.each([
    [{}, 1.5 + (56 / 256) * 0.5],
    [{ ha_auth_pass: 'x' }, 3 + 56 / 256],
  ])('computes when a backup takes over: %j', (variables, seconds) => {
    const view = healthy(variables).views.get('m1')
    expect(view && masterDownInterval(view, VIP)).toBeCloseTo(seconds)
  })
})
