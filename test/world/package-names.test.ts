import { expect, test } from 'vitest'
import {
  aptPin,
  isAbout,
  matchesPin,
  namesInstalled,
  readNames,
  rpmSpec,
} from '../../src/world/package-names.ts'

test.each([
  'haproxy',
  'libstdc++6',
  'libc6:amd64',
  'haproxy=2.6.*',
  'java-11-openjdk',
  '/usr/sbin/haproxy',
  'kernel-5.14.0-1.el9.x86_64',
])('%s is a name', (name) => {
  expect(readNames('package', [name], false)).toEqual([name])
})

test.each([
  ['@development', 'group'],
  ['https://host.test/a.rpm', 'package file'],
  ['/tmp/a.deb', 'package file'],
  ['haproxy >= 2.4', 'not a package name'],
  ['haproxy*', 'pattern'],
  ['-y', 'not a package name'],
  ["a'b", 'not a package name'],
])('%s is refused: %s', (name, message) => {
  expect(() => readNames('package', [name], false)).toThrow(message)
})

test('empty names and repeated ones are left out', () => {
  expect(readNames('package', ['a', '', 'b', 'a'], false)).toEqual(['a', 'b'])
})

test.each([
  ['haproxy', 'haproxy', true],
  ['haproxy=2.6', 'haproxy', true],
  ['haproxy:amd64', 'haproxy', true],
  ['haproxy-2.4', 'haproxy', true],
  ['haproxy-doc', 'haproxy', false],
  ['haproxyctl', 'haproxy', false],
])('%s is about %s: %s', (key, name, about) => {
  expect(isAbout(key, name)).toBe(about)
})

test.each([
  ['2.6.*', '2.6.12-1', true],
  ['2.6.*', '2.60', false],
  ['2.6.1?', '2.6.12', true],
  ['2.6', '2.6.12', false],
])('pin %s and version %s: %s', (pin, version, matches) => {
  expect(matchesPin(pin, version)).toBe(matches)
})

test('names with versions', () => {
  expect(aptPin('a=1:2*')).toEqual({ name: 'a', version: '1:2*' })
  expect(aptPin('a')).toEqual({ name: 'a', version: undefined })
})

test.each([
  ['lab-hello-1.0-1.el9', { name: 'lab-hello', version: '1.0-1.el9', operator: undefined }],
  ['lab-hello-1:1.0-1.el9', { name: 'lab-hello', version: '1:1.0-1.el9', operator: undefined }],
  ['kubelet-1.29.*', { name: 'kubelet', version: '1.29.*', operator: undefined }],
  ['kubelet = 1.29.0', { name: 'kubelet', version: '1.29.0', operator: '=' }],
  ['kubelet>=1.29', { name: 'kubelet', version: '1.29', operator: '>=' }],
  ['lab-hello', undefined],
  ['a-1.0 b', undefined],
])('%s for dnf', (name, wanted) => {
  expect(rpmSpec(name)).toEqual(wanted)
})

test.each(['kubelet-1.29.*', 'kubelet = 1.29.0', 'kubelet < 1:1.30-1', 'a-1.0'])(
  '%s for dnf is a name',
  (name) => {
    expect(readNames('dnf', [name], true)).toEqual([name])
  },
)

test.each(['a b', 'ha*-1.0', 'a ~ 1'])('%s for dnf is refused', (name) => {
  expect(() => readNames('dnf', [name], true)).toThrow(/not a package name|pattern/)
})

test.each<[string, string, boolean | undefined]>([
  ['a-2.0', '2.0-1.el9', true],
  ['a-2.0-1.el9', '2.0-1.el9', true],
  ['a-2.0-1.el9', '1:2.0-1.el9', true],
  ['a-1.0', '2.0-1.el9', false],
  ['a-2.0-2.el9', '2.0-1.el9', false],
  ['a-2.0-1.el9.x86_64', '2.0-1.el9', undefined],
  ['a-2.0-1.el9', '2.0', undefined],
  ['a-1.0-1.el9', '2.0', false],
  ['a-2.0', '(the newest there is)', undefined],
  ['a-2.*', '2.*', true],
  ['a=1.0', '2.0-1', true],
])('%s, once %s is installed: %s', (key, version, same) => {
  expect(namesInstalled(key, 'a', version)).toBe(same)
})
