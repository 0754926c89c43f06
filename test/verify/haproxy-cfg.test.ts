import { expect, it } from 'vitest'
import { apiServerLines, readServers, splitServer } from '../../src/verify/haproxy-cfg.ts'

const text = `defaults
  server nobody 10.0.0.9:1
frontend k8s
  bind *:6443
backend k8s-masters
    option ssl-hello-chk # server no 10.0.0.8:1
    server master-1 10.0.0.1:6443 check fall 3
    server master-3 10.0.0.115:6443 check
listen stats
    server s [fd00::1]:80
`

it('reads the servers of all backends', () => {
  expect(readServers(text)).toEqual([
    { backend: 'k8s-masters', name: 'master-1', address: '10.0.0.1:6443' },
    { backend: 'k8s-masters', name: 'master-3', address: '10.0.0.115:6443' },
    { backend: 'stats', name: 's', address: '[fd00::1]:80' },
  ])
})

it('keeps to the backend of the API where there is one', () => {
  const own = `${text}backend kubernetes-api\n  server m1 10.0.0.1:6443\nbackend registry\n  server r 10.0.0.5:5000\n`
  expect(apiServerLines(own).map(({ name }) => name)).toEqual(['m1'])
  expect(apiServerLines(text)).toHaveLength(3)
})

it.each([
  ['10.0.0.1:6443', { host: '10.0.0.1', port: 6443 }],
  ['[fd00::1]:6443', { host: 'fd00::1', port: 6443 }],
  ['ipv4@10.0.0.1:6443', { host: '10.0.0.1', port: 6443 }],
  ['api.example.com:6443', { host: 'api.example.com', port: 6443 }],
  ['10.0.0.1', undefined],
  ['/run/socket', undefined],
])('splits %s', (address, parts) => {
  expect(splitServer(address)).toEqual(parts)
})
