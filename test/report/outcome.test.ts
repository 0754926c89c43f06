import { describe, expect, test } from 'vitest'
import type { TaskOutcome } from '../../src/report/events.ts'
import { reasonOf } from '../../src/report/outcome.ts'
import { dict, type Value } from '../../src/value.ts'

function shown(result: Record<string, Value>, more: Partial<TaskOutcome> = {}): string {
  const rest = { place: 'p:1:1', handler: false, diff: [], notes: [], ms: 0, task: 'show', host: 'a' }
  return reasonOf({
    ...rest,
    module: 'ansible.builtin.debug',
    status: 'ok',
    reason: 'shown',
    result,
    ...more,
  })
}

describe('debug shows', () => {
  test.each<[string, Record<string, Value>, string]>([
    ['a text as it is', { msg: 'two\nlines' }, 'two\nlines'],
    ['a list', { msg: ['a', 1, true] }, '["a",1,true]'],
    ['a variable with its name', { port: 6443 }, 'port = 6443'],
    ['a text in a variable in quotes, so that blanks show', { x: ' a' }, 'x = " a"'],
    ['a dict', { x: dict({ a: 1, b: [null] }) }, 'x = {"a":1,"b":[null]}'],
    [
      'what is long in lines',
      { x: ['a'.repeat(50), 'b'.repeat(50)] },
      `x =\n[\n  "${'a'.repeat(50)}",\n  "${'b'.repeat(50)}"\n]`,
    ],
    ['nothing of what no_log hides', { censored: 'hidden by no_log' }, 'shown'],
    ['why it shows nothing', {}, 'shown'],
  ])('%s', (_, result, text) => expect(shown(result)).toBe(text))

  test('and no other module what it returns', () => {
    expect(shown({ msg: 'x' }, { module: 'command', reason: 'run x' })).toBe('run x')
  })
})
