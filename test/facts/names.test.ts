import { expect, test } from 'vitest'
import { nameFacts } from '../../src/facts/names.ts'

const cases: [string, string, string, string][] = [
  // nodename, /etc/hosts, fqdn, domain
  ['m1', '', 'm1', ''],
  ['m1.example.com', '', 'm1.example.com', 'example.com'],
  ['m1', '127.0.0.1 localhost\n10.0.0.1\tm1.example.com m1 # here', 'm1.example.com', 'example.com'],
  ['m1', '10.0.0.1 m1 m1.example.com', 'm1.example.com', 'example.com'],
  ['m1', '#10.0.0.1 m1.example.com m1', 'm1', ''],
  ['vm', '127.0.0.1 localhost\n127.0.0.1 vm', 'localhost', ''],
]

test.each(cases)('%s with hosts %j', (nodename, hosts, fqdn, domain) => {
  expect(nameFacts(nodename, hosts)).toMatchObject({
    nodename,
    fqdn,
    domain,
    hostname: nodename.split('.')[0],
  })
})
