import { describe, expect, it } from 'vitest'
import { oneHolder, reachable, rightHolder } from '../../../src/verify/checks/holders.ts'
import { deriveTopology } from '../../../src/ha/topology.ts'
import { viewOf } from '../../../src/ha/view.ts'
import { three } from '../../ha/fixtures.ts'
import { healthy, lines, VIP, withNodes, without } from '../healthy.ts'

const held = (host: string) => ({
  addresses: [
    { interface: 'eth0', address: `10.0.0.${host.at(-1) ?? ''}` },
    { interface: 'eth0', address: VIP },
  ],
})
const bare = (host: string) => ({
  addresses: [{ interface: 'eth0', address: `10.0.0.${host.at(-1) ?? ''}` }],
})
const sees = (mac: string, state = 'REACHABLE') => ({
  neighbours: new Map([[VIP, [{ interface: 'eth0', mac, state }]]]),
})
const deaf = { neighbours: new Map([[VIP, []]]) }

describe('oneHolder', () => {
  it('sees the holder from its own addresses and from outside', () => {
    expect(lines(oneHolder(healthy()))).toEqual([
      `ok ${VIP}: m1 holds it`,
      `ok ${VIP}: m2 and m3 see it there`,
    ])
  })

  it('fails with two holders', () => {
    const seen = withNodes(healthy(), { m3: held('m3') })
    expect(lines(oneHolder(seen), 'fail')).toEqual([`fail ${VIP}: m1 and m3 hold it at the same time`])
  })

  it('fails without any', () => {
    const seen = withNodes(healthy(), { m1: bare('m1'), m2: deaf, m3: deaf })
    expect(lines(oneHolder(seen))).toEqual([`fail ${VIP}: nobody holds it`])
  })

  it('does not know it where the holder may be the one that was not asked', () => {
    const seen = without(withNodes(healthy(), { m2: deaf, m3: deaf }), 'm1')
    expect(lines(oneHolder(seen))).toEqual([
      `unknown ${VIP}: no node that answers holds it; m1 could not be asked`,
    ])
  })

  it('is not ok where nobody sees it from outside', () => {
    const seen = withNodes(healthy(), { m2: deaf, m3: deaf })
    expect(lines(oneHolder(seen), 'unknown')).toEqual([
      `unknown ${VIP}: not seen from outside: no other node has it in its neighbour table`,
    ])
  })

  it('fails where a stranger answers for it', () => {
    const seen = withNodes(healthy(), { m3: sees('aa:bb:cc:dd:ee:ff', 'STALE') })
    expect(lines(oneHolder(seen), 'fail')).toEqual([
      `fail ${VIP}: m3 sees it at aa:bb:cc:dd:ee:ff, no node of the endpoint (STALE)`,
    ])
  })

  it('tells a node’s old entry from a wrong one', () => {
    const old = withNodes(healthy(), { m3: sees('02:00:00:00:00:02', 'STALE') })
    expect(lines(oneHolder(old), 'warn')).toEqual([`warn ${VIP}: m3 sees it at m2 (STALE)`])
    const wrong = withNodes(healthy(), { m3: sees('02:00:00:00:00:02') })
    expect(lines(oneHolder(wrong), 'fail')).toEqual([`fail ${VIP}: m3 sees it at m2 (REACHABLE)`])
  })

  it('fails where there is one node only', () => {
    const topology = deriveTopology({
      ...three({ ha_vip: VIP }),
      groups: new Map([['control_plane', ['m1']]]),
    })
    const seen = { ...healthy(), views: new Map([['m1', viewOf(topology, 'm1')]]) }
    expect(lines(oneHolder(seen))).toEqual([
      `fail ${VIP}: there is one node only, so there is no virtual address`,
    ])
  })
})

describe('rightHolder', () => {
  it('is the node with the highest priority', () => {
    expect(lines(rightHolder(healthy()))).toEqual([`ok ${VIP}: m1 has the highest priority (200)`])
  })

  it('explains by nopreempt why it is another one', () => {
    const seen = withNodes(healthy(), { m1: bare('m1'), m2: held('m2') })
    const [said] = lines(rightHolder(seen))
    expect(said).toMatch(/^ok .*m2 \(190\) keeps it although m1 \(200\) is back: nopreempt/)
  })

  it('warns where the first node should take it back', () => {
    const seen = withNodes(healthy({ ha_preempt: true }), { m1: bare('m1'), m2: held('m2') })
    expect(lines(rightHolder(seen))).toEqual([
      `warn ${VIP}: m2 (190) holds it, and m1 (200) should take it back`,
    ])
  })

  it('does not expect it on a node whose check fails', () => {
    const seen = withNodes(healthy({ ha_preempt: true }), {
      m1: { ...bare('m1'), check: { code: 1, words: '' } },
      m2: held('m2'),
    })
    expect(lines(rightHolder(seen))).toEqual([`ok ${VIP}: m2 has the highest priority (190)`])
  })

  it('fails where the holder’s own check fails', () => {
    const seen = withNodes(healthy(), { m1: { check: { code: 1, words: '' } } })
    expect(lines(rightHolder(seen), 'fail')).toHaveLength(1)
  })
})

it('names hosts that could not be asked', () => {
  expect(lines(reachable(healthy()))).toEqual(['ok m1, m2 and m3: all of them answer'])
  expect(lines(reachable(without(healthy(), 'm2', 'connection refused')))).toEqual([
    'unknown m2: connection refused',
  ])
})
