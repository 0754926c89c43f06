import { describe, expect, it } from 'vitest'
import { CHECKS } from '../../src/verify/finding.ts'
import { endpointsOf, evaluate, merged } from '../../src/verify/evaluate.ts'
import { setups } from '../ha/fixtures.ts'
import { answered, healthy, healthyOf, lines, VIP, withNodes, withProbe } from './healthy.ts'

describe('evaluate', () => {
  it.each([
    {},
    { ha_bind: 'vip' },
    { ha_haproxy: false },
    { ha_vip: [VIP, 'fd00::10'] },
    { ha_auth_pass: 'secret' },
  ])('finds nothing wrong with a healthy endpoint: %j', (variables) => {
    const findings = evaluate(healthy(variables))
    expect(lines(findings, 'fail', 'warn', 'unknown')).toEqual([])
    expect(findings.length).toBeGreaterThan(10)
  })

  it('finds nothing wrong with load balancers before the control plane', () => {
    const dedicated = setups['dedicated']
    if (!dedicated) throw new Error('the fixture is gone')
    const findings = evaluate(healthyOf(dedicated.input))
    expect(lines(findings, 'fail', 'warn', 'unknown')).toEqual([])
    const said = lines(findings)
    expect(said).toContain(`ok ${VIP}: lb1 holds it`)
    expect(said).toContain('ok lb1 and lb2: haproxy and keepalived run, and are enabled')
    expect(said).toContain('ok m1: 2 of 3 API servers are left (m2 and m3)')
  })

  it('says something for every check that it can', () => {
    const seen = { ...healthy({ ha_bind: 'vip' }), outcomes: [] }
    const said = new Set<string>(evaluate(seen).map(({ check }) => check))
    // Without a run there is nothing to say about differences.
    expect(Object.keys(CHECKS).filter((name) => !said.has(name))).toEqual(['drift'])
  })

  it('gives a reason and an advice with everything that is not ok', () => {
    const seen = withProbe(
      withNodes(healthy(), { m2: { check: { code: 1, words: 'no' } } }),
      '10.0.0.3',
      answered(401),
    )
    for (const { level, why, todo } of evaluate(seen)) {
      if (level === 'ok') continue
      expect(why).toMatch(/\w/)
      expect(todo).toMatch(/\w/)
    }
  })

  it('says the same about several hosts once', () => {
    const about = { check: 'units', level: 'fail', what: 'haproxy is failed', why: 'x', todo: 'y' } as const
    expect(
      merged([
        { ...about, where: 'm1' },
        { ...about, where: 'm2' },
        { ...about, where: 'm3', what: 'other' },
      ]),
    ).toEqual([
      { ...about, where: 'm1 and m2' },
      { ...about, where: 'm3', what: 'other' },
    ])
  })
})

describe('endpointsOf', () => {
  it('takes an inventory of two endpoints apart by their addresses', () => {
    const one = healthy()
    const rename = <T>(map: ReadonlyMap<string, T>) =>
      [...map].map(([host, value]): [string, T] => [`x${host}`, value])
    const other = healthy({ ha_vip: '10.0.0.20' })
    const seen = {
      ...one,
      views: new Map([...one.views, ...rename(other.views)]),
      nodes: new Map([...one.nodes, ...rename(other.nodes)]),
    }
    const apart = endpointsOf(seen)
    expect(apart.map(({ views }) => [...views.keys()])).toEqual([
      ['m1', 'm2', 'm3'],
      ['xm1', 'xm2', 'xm3'],
    ])
    expect([...(apart[1]?.nodes.keys() ?? [])]).toEqual(['xm1', 'xm2', 'xm3'])
  })
})
