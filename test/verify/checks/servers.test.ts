import { describe, expect, it } from 'vitest'
import { apiServers, vipAnswers } from '../../../src/verify/checks/servers.ts'
import type { Probe } from '../../../src/verify/probe.ts'
import { answered, healthy, lines, OWN, VIP, withNodes, withProbe } from '../healthy.ts'

const cases: [why: string, result: Probe, level: string, words: RegExp, todo: RegExp][] = [
  ['401', answered(401, OWN, 'Unauthorized'), 'fail', /answers 401 \(Unauthorized\)$/, /anonymous/],
  ['500', answered(500, OWN, '[+]ping ok'), 'fail', /answers 500/, /verbose/],
  ['a hang', { outcome: 'hang', certificate: OWN, seconds: 4 }, 'fail', /says nothing for 4 s$/, /etcd/],
  ['no TLS', { outcome: 'silent', what: 'TLS', seconds: 4 }, 'fail', /no TLS within 4 s$/, /etcd/],
  [
    'silence',
    { outcome: 'silent', what: 'connection', seconds: 4 },
    'fail',
    /does not answer within 4 s$/,
    /etcd/,
  ],
  [
    'a closed port',
    { outcome: 'unreachable', words: 'Connection refused' },
    'fail',
    /nothing listens there$/,
    /start the API server/,
  ],
  [
    'no way',
    { outcome: 'unreachable', words: 'No route to host' },
    'fail',
    /cannot be reached: No route/,
    /start the API server/,
  ],
  ['plain HTTP', { outcome: 'not-tls', words: 'wrong version number' }, 'fail', /speaks no HTTPS/, /start/],
  [
    'no forwarding',
    { outcome: 'unasked', words: 'administratively prohibited', hint: 'allow it: AllowTcpForwarding' },
    'unknown',
    /was not asked/,
    /AllowTcpForwarding/,
  ],
]

describe('apiServers', () => {
  it('is well where all answer 200', () => {
    expect(lines(apiServers(healthy()))).toEqual(['ok m1, m2 and m3: 200 for /readyz'])
  })

  it.each(cases)('tells apart %s', (_why, result, level, words, todo) => {
    const findings = apiServers(withProbe(healthy(), '10.0.0.3', result)).filter((one) => one.level !== 'ok')
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatchObject({ level, where: 'm3' })
    expect(findings[0]?.what).toMatch(words)
    expect(findings[0]?.todo).toMatch(todo)
  })

  it('says from where, if not from everywhere', () => {
    const seen = healthy()
    const probes = seen.probes.map((probe) =>
      probe.address === '10.0.0.3' && probe.from === 'm2' ? { ...probe, result: answered(500) } : probe,
    )
    expect(lines(apiServers({ ...seen, probes }), 'fail')).toEqual([
      'fail m3: 10.0.0.3:6443 answers 500 from m2',
    ])
  })

  it('recognizes a worker that was taken for a control-plane node', () => {
    const refused = withProbe(healthy(), '10.0.0.3', { outcome: 'unreachable', words: 'Connection refused' })
    const worker = { kubelet: true, apiserverManifest: false, ca: undefined, etcd: false }
    const [finding] = apiServers(withNodes(refused, { m3: { kubernetes: worker } })).filter(
      (one) => one.level === 'fail',
    )
    expect(finding?.todo).toMatch(/m3 looks like a worker/)
  })
})

describe('vipAnswers', () => {
  it('asks from every host', () => {
    expect(lines(vipAnswers(healthy()))).toEqual([`ok ${VIP}:8443: 200 from m1, m2 and m3`])
  })

  it('fails where one of them gets nothing', () => {
    const seen = healthy()
    const probes = seen.probes.map((probe): typeof probe =>
      probe.address === VIP && probe.from === 'm3'
        ? { ...probe, result: { outcome: 'unreachable', words: 'No route to host' } }
        : probe,
    )
    expect(lines(vipAnswers({ ...seen, probes }), 'fail')).toEqual([
      `fail ${VIP}:8443: cannot be reached: No route to host, asked from m3`,
    ])
  })
})
