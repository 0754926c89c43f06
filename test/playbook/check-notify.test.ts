import { describe, expect, it } from 'vitest'
import { HakubeErrors, isKnown } from '../../src/errors.ts'
import { loadPlaybook } from '../../src/playbook/load.ts'
import { runLocal } from '../support/run-local.ts'

/** Places of the names that nobody answers to. */
function missing(text: string, tags: { only?: string[]; skip?: string[] } = {}): string[] {
  try {
    loadPlaybook(text, 'site.yml', { tags: { only: tags.only ?? [], skip: tags.skip ?? [] } })
    return []
  } catch (error) {
    if (!isKnown(error)) throw error
    const all = error instanceof HakubeErrors ? error.errors : [error]
    return all.map(({ place, message }) => `${place?.line} ${message}`)
  }
}

const NOBODY = 'there is no handler nobody in this play'
const play = (more: string, tags = '[]') =>
  `- hosts: all\n  gather_facts: false\n  tags: ${tags}\n  tasks:\n${more}`
const task = '    - {command: "true", notify: nobody, tags: x}\n'

describe('a handler that is not there', () => {
  it('is a mistake where the tags let the task run', () => {
    expect(missing(play(task))).toEqual([`5 ${NOBODY}`])
    expect(missing(play(task), { only: ['x'] })).toEqual([`5 ${NOBODY}`])
    expect(missing(play(task), { skip: ['y'] })).toEqual([`5 ${NOBODY}`])
    expect(
      missing(play('    - {command: "true", notify: nobody, tags: "{{ t }}"}\n'), { skip: ['x'] }),
    ).toEqual([`5 ${NOBODY}`])
  })

  it('is none where they leave it out, by its own tags, those of a block or of the play', () => {
    expect(missing(play(task), { skip: ['x'] })).toEqual([])
    expect(missing(play(task), { only: ['y'] })).toEqual([])
    expect(missing(play(task, '[p]'), { skip: ['p'] })).toEqual([])
    expect(missing(play('    - {command: "true", notify: nobody, tags: never}\n'))).toEqual([])
    const block = '    - tags: b\n      block: [{command: "true", notify: nobody}]\n'
    expect(missing(play(block), { skip: ['b'] })).toEqual([])
    expect(missing(play(block), { skip: ['x'] })).toHaveLength(1)
  })

  it('is told once of a block, where one of its tasks may run', () => {
    const block =
      '    - notify: nobody\n      block:\n      - {command: "true", tags: x}\n      - {command: "true"}\n      - {command: "true"}\n'
    expect(missing(play(block))).toEqual([`5 ${NOBODY}`])
    expect(missing(play(block), { only: ['x'] })).toEqual([`5 ${NOBODY}`])
    expect(missing(play(block), { only: ['y'] })).toEqual([])
  })

  it('is a mistake among handlers, which no tags choose', () => {
    const handlers =
      '    - {command: "true"}\n  handlers:\n    - {name: h, command: "true", notify: nobody, tags: x}\n'
    expect(missing(play(handlers), { skip: ['x'] })).toEqual([`7 ${NOBODY}`])
  })

  // As ansible-core 2.14 has it.
  it('keeps no run from going on that leaves the task out', async () => {
    const tasks = play(
      `    - {name: one, debug: {msg: x}, changed_when: true, notify: nobody, tags: x}\n    - {name: two, debug: {msg: x}}\n`,
    )
    const done = await runLocal(tasks, {
      inventory: 'a ansible_connection=local\n',
      tags: { only: [], skip: ['x'] },
    })
    expect(done.story).toEqual(['a two ok'])
  })
})
