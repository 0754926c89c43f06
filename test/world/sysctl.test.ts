import { describe, expect, test } from 'vitest'
import { sysctl, sysctlPath } from '../../src/world/sysctl.ts'
import { shells } from '../tasks/harness.ts'
import { answer } from './answer.ts'

test.each([
  ['net.ipv4.ip_forward', '/proc/sys/net/ipv4/ip_forward'],
  ['net.ipv4.conf.eth0/100.forwarding', '/proc/sys/net/ipv4/conf/eth0.100/forwarding'],
  ['net/ipv4/conf/eth0.100/forwarding', '/proc/sys/net/ipv4/conf/eth0.100/forwarding'],
])('%s is %s', (name, path) => {
  expect(sysctlPath(name)).toBe(path)
})

describe.each(shells)('kernel parameters, asked with $name', (host) => {
  test('one value, several values, none', () => {
    const asks = ['kernel.ostype', 'net.ipv4.ip_local_port_range', 'kernel.no such', 'net.ipv4.$(echo)'].map(
      (name) => ({ name }),
    )
    const replies = sysctl.parse(host.run(sysctl.probe(asks)), asks)
    expect(replies).toEqual([
      { value: 'Linux' },
      { value: expect.stringMatching(/^\d+ \d+$/) },
      { value: undefined },
      { value: undefined },
    ])
  })
})

test.each(['', 'y', 'x\n', 'n\nn'])('%j is refused', (text) => {
  expect(() => sysctl.parse(answer(text), [{ name: 'a' }])).toThrow(TypeError)
})
