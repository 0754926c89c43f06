import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { sameValue, valueInFile, withValue } from '../../src/tasks/sysctl-file.ts'

const text = '# a comment\n; another\n\nnet.x = 1\nnet.y=a b\n-net.z = 3\nnet/w = 4\nnet.x=2\nno sign\n'

test.each([
  ['net.x', '2'],
  ['net.y', 'a b'],
  ['net.z', '3'],
  ['net.w', '4'],
  ['net.none', undefined],
])('%s is %s', (name, value) => {
  expect(valueInFile(text, name)).toBe(value)
})

test.each<[string, string, string | undefined, string]>([
  ['', 'a', '1', 'a=1\n'],
  ['b=2', 'a', '1', 'b=2\na=1\n'],
  ['a = 0\n# b\na=9\n', 'a', '1', 'a=1\n# b\n'],
  ['a = 0\n# b\na=9\n', 'a', undefined, '# b\n'],
  ['#a=1\n', 'a', '1', '#a=1\na=1\n'],
])('%j with %s: %s', (before, name, value, after) => {
  expect(withValue(before, name, value)).toBe(after)
})

test('what was set is found, all else stays', () => {
  const line = fc.constantFrom('# c', '', 'k=1', 'k = 2', 'other=3', 'odd line', '-k=4')
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom('5', undefined), (lines, value) => {
      const before = lines.map((each) => `${each}\n`).join('')
      const after = withValue(before, 'k', value)
      const others = (all: string) => all.split('\n').filter((each) => !/^-?k/.test(each))
      expect(valueInFile(after, 'k')).toBe(value)
      expect(others(after)).toEqual(others(before))
      expect(withValue(after, 'k', value)).toBe(after)
    }),
  )
})

test('blanks between values do not matter', () => {
  expect(sameValue('1024\t60999', ' 1024 60999 ')).toBe(true)
  expect(sameValue('1', '10')).toBe(false)
})
