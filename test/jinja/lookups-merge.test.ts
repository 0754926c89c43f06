import { describe, expect, it } from 'vitest'
import { renderValue } from '../../src/jinja/index.ts'
import { fromJson, toJson } from '../../src/value.ts'
import { isDict } from '../../src/value.ts'
import { lazyScope, PLACE } from './scope.ts'

// Compared with community.general 6.
const VARS = fromJson({
  il: ['i1'],
  a__l: ['a1'],
  b__l: ['b1', 'b2'],
  b__d: { ports: [1], x: { y: 1, z: [2] }, s: 'same' },
  a__d: { ports: [3], x: { w: 4, z: [5] }, s: 'same', new: { q: 1 } },
  c__o: { k: 1 },
  d__o: { k: 2 },
  e__t: 'text',
})

function lookup(args: string): unknown {
  if (!isDict(VARS)) throw new TypeError('no dict')
  const template = `{{ query('community.general.merge_variables', ${args}) }}`
  return toJson(renderValue(template, PLACE, lazyScope(VARS, {}), {}))
}

describe('merge_variables', () => {
  const merged = { ports: [3, 1], x: { w: 4, z: [5, 2], y: 1 }, s: 'same', new: { q: 1 } }
  it.each<[string, unknown]>([
    ["'__l', pattern_type='suffix'", [['a1', 'b1', 'b2']]],
    ["'__d$'", [merged]],
    ["'^.+__l$', initial_value=il", [['i1', 'a1', 'b1', 'b2']]],
    ["'a__l', pattern_type='prefix', initial_value=[]", [['a1']]],
    ["'__o$', override='ignore'", [{ k: 2 }]],
    ["'nothing fits'", [null]],
    ["'__l$', '__d$'", [['a1', 'b1', 'b2'], merged]],
  ])('%s', (args, expected) => expect(lookup(args)).toEqual(expected))

  it.each([
    ["'a__', pattern_type='prefix'", 'a__l cannot be merged: it is no dict'],
    ["'__o$'", 'd__o.k would replace 1 by 2'],
    ["'__t$'", 'neither a list nor a dict'],
    ["'x', override='warn'", "override='warn' does not work here"],
    ["'x', pattern_type='glob'", 'prefix, suffix or regex'],
  ])('%s is refused', (args, message) => expect(() => lookup(args)).toThrow(message))

  it('leaves the variables as they are', () => {
    const before = JSON.stringify(toJson(VARS))
    lookup("'__d$'")
    expect(JSON.stringify(toJson(VARS))).toBe(before)
  })
})
