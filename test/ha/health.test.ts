import { describe, expect, it, test } from 'vitest'
import { type Health, type Healths, healthScript, readHealth, worse } from '../../src/ha/health.ts'

const VIP = '10.0.0.100'

/** Nodes by what their look printed. */
function nodes(texts: Record<string, string>): Healths {
  return new Map(Object.entries(texts).map(([host, text]): [string, Health] => [host, readHealth(text)]))
}

const WELL = 'unit haproxy active\nunit keepalived active\nserver m1 UP\nserver m2 UP\n'
const HOLDER = `holds ${VIP}\n${WELL}reaches ${VIP}\n`
const BACKUP = `${WELL}reaches ${VIP}\n`

describe('an endpoint is worse than before', () => {
  test.each<[string, Record<string, string>, Record<string, string>, string[]]>([
    ['not, if nothing has changed', { a: HOLDER, b: BACKUP }, { a: HOLDER, b: BACKUP }, []],
    ['not, if the address has moved', { a: HOLDER, b: BACKUP }, { a: BACKUP, b: HOLDER }, []],
    [
      'with two holders',
      { a: HOLDER, b: BACKUP },
      { a: HOLDER, b: HOLDER },
      [`${VIP} is held by a and b at the same time`],
    ],
    ['with none', { a: HOLDER, b: BACKUP }, { a: BACKUP, b: BACKUP }, [`nobody holds ${VIP}`]],
    ['not with none, if there was none', { a: WELL, b: WELL }, { a: WELL, b: WELL }, []],
    [
      'if a service has stopped',
      { a: WELL },
      { a: WELL.replace('haproxy active', 'haproxy failed') },
      ['haproxy on a was active and is failed'],
    ],
    ['not if one has started', { a: WELL.replace('haproxy active', 'haproxy inactive') }, { a: WELL }, []],
    [
      'if a server is lost',
      { a: WELL },
      { a: WELL.replace('m2 UP', 'm2 DOWN') },
      ['haproxy on a had the server m2 up, now it is DOWN'],
    ],
    ['not while a server only begins to fail', { a: WELL }, { a: WELL.replace('m2 UP', 'm2 UP 1/2') }, []],
    [
      'not if a server is not configured any more',
      { a: WELL },
      { a: WELL.replace('server m2 UP\n', '') },
      [],
    ],
    ['if the address is not reached', { a: BACKUP }, { a: WELL }, [`a does not reach ${VIP} any more`]],
    ['if a node is silent', { a: WELL, b: WELL }, { a: WELL }, ['b does not answer any more']],
  ])('%s', (_, before, now, expected) => {
    expect(worse(nodes(before), nodes(now), [VIP])).toEqual(expected)
  })
})

it('refuses a line that the look cannot have printed', () => {
  expect(() => readHealth('nonsense\n')).toThrow(TypeError)
})

it('quotes what it is given', () => {
  const { text } = healthScript({ vips: ["x'; reboot; '"], port: 8443, statistics: undefined })
  expect(text).toContain(`echo holds 'x'\\''; reboot; '\\'''`)
})
