import { describe, expect, it } from 'vitest'
import { cleaner } from '../../src/report/clean.ts'
import { createStyle } from '../../src/report/style.ts'
import type { Finding } from '../../src/verify/finding.ts'
import { junit } from '../../src/verify/junit.ts'
import { formatFindings } from '../../src/verify/report.ts'
import { formatStatus, statusOf } from '../../src/verify/status.ts'
import { healthy, VIP, withNodes, without, withProbe } from './healthy.ts'

const plain = createStyle(false)
const clean = cleaner((text) => text.replaceAll('geheim', '********'))
const text = (path: string, lines: number) =>
  ({
    type: 'text',
    path,
    before: '',
    after: Array.from({ length: lines }, (_, n) => `line ${n}\n`).join(''),
  }) as const
const findings: Finding[] = [
  { check: 'one-holder', level: 'ok', where: VIP, what: 'm1 holds it' },
  {
    check: 'drift',
    level: 'fail',
    where: 'm2',
    what: 'a < "b" \u001B[31m geheim\nsecond line',
    why: 'it matters',
    todo: 'run it',
    diff: [text('/etc/x', 100)],
  },
  { check: 'clocks', level: 'warn', where: 'm3', what: 'late', why: 'w', todo: 't' },
  { check: 'reachable', level: 'unknown', where: 'm4', what: 'gone', why: 'w', todo: 't' },
]

describe('formatFindings', () => {
  const out = formatFindings({ endpoint: `${VIP}:8443`, findings }, plain, clean)

  it('is a table with reasons below', () => {
    expect(out.slice(0, 4)).toEqual([
      `${VIP}:8443`,
      '',
      '          check          where      what was seen',
      `ok        one holder     ${VIP}  m1 holds it`,
    ])
    expect(out).toContain('  why:  it matters')
    expect(out).toContain('  do:   run it')
    expect(out.at(-1)).toBe(
      `${VIP}:8443 is not highly available now: 1 ok, 1 to look at, 1 not seen, 1 failed`,
    )
  })

  it('lets nothing remote reach the terminal as it is', () => {
    expect(out.join('\n')).not.toContain('\u001B')
    expect(out.join('\n')).not.toContain('geheim')
  })

  it('cuts long differences short', () => {
    expect(out.filter((line) => /line \d/.test(line)).length).toBeLessThan(40)
    expect(out.join('\n')).toMatch(/… \d+ more lines: `hakube check` shows them/)
  })
})

it('writes JUnit XML with a case for each finding', () => {
  const xml = junit([{ endpoint: `${VIP}:8443`, findings }], 1.5)
  expect(xml).toContain(
    `<testsuite name="hakube verify ${VIP}:8443" tests="4" failures="1" errors="0" skipped="1" time="1.500">`,
  )
  expect(xml).toContain('<failure message="a &lt; &quot;b&quot; \uFFFD[31m geheim')
  expect(xml).toContain('<skipped message="gone"/>')
  expect(xml.match(/<testcase /g)).toHaveLength(4)
})

describe('status', () => {
  const show = (seen: Parameters<typeof statusOf>[0]) => formatStatus(statusOf(seen), plain, clean)

  it('shows holder and nodes in aligned columns', () => {
    expect(show(healthy())).toEqual([
      `${VIP}:8443 → m1`,
      '',
      'node  VRRP    keepalived  haproxy  API server',
      'm1    MASTER  active      active   ok',
      'm2    BACKUP  active      active   ok',
      'm3    BACKUP  active      active   ok',
    ])
  })

  it('shows what is ill', () => {
    const ill = without(
      withNodes(withProbe(healthy(), '10.0.0.2', { outcome: 'hang', certificate: undefined, seconds: 2 }), {
        m1: {
          addresses: [],
          states: new Map(),
          check: { code: 1, words: '' },
          units: new Map([
            ['keepalived', { known: true, enablement: 'enabled', activity: 'active', needsReload: false }],
            ['haproxy', { known: true, enablement: 'enabled', activity: 'failed', needsReload: false }],
          ]),
        },
      }),
      'm3',
      'no answer within 2 s',
    )
    expect(show(ill)).toEqual([
      `${VIP}:8443 → nobody`,
      '',
      'node  VRRP    keepalived  haproxy  API server',
      'm1    FAULT   active      failed   ok',
      'm2    BACKUP  active      active   hangs',
      'm3    ?       ?           ?        ok          no answer within 2 s',
    ])
  })

  it('names two holders', () => {
    const [head] = show(withNodes(healthy(), { m2: { addresses: [{ interface: 'eth0', address: VIP }] } }))
    expect(head).toBe(`${VIP}:8443 → m1 and m2, at the same time`)
  })
})
