import { describe, expect, it } from 'vitest'
import type { TaskOutcome } from '../../../src/report/events.ts'
import { agreement, backends, drift } from '../../../src/verify/checks/configs.ts'
import { healthy, lines, withNodes } from '../healthy.ts'

const seen = healthy()
const conf = seen.nodes.get('m2')?.keepalivedConf ?? ''
const cfg = seen.nodes.get('m2')?.haproxyCfg ?? ''

describe('agreement', () => {
  it.each([
    ['a VRID', /virtual_router_id \d+/, 'virtual_router_id 7', /VRID 7 instead of/],
    ['a priority', /priority 190/, 'priority 150', /priority 150 instead of 190/],
    ['an interval', /advert_int 0.5/, 'advert_int 1', /advert_int 1 instead of 0.5/],
    ['a version', /vrrp_version 3/, 'vrrp_version 2', /VRRP version 2 instead of 3/],
    ['an interface', /interface eth0/, 'interface eth7', /interface eth7 instead of eth0/],
    ['a missing peer', / {8}10\.0\.0\.3\n/, '', /peers lack 10\.0\.0\.3/],
    ['a strange peer', /unicast_peer \{/, 'unicast_peer {\n 10.9.9.9', /peers have 10\.9\.9\.9/],
    ['preemption', / {4}nopreempt\n/, '', /nopreempt is missing/],
    ['the address', /10\.0\.0\.10\/24/, '10.0.0.99/24', /no vrrp_instance has 10\.0\.0\.10/],
  ])('misses nothing: %s', (_what, pattern, text, words) => {
    expect(conf).toMatch(pattern)
    const findings = agreement(withNodes(seen, { m2: { keepalivedConf: conf.replace(pattern, text) } }))
    expect(findings).toMatchObject([{ level: 'fail', where: 'm2' }])
    expect(findings[0]?.what).toMatch(words)
  })

  it('fails for two nodes of one priority', () => {
    const same = withNodes(seen, { m2: { keepalivedConf: conf.replace('priority 190', 'priority 180') } })
    expect(lines(agreement(same), 'fail')[1]).toMatch(/^fail m2, m3: both have priority 180/)
  })
})

describe('backends', () => {
  it('fails for a worker among them, by its name in the inventory', () => {
    const wrong = cfg.replace('server m3 10.0.0.3:6443', 'server m3 10.0.0.115:6443')
    expect(lines(backends(withNodes(seen, { m2: { haproxyCfg: wrong } })))).toEqual([
      'fail m2: haproxy there sends clients to 10.0.0.115:6443: worker-1, which is not in the control plane',
      'fail m2: haproxy there does not know m3 (10.0.0.3:6443)',
    ])
  })

  it('fails for somebody whom nobody knows, and says what it answered', () => {
    const wrong = cfg.replace('server m3', 'server x 10.7.7.7:6443\n    server m3')
    const odd = withNodes(seen, { m2: { haproxyCfg: wrong } })
    const probes = [
      ...odd.probes,
      {
        from: 'm2',
        address: '10.7.7.7',
        port: 6443,
        result: { outcome: 'unreachable', words: 'Connection refused' } as const,
      },
    ]
    expect(lines(backends({ ...odd, probes }))).toEqual([
      'fail m2: haproxy there sends clients to 10.7.7.7:6443: no host of the inventory; it refuses the connection: nothing listens there',
    ])
  })
})

describe('drift', () => {
  const outcome = (more: Partial<TaskOutcome>): TaskOutcome => ({
    host: 'm1',
    task: 'Configure keepalived',
    place: 'ha.yml:1',
    module: 'template',
    handler: false,
    status: 'ok',
    reason: 'it is as it should be',
    diff: [],
    notes: [],
    result: {},
    ms: 0,
    ...more,
  })

  it('is none where the playbook finds nothing to do', () => {
    expect(lines(drift({ ...seen, outcomes: [outcome({})] }))).toEqual([
      'ok m1: files, packages and settings are as the inventory has them',
    ])
  })

  it('has the differences of a host in one finding, without the password', () => {
    const path = '/etc/keepalived/keepalived.conf'
    const changed = outcome({
      status: 'would-change',
      reason: `change ${path}`,
      diff: [{ type: 'text', path, before: '  auth_pass geheim\n', after: '  auth_pass s3cret\n' }],
    })
    const findings = drift({ ...seen, outcomes: [changed, { ...changed, task: 'Configure haproxy' }] })
    expect(lines(findings)).toEqual([`fail m1: Configure keepalived: change ${path}, and 1 more`])
    expect(JSON.stringify(findings)).not.toMatch(/geheim|s3cret/)
  })

  it('leaves services and handlers to the check of the services', () => {
    const outcomes = [
      outcome({}),
      outcome({ module: 'systemd', status: 'would-change' }),
      outcome({ module: 'systemd', handler: true, status: 'would-change' }),
    ]
    expect(lines(drift({ ...seen, outcomes }), 'fail', 'unknown')).toEqual([])
  })

  it('does not call ok what cannot be told', () => {
    const outcomes = [
      outcome({ status: 'unknown', reason: 'no systemd' }),
      outcome({ status: 'failed', reason: 'no' }),
    ]
    expect(drift({ ...seen, outcomes }).map(({ level }) => level)).toEqual(['unknown', 'fail'])
  })
})
