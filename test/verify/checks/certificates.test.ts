import { describe, expect, it } from 'vitest'
import { certificates, sameCluster } from '../../../src/verify/checks/certificates.ts'
import type { Seen } from '../../../src/verify/seen.ts'
import { answered, fixture, healthy, lines, OTHER, OWN, withNodes, withProbe } from '../healthy.ts'

const noCa = (seen: Seen) =>
  withNodes(
    seen,
    Object.fromEntries(
      [...seen.nodes].map(([host, node]) => [host, { kubernetes: { ...node.kubernetes, ca: undefined } }]),
    ),
  )

describe('sameCluster', () => {
  it('is well with one authority', () => {
    expect(lines(sameCluster(healthy()))).toEqual([
      'ok m1, m2 and m3: one authority signed their certificates (CN=kubernetes)',
    ])
  })

  it('fails for a server of another authority of the same name', () => {
    expect(OTHER.issuer).toBe(OWN.issuer)
    const seen = noCa(withProbe(healthy(), '10.0.0.2', answered(200, OTHER)))
    expect(lines(sameCluster(seen))).toEqual([
      'fail m2: its certificate is signed by another authority (CN=kubernetes) than that of m1 and m3 (CN=kubernetes)',
    ])
  })

  it('fails for a server that the node’s own CA did not sign, though all agree', () => {
    const seen = healthy()
    const odd = withNodes(seen, {
      m1: { kubernetes: { kubelet: true, apiserverManifest: true, etcd: true, ca: fixture('other-ca.pem') } },
    })
    expect(lines(sameCluster(odd))).toEqual([
      'fail m1: its API server’s certificate is not signed by the CA in /etc/kubernetes/pki/ca.crt on m1',
    ])
  })

  it('says nothing where no certificate was seen', () => {
    let seen = healthy()
    for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.3'])
      seen = withProbe(seen, address, { outcome: 'unreachable', words: 'Connection refused' })
    expect(sameCluster(seen)).toEqual([])
    expect(certificates(seen)).toEqual([])
  })
})

describe('certificates', () => {
  it.each([
    [-1, 'fail', /ended on/],
    [3, 'fail', /in 3 days/],
    [20, 'warn', /in 20 days/],
    [40, 'ok', /for 40 days or more/],
  ])('that end in %d days: %s', (days, level, words) => {
    const findings = certificates({ ...healthy(), now: OWN.notAfter - days * 86_400_000 })
    expect(findings.every((one) => one.level === level)).toBe(true)
    expect(findings[0]?.what).toMatch(words)
  })

  it('fail before their time', () => {
    const seen = { ...healthy(), now: OWN.notBefore - 1000 }
    expect(certificates(seen)[0]).toMatchObject({ level: 'fail' })
  })

  it('must be valid for every virtual address', () => {
    const [finding] = certificates(healthy({ ha_vip: ['10.0.0.10', '10.0.0.11', 'fd00::10'] }))
    expect(finding).toMatchObject({ level: 'fail', where: 'm1' })
    expect(finding?.what).toMatch(
      /^its certificate is not valid for 10\.0\.0\.11, only for kubernetes, api\.example\.com/,
    )
  })
})
