import { describe, expect, it } from 'vitest'
import { readClock, readNeighbours, readStates, readVersion } from '../../src/verify/read.ts'
import { readAddresses } from '../../src/verify/questions.ts'

it('reads addresses out of `ip -o addr`', () => {
  const text = `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: eth0    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0\\       valid_lft forever
2: eth0    inet 10.0.0.10/24 scope global secondary eth0
2: eth0    inet6 FD00::0010/64 scope global nodad
garbage
`
  expect(readAddresses(text)).toEqual([
    { interface: 'lo', address: '127.0.0.1' },
    { interface: 'eth0', address: '10.0.0.1' },
    { interface: 'eth0', address: '10.0.0.10' },
    { interface: 'eth0', address: 'fd00::10' },
  ])
})

it('reads neighbours that have a hardware address', () => {
  const text = `10.0.0.10 dev eth0 lladdr 02:42:0A:00:00:01 REACHABLE
10.0.0.10 dev eth1  FAILED
10.0.0.10 dev eth2 lladdr 02:42:0a:00:00:02 FAILED
fe80::1 dev eth0 lladdr 02:42:0a:00:00:03 router STALE
`
  expect(readNeighbours(text)).toEqual([
    { interface: 'eth0', mac: '02:42:0a:00:00:01', state: 'REACHABLE' },
    { interface: 'eth0', mac: '02:42:0a:00:00:03', state: 'STALE' },
  ])
})

it('takes the last state of each instance', () => {
  const text = `(one) Entering BACKUP STATE (init)
(one) Entering MASTER STATE
(two) Entering BACKUP STATE
(one) entering FAULT state
`
  expect([...readStates(text)]).toEqual([
    ['one', 'FAULT'],
    ['two', 'BACKUP'],
  ])
})

it.each([
  ['HAProxy version 2.6.12-1+deb12u3 2025/10/03 - https://haproxy.org/', '2.6.12'],
  ['HA-Proxy version 1.8.27-493ce0b 2020/11/06', '1.8.27'],
  ['Keepalived v2.2.7 (01/16,2022)', '2.2.7'],
  ['sh: keepalived: not found', undefined],
])('reads the version out of %s', (line, version) => {
  expect(readVersion(line)).toBe(version)
})

describe('readClock', () => {
  const times = { sent: 1_000_000, received: 1_000_400 }

  it('bounds the difference by the message’s way', () => {
    // The clock is 60 s ahead; the message took 0.1 s there, 0.2 s to answer and 0.1 s back.
    const clock = readClock('1060.100000000\n', '1060.300000000\n', times)
    expect(clock?.least).toBeCloseTo(59.9)
    expect(clock?.most).toBeCloseTo(60.1)
  })

  it('takes a date without nanoseconds for what it is', () => {
    const clock = readClock('1000.%N\n', '1000\n', times)
    expect(clock?.least).toBeCloseTo(-0.4)
    expect(clock?.most).toBeCloseTo(1)
  })

  it('knows nothing of a date that tells no seconds', () => {
    expect(readClock('%s.%N', '1000', times)).toBeUndefined()
    expect(readClock(undefined, '1000', times)).toBeUndefined()
  })
})
