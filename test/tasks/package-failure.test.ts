import { expect, test } from 'vitest'
import { packageFailure } from '../../src/tasks/package-failure.ts'
import { answer } from '../world/answer.ts'

test.each([
  ['E: Unable to locate package nosuch', 'no package nosuch in the lists of apt'],
  ["E: Package 'awk' has no installation candidate", 'no package awk can be installed'],
  ["E: Version '9' for 'a' was not found", 'there is no version 9 of a'],
  ['Error: Unable to find a match: nosuch', 'no package nosuch in the repositories'],
  [
    'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 42 (apt-get)',
    'another process uses the package manager: process 42 (apt-get)',
  ],
  ["E: You don't have enough free space in /var/cache/apt/archives/.", 'the disk is full'],
  ['dpkg: error: failed to write (No space left on device)', 'the disk is full'],
  ['  At least 12MB more space needed on the / filesystem.', 'the disk is full'],
  [
    "W: Temporary failure resolving 'deb.test'\nE: Failed to fetch http://deb.test/x",
    'no network to the repository',
  ],
  ["Error: Failed to download metadata for repo 'x': Cannot download", 'the repository does not answer'],
  ['E: dpkg was interrupted, you must manually run', 'dpkg --configure -a'],
  ['E: Packages were downgraded and -y was used', 'allow_downgrade: yes'],
  ['E: Could not open lock file - open (13: Permission denied), are you root?', 'become: yes'],
  ['Error: GPG check FAILED', 'signatures could not be checked'],
  ['something\nE: The strange thing', 'E: The strange thing'],
  ['only this', 'only this'],
])('%j', (stderr, words) => {
  expect(packageFailure(answer('Reading package lists...\n', 100, stderr))).toContain(words)
})

test('nothing printed at all', () => {
  expect(packageFailure(answer('', 7))).toContain('status 7')
})

test('lists that the task has fetched are not told to be fetched', () => {
  const failed = answer('', 100, 'E: Unable to locate package nosuch')
  expect(packageFailure(failed, true)).toBe('no package nosuch in the lists of apt')
})
