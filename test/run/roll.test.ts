import { describe, expect, it } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { USUAL_CONDUCT } from '../../src/playbook/conduct.ts'
import { loadPlaybook } from '../../src/playbook/load.ts'
import type { PlayRun } from '../../src/playbook/step.ts'
import { comingBatches, refuseDegraded } from '../../src/run/roll.ts'

const plays = loadPlaybook('- hosts: all\n  serial: 1\n- hosts: all\n  serial: 100%\n', 'site.yml').plays
const runs = plays.flatMap((play, index): PlayRun[] => {
  const batches = index === 0 ? [['a'], ['b'], ['c']] : [['a', 'b', 'c']]
  return batches.map((hosts) => ({
    index,
    play,
    conduct: USUAL_CONDUCT,
    hosts,
    allHosts: ['a', 'b', 'c'],
    selected: ['a', 'b', 'c'],
    members: new Set(hosts),
    handlers: [],
    handlerLists: [],
    seen: [],
  }))
})

describe('a rolling change whose order is decided anew', () => {
  it('takes in the batches that are to come, and leaves the hosts of other plays alone', () => {
    const [, second] = runs
    if (!second) throw new Error('no batch')
    expect(comingBatches(runs, second).map(({ hosts }) => hosts)).toEqual([['b'], ['c']])
    const last = runs.at(-1)
    if (!last) throw new Error('no batch')
    expect(comingBatches(runs, last)).toEqual([last])
  })
})

describe('nodes that cannot be reached', () => {
  const hintFor = (lost: readonly string[], reached: number): string => {
    try {
      refuseDegraded(lost, reached)
    } catch (error) {
      if (error instanceof HakubeError) return error.hint ?? ''
    }
    return 'nothing is refused'
  }

  it('may be left out, as long as others are left', () => {
    expect(hintFor([], 3)).toBe('nothing is refused')
    expect(hintFor(['m1', 'm2'], 1)).toMatch(/^bring them back, leave them out with --limit '!m1:!m2', or/)
  })

  it('are told to be looked for where none is left', () => {
    const hint = hintFor(['m1', 'm2', 'm3'], 0)
    expect(hint).toMatch(/^none of the nodes of this run could be reached, see above why: check the network/)
    expect(hint).not.toMatch(/--limit|--allow-degraded/)
  })
})
