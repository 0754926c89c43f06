import { expect, test } from 'vitest'
import { compareRpm } from '../../src/tasks/rpm-version.ts'

// Checked against rpm's own: rpm --eval '%{lua:print(rpm.vercmp("1.0", "1.0a"))}'
test.each([
  ['1.0', '1.0', 0],
  ['1.0', '2.0', -1],
  ['1.10', '1.9', 1],
  ['1.010', '1.10', 0],
  ['1.0', '1.0.1', -1],
  ['1.0a', '1.0', 1],
  ['1.0a', '1.0.1', -1],
  ['1.0~rc1', '1.0', -1],
  ['1.0^git1', '1.0', 1],
  ['1.0^git1', '1.0.1', -1],
  ['1.0~rc1', '1.0^git1', -1],
  ['a', 'b', -1],
  ['1.0-1.el9', '1.0-2.el9', -1],
  ['1.0-1.el9', '1.0', 0],
  ['1:1.0', '2.0', 1],
  ['0:1.0-1', '1.0-1', 0],
  ['99999999999999999999', '100000000000000000000', -1],
])('%s and %s: %d', (left, right, order) => {
  expect(Math.sign(compareRpm(left, right))).toBe(order)
  expect(Math.sign(compareRpm(right, left))).toBe(0 - order)
})
