import { describe, expect, it } from 'vitest'
import { afterFailure, Failing } from '../../src/converge/failing.ts'
import type { Frame, Span } from '../../src/playbook/step.ts'

const both: Span = { rescueAt: 10, alwaysAt: 20, end: 30 }
const onlyRescue: Span = { rescueAt: 10, alwaysAt: 20, end: 20 }
const onlyAlways: Span = { rescueAt: 10, alwaysAt: 10, end: 30 }
const neither: Span = { rescueAt: 10, alwaysAt: 10, end: 10 }
const outer: Span = { rescueAt: 40, alwaysAt: 50, end: 60 }

const at = (part: Frame['part'], span: Span): Frame => ({ part, span })

const CASES: { name: string; frames: Frame[]; goesTo: string }[] = [
  { name: 'no block', frames: [], goesTo: 'nowhere' },
  { name: 'a block with both', frames: [at('block', both)], goesTo: 'rescue 10' },
  { name: 'the rescue of it', frames: [at('rescue', both)], goesTo: 'always 20' },
  { name: 'the always of it', frames: [at('always', both)], goesTo: 'nowhere' },
  { name: 'a rescue without always', frames: [at('rescue', onlyRescue)], goesTo: 'nowhere' },
  { name: 'a block with always only', frames: [at('block', onlyAlways)], goesTo: 'always 10' },
  { name: 'a block with neither', frames: [at('block', neither)], goesTo: 'nowhere' },
  {
    name: 'the always of an inner block',
    frames: [at('block', outer), at('always', both)],
    goesTo: 'rescue 40',
  },
  {
    name: 'a block with neither inside of another',
    frames: [at('block', outer), at('block', neither)],
    goesTo: 'rescue 40',
  },
  {
    name: 'an inner block in a rescue',
    frames: [at('rescue', outer), at('block', onlyAlways)],
    goesTo: 'always 10',
  },
]

describe('afterFailure', () => {
  it.each(CASES)('a failure in $name', ({ frames, goesTo }) => {
    const next = afterFailure(frames)
    expect(next ? `${next.part} ${next.position}` : 'nowhere').toBe(goesTo)
  })
})

describe('Failing', () => {
  it('counts the failures of an always part that an outer rescue makes good', () => {
    const failing = new Failing()
    const frames = [at('block', outer), at('block', onlyAlways)]
    expect(failing.fail(frames, 2)).toEqual({ position: 10, end: 30, rescued: undefined })
    expect(failing.fail([at('block', outer), at('always', onlyAlways)], 1)).toEqual({
      position: 40,
      end: undefined,
      rescued: { span: outer, failures: 3 },
    })
    expect(failing.none).toBe(true)
  })

  it('goes on failing after an always part in which a failure of its own was rescued', () => {
    const failing = new Failing()
    failing.fail([at('block', onlyAlways)], 1)
    const inner: Span = { rescueAt: 14, alwaysAt: 16, end: 16 }
    expect(failing.fail([at('always', onlyAlways), at('block', inner)], 1)).toEqual({
      position: 14,
      end: 30,
      rescued: { span: inner, failures: 1 },
    })
    expect(failing.none).toBe(false)
    expect(failing.goOn()).toBeUndefined()
  })
})
