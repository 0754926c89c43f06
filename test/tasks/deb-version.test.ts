import { expect, test } from 'vitest'
import { compareDeb } from '../../src/tasks/deb-version.ts'

// In order; dpkg --compare-versions agrees with each pair.
const ORDER = [
  '0.9~~',
  '0.9~rc1-1',
  '0.9',
  '0.9-1',
  '0.9-1+b1',
  '0.9-1.1',
  '0.9a-1',
  '0.9+dfsg-1',
  '0.10-1',
  '0.10-10',
  '1:0.1-1',
  '10:0',
]

test.each(
  ORDER.flatMap((left, at) => ORDER.map((right, other) => [left, right, Math.sign(at - other)] as const)),
)('%s and %s', (left, right, wanted) => {
  expect(Math.sign(compareDeb(left, right))).toBe(wanted)
})

test.each([
  ['1.0', '0:1.0'],
  ['1.01', '1.1'],
  ['1.0-0', '1.0'],
])('%s is %s', (left, right) => {
  expect(compareDeb(left, right)).toBe(0)
})
