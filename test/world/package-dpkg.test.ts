import { expect, test } from 'vitest'
import { parseDpkg } from '../../src/world/package-dpkg.ts'

const rows = [
  '=|installed|haproxy|amd64|install|2.6.12-1|',
  '=|installed|libc6|amd64|hold|2.36-9|',
  '=|installed|libc6|i386|install|2.36-8|',
  '=|config-files|keepalived|amd64|hold|1:2.2.7|',
  '=|half-configured|broken|amd64|install|1.0|',
  '=|not-installed|awk||unknown||',
  '+|installed|mawk|amd64|install|1.3.4|awk',
  '+|installed|netcat-openbsd|amd64|install|1.219|netcat, nc (= 1), netcat-x:any',
  'Package: nc',
  'policy',
  'haproxy:',
  '  Installed: 2.6.12-1',
  '  Candidate: 2.6.12-2',
  'libc6:',
  '  Candidate: (none)',
]

test.each([
  ['haproxy', { installed: '2.6.12-1', candidate: undefined }],
  ['haproxy=2.6*', { installed: '2.6.12-1' }],
  ['libc6', { installed: '2.36-9', held: true }],
  ['libc6:i386', { installed: '2.36-8' }],
  ['keepalived', { installed: undefined, residue: true, held: true }],
  ['broken', { installed: undefined }],
  ['awk', { installed: '1.3.4', providedBy: 'mawk' }],
  ['netcat', { installed: '1.219', providedBy: 'netcat-openbsd' }],
  ['netcat-x', { providedBy: 'netcat-openbsd' }],
  ['nosuch', { installed: undefined }],
])('%s', (name, reply) => {
  expect(parseDpkg(rows, [{ name }])[0]).toMatchObject(reply)
})

test('only what is on hold is said to be', () => {
  expect(parseDpkg(rows, [{ name: 'haproxy' }])[0]).not.toHaveProperty('held')
})

test.each<[string, string[], boolean]>([
  ['apt does not know it', ['policy', 'dpkg:', '  Candidate: 1'], true],
  ['apt has a virtual package of this name', ['policy', 'dpkg:', 'nosuch:', '  Candidate: (none)'], false],
  ['the lists have it', ['Package: nosuch'], false],
  ['apt said nothing at all', ['policy'], false],
  ['nobody was asked', [], false],
])('what can be installed: %s', (_name, lines, unlisted) => {
  const [reply] = parseDpkg(lines, [{ name: 'nosuch', listed: true }])
  expect(reply).toEqual({ installed: undefined, candidate: undefined, ...(unlisted && { unlisted }) })
  expect(parseDpkg(lines, [{ name: 'nosuch' }])[0]).not.toHaveProperty('unlisted')
})

const policy = [
  'policy',
  'dpkg:',
  'haproxy:',
  '  Installed: (none)',
  '  Candidate: 2.6-3',
  '  Version table:',
  '     2.6-3 500',
  '        500 http://deb.example.com/debian bookworm/main amd64 Packages',
  ' *** 2.6-2 100',
  '        100 /var/lib/dpkg/status',
  '     2.6-1 -1',
  '         -1 file:/srv ./ Packages',
]

test('where a version is wanted, all that apt knows are told', () => {
  const versions = [
    { version: '2.6-3', offered: true },
    { version: '2.6-2', offered: false },
    { version: '2.6-1', offered: true },
  ]
  const all = ['=|config-files|haproxy|amd64|deinstall|2.6-2|', ...policy]
  expect(parseDpkg(all, [{ name: 'haproxy=2.6*', listed: true }])[0]).toMatchObject({ versions })
  expect(parseDpkg(all, [{ name: 'haproxy', listed: true }])[0]).not.toHaveProperty('versions')
  expect(parseDpkg(all, [{ name: 'haproxy=2.6*' }])[0]).not.toHaveProperty('versions')
})

test('a name that a real package has is not taken for provided', () => {
  expect(parseDpkg(rows, [{ name: 'nc' }])).toEqual([{ installed: undefined, candidate: undefined }])
})

test.each([
  ['haproxy', '2.6.12-2'],
  ['libc6', undefined],
])('the candidate of %s is %s', (name, candidate) => {
  expect(parseDpkg(rows, [{ name, candidate: true }])[0]).toMatchObject({ candidate })
})

test.each(['=|installed', 'dpkg-query: error', '=|installed|a|b|c|d|e|f'])('%j is refused', (row) => {
  expect(() => parseDpkg([row], [{ name: 'haproxy' }])).toThrow(TypeError)
})
