import { afterEach, expect, it, vi } from 'vitest'
import { nothing } from '../../src/shell/sh.ts'
import file from '../../src/tasks/file.ts'
import { ONE } from '../playbook/support.ts'
import { runLocal } from '../support/run-local.ts'

afterEach(() => void vi.restoreAllMocks())

/** A module whose apply never brings about what its plan asks for, as the start of a unit whose condition is not met. */
it.each([
  ['has failed', false, ['a half failed']],
  ['has done all it can', true, ['a half changed']],
])('a task after which the host still differs %s', async (_, isDone, story) => {
  vi.spyOn(file, 'plan').mockReturnValue({
    status: 'change',
    summary: 'x',
    diff: [],
    apply: nothing,
    effects: [],
  })
  Object.assign(file, { isDone: () => isDone })
  const playbook =
    '- hosts: web\n  gather_facts: false\n  tasks:\n    - {name: half, file: {path: /nowhere/hakube, state: directory}}\n'
  const done = await runLocal(playbook, { inventory: ONE })
  expect(done.story).toEqual(story)
})
