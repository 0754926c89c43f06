import { readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lintHaproxy, lintPair } from '../../../src/ha/lint/haproxy.ts'
import { lintKeepalived } from '../../../src/ha/lint/keepalived.ts'
import { parseKeepalived } from '../../../src/ha/lint/keepalived-text.ts'
import { compareKeepalived } from '../../../src/ha/lint/nodes.ts'
import type { LintProblem } from '../../../src/ha/lint/problem.ts'

const codes = (problems: readonly LintProblem[]) => problems.map(({ line, code }) => `${line} ${code}`)

interface Parts {
  global?: string
  script?: string
  instance?: string
  state?: string
  priority?: number
  track?: string
}

/** A sound configuration, but for these parts. The instance's own lines begin at 9, `instance` stands at 14. */
function keepalived({ global = '', script = 'weight 0', instance = '', ...rest }: Parts = {}): string {
  const { state = 'BACKUP', priority = 100, track = 'chk' } = rest
  return `global_defs {
  enable_script_security   # ${global === '' ? 'nothing more' : 'and more'}
  ${global}
}
vrrp_script chk {
  script "/usr/local/bin/check --quietly"
  ${script}
}
vrrp_instance VI_1 {
  state ${state}
  interface eth0
  virtual_router_id 51
  priority ${priority}
  ${instance}
  virtual_ipaddress { 10.0.0.10/24 }
  track_script {
    ${track}
  }
}
`
}

describe('lintKeepalived', () => {
  it('has nothing to say of a sound configuration', () => {
    expect(lintKeepalived(keepalived())).toEqual([])
    expect(lintKeepalived(keepalived({ instance: 'nopreempt' }))).toEqual([])
  })

  const cases: [name: string, parts: Parts, expected: string[]][] = [
    ['nopreempt with MASTER', { state: 'MASTER', instance: 'nopreempt' }, ['14 nopreempt-master']],
    ['nopreempt with a weight', { instance: 'nopreempt', script: 'weight -20' }, ['17 nopreempt-weight']],
    [
      'nopreempt with a weight where it is tracked',
      { instance: 'nopreempt', track: 'chk weight 5' },
      ['17 nopreempt-weight'],
    ],
    [
      'preempt_delay with MASTER',
      { state: 'MASTER', instance: 'preempt_delay 5' },
      ['14 preempt-delay-master'],
    ],
    ['priority 255', { priority: 255, script: 'weight -20' }, ['13 priority-255']],
    ['fractions in VRRP 2', { instance: 'advert_int 0.3' }, ['14 v2-fraction']],
    ['vrrp_strict', { global: 'vrrp_strict' }, ['3 vrrp-strict']],
    ['a fraction in a script', { script: 'interval 0.5' }, ['7 script-fraction']],
    ['a script that is not there', { track: 'chkk' }, ['17 script-unknown']],
  ]
  it.each(cases)('%s', (_name, parts, expected) => {
    expect(codes(lintKeepalived(keepalived(parts)))).toEqual(expected)
  })

  it('takes fractions in VRRP 3', () => {
    expect(lintKeepalived(keepalived({ global: 'vrrp_version 3', instance: 'advert_int 0.3' }))).toEqual([])
  })

  it('knows how passwords end', () => {
    const long = 'authentication {\n auth_type PASS\n auth_pass ninechars\n}'
    expect(codes(lintKeepalived(keepalived({ instance: long })))).toEqual(['16 auth-pass-long'])
    expect(
      codes(lintKeepalived(keepalived({ instance: long.replace('nine', ''), global: 'vrrp_version 3' }))),
    ).toEqual(['16 auth-v3'])
  })

  it('finds no ID, an ID that is none, and one ID twice', () => {
    const text = keepalived()
    expect(codes(lintKeepalived(text.replace('  virtual_router_id 51\n', '')))).toEqual(['9 vrid'])
    expect(codes(lintKeepalived(text.replace(' 51', ' 256')))).toEqual(['12 vrid'])
    const second = text.slice(text.indexOf('vrrp_instance')).replace('VI_1', 'VI_2')
    expect(codes(lintKeepalived(text + second))).toEqual(['23 vrid-twice'])
    expect(lintKeepalived(text + second.replace('10.0.0.10/24', 'fd00::10/64'))).toEqual([])
  })

  it('knows programs that are often missing', () => {
    const text = keepalived().replace('/usr/local/bin/check --quietly', '/usr/bin/killall -0 haproxy')
    expect(codes(lintKeepalived(text))).toEqual(['5 script-program'])
  })

  it('misses script security', () => {
    expect(codes(lintKeepalived(keepalived().replace('enable_script_security', 'script_user root')))).toEqual(
      ['5 script-security'],
    )
  })

  it('has nothing to say of what hakube writes', () => {
    const golden = new URL('../golden/', import.meta.url)
    for (const file of readdirSync(golden)) {
      const text = readFileSync(new URL(file, golden), 'utf8')
      if (file.endsWith('keepalived.conf')) expect(lintKeepalived(text), file).toEqual([])
      if (file.endsWith('haproxy.cfg')) expect(lintHaproxy(text), file).toEqual([])
    }
  })
})

describe('compareKeepalived', () => {
  const pair = (a: Parts, b: Parts) =>
    compareKeepalived([
      { file: 'lb1', text: keepalived(a) },
      { file: 'lb2', text: keepalived(b) },
    ])

  it('has nothing to say of different priorities and no weight', () => {
    expect(pair({ priority: 101 }, {})).toEqual([])
  })

  it.each([
    ['equal priorities', pair({}, {}), ['lb2 13 equal-priorities']],
    [
      'a weight below the gap',
      pair({ priority: 120, script: 'weight -10' }, {}),
      ['lb1 17 weight-below-gap'],
    ],
    [
      'a weight as large as the gap',
      pair({ priority: 110, script: 'weight -10' }, {}),
      ['lb1 17 weight-below-gap'],
    ],
    ['different versions', pair({ priority: 101 }, { instance: 'version 3' }), ['lb2 14 version-differs']],
    ['different intervals', pair({ priority: 101 }, { instance: 'advert_int 2' }), ['lb2 14 advert-differs']],
  ])('finds %s', (_name, problems, expected) => {
    expect(problems.map(({ file, line, code }) => `${file} ${line} ${code}`)).toEqual(expected)
  })

  it('takes a weight above the gap', () => {
    expect(pair({ priority: 110, script: 'weight -11' }, {})).toEqual([])
  })
})

const HAPROXY = `defaults
  mode tcp
  timeout connect 4s
  timeout client 1h
  timeout server 1h
frontend api
  bind *:7443
  default_backend api
backend api
  option httpchk GET /readyz
  default-server check check-ssl verify none inter 1s fall 2
  server m1 10.0.0.1:6443
  server m2 10.0.0.2:6443
`

describe('lintHaproxy', () => {
  it('has nothing to say of a sound configuration', () => {
    expect(lintHaproxy(HAPROXY)).toEqual([])
  })

  it.each([
    [
      'ssl-hello-chk',
      HAPROXY.replace('option httpchk GET /readyz', 'option ssl-hello-chk'),
      ['10 ssl-hello-chk'],
    ],
    ['a check without TLS', HAPROXY.replace(' check-ssl verify none', ''), ['12 check-without-tls']],
    ['servers without a check', HAPROXY.replace('check check-ssl', 'check-ssl'), ['12 server-without-check']],
    ['one server under two names', HAPROXY.replace('10.0.0.2', '10.0.0.1'), ['13 server-twice']],
    ['a short time-out', HAPROXY.replace('client 1h', 'client 20000'), ['4 idle-timeout']],
  ])('finds %s', (_name, text, expected) => {
    expect(codes(lintHaproxy(text))).toEqual(expected)
  })

  it('leaves http alone', () => {
    expect(lintHaproxy(HAPROXY.replace('mode tcp', 'mode http').replace('client 1h', 'client 20s'))).toEqual(
      [],
    )
  })
})

describe('lintPair', () => {
  const check = (command: string, times = '') =>
    keepalived({ script: times }).replace('/usr/local/bin/check --quietly', command)

  it('finds a check of the API that is quicker than haproxy', () => {
    const text = check('/usr/bin/curl -fk https://127.0.0.1:7443/healthz', 'interval 1')
    expect(codes(lintPair(text, HAPROXY))).toEqual(['5 keepalived-quicker'])
  })

  it('takes one that is slower, and one of haproxy itself', () => {
    expect(lintPair(check('/usr/bin/curl https://127.0.0.1:7443/healthz', 'interval 5'), HAPROXY)).toEqual([])
    expect(lintPair(check('/usr/bin/pgrep haproxy', 'interval 1'), HAPROXY)).toEqual([])
  })
})

describe('parseKeepalived', () => {
  it('takes braces on their own line, quotes and comments', () => {
    const text = 'a one # no {\n{\n  b "x # {y}" ! c\n}\nd { e f\n}\n'
    expect(parseKeepalived(text)).toEqual([
      { words: ['a', 'one'], line: 1, children: [{ words: ['b', 'x # {y}'], line: 3, children: [] }] },
      { words: ['d'], line: 5, children: [{ words: ['e', 'f'], line: 5, children: [] }] },
    ])
  })

  it('reads anything without an error', () => {
    const part = fc.constantFrom(
      '{',
      '}',
      '"',
      '#',
      '!',
      '\n',
      ' ',
      'vrrp_instance',
      'state',
      'weight',
      '1',
      'VI',
    )
    fc.assert(
      fc.property(
        fc.array(part).map((parts) => parts.join('')),
        (text) => {
          lintKeepalived(text)
          lintHaproxy(text)
          lintPair(text, text)
        },
      ),
    )
  })
})

it('docs/lint.md has a row for every code, and no other', () => {
  const folder = new URL('../../../src/ha/lint/', import.meta.url)
  const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'))
  // Codes are the first argument of add(), or the field of that name.
  const codes = sources.flatMap((text) =>
    [...text.matchAll(/(?:code: |\badd\(\s*)'([\da-z-]+)'/g)].map((match) => match[1]),
  )
  const docs = readFileSync(new URL('../../../docs/lint.md', import.meta.url), 'utf8')
  const rows = [...docs.matchAll(/^\| `([\da-z-]+)` \|/gm)].map((match) => match[1])
  expect(new Set(rows)).toEqual(new Set(codes))
})
