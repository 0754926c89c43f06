import { describe, expect, it } from 'vitest'
import { NotYet } from '../../src/variables/not-yet.ts'
import { PENDING, UnknownValue, VariableStore, type HostRecord } from '../../src/variables/store.ts'

const record: HostRecord = { groups: [], inventory: new Map(), facts: undefined, injected: undefined }

function store(): VariableStore {
  const made = new VariableStore({
    hosts: new Map([
      ['a', { ...record }],
      ['b', { ...record }],
    ]),
    groups: new Map(),
    extra: new Map(),
  })
  made.write('a', 'x', 2, 'two')
  made.write('a', 'x', 5, 'five')
  made.write('a', 'x', 7, PENDING)
  made.write('a', 'x', 9, new UnknownValue('who knows'))
  return made
}

/** A value, or why there is none. */
function read(of: VariableStore, position: number): unknown {
  try {
    return of.written('a', 'x', position)
  } catch (error) {
    if (error instanceof NotYet) return error.what.kind
    throw error
  }
}

describe('VariableStore', () => {
  it.each([
    { position: 2, sees: undefined },
    { position: 2.5, sees: 'two' },
    { position: 5, sees: 'two' },
    { position: 6, sees: 'five' },
    { position: 8, sees: 'pending' },
    { position: 10, sees: 'unknown' },
  ])('a reader at $position sees the last value before it: $sees', ({ position, sees }) => {
    expect(read(store(), position)).toBe(sees)
  })

  it('forgets what is behind a position, and what a host still owed', () => {
    const made = store()
    made.forgetAfter('a', 5)
    expect(read(made, 10)).toBe('five')
    made.write('a', 'x', 7, PENDING)
    made.forgetPending('a')
    expect(read(made, 10)).toBe('five')
  })

  it('waits for a host that may still set the name, but not for what it sets in the same step', () => {
    const made = store()
    made.line = {
      assignments: (name) => (name === 'x' ? [4] : []),
      sets: (name) => name === 'x',
      floor: Math.floor,
    }
    made.reached.set('a', 4)
    expect(() => made.expectSettled('a', 'x', 5)).toThrow(NotYet)
    expect(() => made.expectSettled('a', 'x', 4.5)).not.toThrow()
    made.reached.set('a', 5)
    expect(() => made.expectSettled('a', 'x', 6)).not.toThrow()
  })

  it('needs facts for what may be one, on hosts that can be asked', () => {
    const made = store()
    made.gatherable.add('b')
    const needs = ['ansible_hostname', 'ansible_facts', 'ansible_host', 'other'].map((name) =>
      made.needsFacts('b', name),
    )
    expect(needs).toEqual([true, true, false, false])
    expect(made.needsFacts('a', 'ansible_hostname')).toBe(false)
  })
})
