import { describe, expect, it } from 'vitest'
import { differencesOf, gapOf, leavesOf, peersOf } from '../../src/ha/spoken.ts'
import { deriveTopology } from '../../src/ha/topology.ts'
import { viewOf } from '../../src/ha/view.ts'
import { readKeepalivedConf } from '../../src/verify/keepalived-conf.ts'
import { setups } from './fixtures.ts'
import { renderFor } from './render.ts'

const { input, host } = setups['stacked']!
const view = viewOf(deriveTopology(input), host)
const text = renderFor('keepalived.conf.hbs', input, host)
const vip = view.vips[0] ?? ''

/** What differs between a changed configuration on the node and what is going to be. */
function differences(change: (conf: string) => string): string[] {
  const conf = change(text)
  expect(conf).not.toBe(text)
  return differencesOf(readKeepalivedConf(conf), view).map(
    (one) => `${one.text}${one.drops ? ' (drops)' : ''}`,
  )
}

const auth = `    authentication {
        auth_type PASS
        auth_pass secret
    }
    virtual_ipaddress {`

describe('what nodes speak', () => {
  it('is the same before and after where nothing changes', () => {
    expect(differencesOf(readKeepalivedConf(text), view)).toEqual([])
  })

  it.each<[string, (conf: string) => string, string[]]>([
    ['version', (conf) => conf.replace('vrrp_version 3', 'vrrp_version 2'), ['VRRP version 2 → 3']],
    ['no version', (conf) => conf.replace('vrrp_version 3', ''), ['VRRP version 2 → 3']],
    [
      'VRID',
      (conf) => conf.replace(/virtual_router_id .*/, 'virtual_router_id 51'),
      [`VRID 51 → ${view.instances[0]?.vrid} (drops)`],
    ],
    ['multicast', (conf) => conf.replace(/unicast_peer \{[^}]*\}/, ''), ['multicast → unicast (drops)']],
    ['password', (conf) => conf.replace('    virtual_ipaddress {', auth), ['the password goes']],
    [
      'interface',
      (conf) => conf.replace('interface eth0', 'interface eth1'),
      ['interface eth1 → eth0 (drops)'],
    ],
    [
      'name',
      (conf) => conf.replace(/vrrp_instance \S+/, 'vrrp_instance VI_1'),
      [`instance VI_1 → ${view.instances[0]?.name} (drops)`],
    ],
    ['interval of version 3', (conf) => conf.replace('advert_int 0.5', 'advert_int 1'), []],
    ['priority', (conf) => conf.replace('priority 200', 'priority 100'), []],
    ['peers', (conf) => conf.replace(/unicast_peer \{\s*\S+/, 'unicast_peer {'), []],
  ])('%s', (_name, change, expected) => {
    expect(differences(change)).toEqual(expected)
  })

  it('with version 2, an interval counts', () => {
    const two = { ...view, vrrp: { ...view.vrrp, version: 2 as const, advert: 2 } }
    const conf = text.replace('vrrp_version 3', 'vrrp_version 2').replace('advert_int 0.5', 'advert_int 1')
    const found = differencesOf(readKeepalivedConf(conf), two)
    expect(found.map((one) => one.text)).toEqual(['advertisements every 1 s → 2 s'])
  })

  it('never shows a password', () => {
    const conf = readKeepalivedConf(text.replace('    virtual_ipaddress {', auth))
    const change = { ...view, vrrp: { ...view.vrrp, auth_pass: 'hidden' } }
    expect(JSON.stringify(differencesOf(conf, change))).not.toMatch(/secret|hidden/)
    expect(differencesOf(conf, change).map((one) => one.text)).toEqual(['the password changes'])
  })

  it('of another address is no difference: each has an instance of its own', () => {
    const conf = readKeepalivedConf(text.replaceAll(`${vip}/`, '10.0.0.77/'))
    expect(differencesOf(conf, view)).toEqual([])
    expect(leavesOf(conf, view)).toEqual(['10.0.0.77'])
  })

  it('goes to the peers, or to everybody', () => {
    expect(peersOf(readKeepalivedConf(text))).toEqual(view.instances[0]?.peers)
    expect(peersOf(readKeepalivedConf(text.replace(/unicast_peer \{[^}]*\}/, '')))).toBeNull()
  })

  it('takes three advertisements and the skew to take an address', () => {
    // Priority 200, every 0.5 s: 1.5 s + 56 / 256 × 0.5 s. Measured with keepalived 2.2.7: 1.61 s.
    expect(gapOf(view)).toBeCloseTo(1.609, 3)
  })
})
