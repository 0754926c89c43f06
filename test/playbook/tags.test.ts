import { expect, it } from 'vitest'
import { selects } from '../../src/playbook/tags.ts'

/** tags of the task, --tags, --skip-tags, and whether it runs; as Ansible documents it. */
const CASES: [string[], string[], string[], boolean][] = [
  [[], [], [], true],
  [['a'], [], [], true],
  [['a'], ['a'], [], true],
  [['a'], ['b'], [], false],
  [[], ['b'], [], false],
  [['a'], [], ['a'], false],
  [['a', 'b'], ['a'], ['b'], false],
  [['always'], ['b'], [], true],
  [['always'], ['b'], ['always'], false],
  [['always'], [], ['always'], false],
  [['never'], [], [], false],
  [['never'], ['never'], [], true],
  [['never', 'debug'], ['debug'], [], true],
  [['never'], ['all'], [], false],
  [['a'], ['tagged'], [], true],
  [[], ['tagged'], [], false],
  [[], ['untagged'], [], true],
  [['a'], ['untagged'], [], false],
  [['a'], ['all'], [], true],
  [['a'], [], ['tagged'], false],
  [[], [], ['all'], false],
  [['never', 'debug'], ['tagged'], [], false],
  [['never'], ['tagged', 'never'], [], true],
  [['always'], [], ['tagged'], false],
  [['always'], [], ['all'], true],
  [['always', 'never'], [], [], true],
  [['always'], ['untagged'], ['untagged'], true],
  [[], [], ['untagged'], false],
  [['a'], ['all', 'b'], [], true],
]

it.each(CASES)('task %j, --tags %j, --skip-tags %j: %s', (tags, only, skip, runs) => {
  expect(selects({ only, skip }, tags)).toBe(runs)
})
