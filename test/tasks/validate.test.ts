import { expect, test } from 'vitest'
import { parseValidator } from '../../src/tasks/validate.ts'

test.each([
  ['haproxy -c -f %s', { words: ['haproxy', '-c', '-f', '%s'] }],
  [
    '/usr/sbin/keepalived -t -f %s',
    { words: ['/usr/sbin/keepalived', '-t', '-f', '%s'], refuseOutput: 'skipping' },
  ],
  [`sh -c 'a "$1" && b' x "%s"`, { words: ['sh', '-c', 'a "$1" && b', 'x', '%s'] }],
  ['date +%%Y --file=%s', { words: ['date', '+%Y', '--file=%s'] }],
])('%s', (command, validator) => {
  expect(parseValidator(command)).toEqual(validator)
})

test.each([
  ['haproxy -c', /must contain %s/],
  ['', /must contain %s/],
  ['date +%Y %s', /write %% for a percent sign/],
  ["sh -c 'a %s", /quot/i],
  ['echo %%s %s', /write %% for a percent sign/],
])('%s is refused', (command, message) => {
  expect(() => parseValidator(command)).toThrow(message)
})
