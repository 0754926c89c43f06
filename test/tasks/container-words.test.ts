import { expect, test } from 'vitest'
import {
  bindingsByPort,
  csv,
  nanoseconds,
  portBindings,
  readEnvFile,
  volumeOf,
} from '../../src/tasks/container-words.ts'
import { handOver } from '../../src/tasks/container-env.ts'

test.each([
  ['80', [{ port: '80/tcp', ip: undefined, hostPort: '' }]],
  ['8080:80', [{ port: '80/tcp', ip: undefined, hostPort: '8080' }]],
  ['127.0.0.1:53:53/udp', [{ port: '53/udp', ip: '127.0.0.1', hostPort: '53' }]],
  ['127.0.0.1::80', [{ port: '80/tcp', ip: '127.0.0.1', hostPort: '' }]],
  ['[fd00::1]:80:80', [{ port: '80/tcp', ip: 'fd00::1', hostPort: '80' }]],
  ['8000-8010:80', [{ port: '80/tcp', ip: undefined, hostPort: '8000-8010' }]],
  [
    '7000-7001:9000-9003',
    [
      { port: '9000/tcp', ip: undefined, hostPort: '7000' },
      { port: '9001/tcp', ip: undefined, hostPort: '7001' },
    ],
  ],
])('port %s', (given, expected) => {
  expect(portBindings(given)).toEqual(expected)
})

test.each(['example.org:80:80', '80-70', 'a', '1:2:3:4', '70000', ''])('%j is no port', (given) => {
  expect(() => portBindings(given)).toThrow(/no port/)
})

test('bindings are sorted by what they say, not by how they were written', () => {
  const one = [...portBindings('8081:80'), ...portBindings('127.0.0.1:8080:80')]
  expect(bindingsByPort(one, '0.0.0.0')).toEqual(bindingsByPort(one.toReversed(), '0.0.0.0'))
  expect(bindingsByPort(one, '0.0.0.0')).toEqual({
    '80/tcp': [
      { HostIp: '0.0.0.0', HostPort: '8081' },
      { HostIp: '127.0.0.1', HostPort: '8080' },
    ],
  })
})

test.each([
  ['/data', { source: undefined, target: '/data', mode: 'rw' }],
  ['/a:/b', { source: '/a', target: '/b', mode: 'rw' }],
  ['name:/b:ro,z', { source: 'name', target: '/b', mode: 'ro,z' }],
  ['/a:/b:U,uid=0', { source: '/a', target: '/b', mode: 'U,uid=0' }],
])('volume %s', (given, expected) => {
  expect(volumeOf(given)).toEqual(expected)
})

test.each([
  ['./a:/b', 'not an absolute path'],
  ['~/a:/b:ro', 'not an absolute path'],
  ['/a:/b:/c', 'no mode'],
  ['/a:/b:ro:x', 'no volume'],
])('volume %s is refused', (given, message) => {
  expect(() => volumeOf(given)).toThrow(message)
})

test('durations', () => {
  expect(nanoseconds('x', '1h2m3s4ms5us')).toBe(3_723_004_005_000)
  expect(nanoseconds('x', '500ms')).toBe(500_000_000)
  for (const wrong of ['', '5', '1d', '1s1']) expect(() => nanoseconds('x', wrong)).toThrow(/no duration/)
})

test('the file of variables', () => {
  expect(readEnvFile('/f', '# no\nA=b=c\n\n  B= x \r\n')).toEqual([
    ['A', 'b=c'],
    ['B', ' x'],
  ])
  expect(() => readEnvFile('/f', 'nothing')).toThrow('/f: "nothing" is no NAME=value')
})

test('fields with commas and quotes', () => {
  expect(csv(['a=b', 'c="d",e'])).toBe('a=b,"c=""d"",e"')
})

test('variables are on no command line, unless the shell or the program would take them for its own', () => {
  const { before, flags } = handOver([
    ['SECRET', "it's"],
    ['PATH', '/bin'],
    ['my.var', 'x'],
    ['https_proxy', 'http://p'],
    ['DOCKER_HOST', 'y'],
  ])
  expect(before.text).toContain(`SECRET='it'\\''s'; export SECRET`)
  expect(flags).toEqual([
    '--env=SECRET',
    '--env=PATH=/bin',
    '--env=my.var=x',
    '--env=https_proxy=http://p',
    '--env=DOCKER_HOST=y',
  ])
})
