import { expect, test } from 'vitest'
import { Unknown } from '../../src/world/kind.ts'
import { parseRpm, rpmProbe } from '../../src/world/package-rpm.ts'

const rows = [
  '=|haproxy|2.4.22|3.el9|0|x86_64',
  '=|bind-utils|9.16|1.el9|32|x86_64',
  '=|kernel|5.14.0|1.el9|0|x86_64',
  '=|kernel|5.14.0|2.el9|0|x86_64',
  'package vim is not installed',
  'package nosuch is not installed',
  '?|vim',
  '+|vim-enhanced|8.2|1.el9|2|x86_64',
  '?|nosuch',
  'no package provides nosuch',
]

const haproxy = { installed: '2.4.22-3.el9' }

test.each([
  ['haproxy', haproxy],
  ['haproxy.x86_64', haproxy],
  ['haproxy-2.4.22', haproxy],
  ['haproxy-2.4.22-3.el9', haproxy],
  ['haproxy-0:2.4.22-3.el9.x86_64', haproxy],
  ['bind-utils', { installed: '32:9.16-1.el9' }],
  ['kernel', { installed: '5.14.0-2.el9' }],
  ['vim', { installed: '2:8.2-1.el9', providedBy: 'vim-enhanced' }],
  ['nosuch', { installed: undefined }],
])('%s', (name, reply) => {
  expect(parseRpm(rows, [{ name }])[0]).toMatchObject(reply)
})

test('a name that rpm said nothing about is unknown', () => {
  expect(parseRpm([''], [{ name: 'haproxy' }])[0]).toBeInstanceOf(Unknown)
})

test.each(['=|haproxy|2.4', 'rpmdb: damaged', '+|vim|8|1|0|x86_64'])('%j is refused', (row) => {
  expect(() => parseRpm([row], [{ name: 'haproxy' }])).toThrow(TypeError)
})

test.each(['lab-hello-1.*', 'haproxy >= 2.4', 'haproxy=2.4'])(
  '%s is no name, so it is not asked for',
  (name) => {
    expect(parseRpm([''], [{ name }])[0]).toEqual({ installed: undefined, candidate: undefined })
    expect(rpmProbe([{ name }]).text).toBe(':')
    expect(rpmProbe([{ name }, { name: 'haproxy' }]).text).not.toContain(name)
  },
)
