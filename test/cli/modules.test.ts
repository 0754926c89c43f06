import { describe, expect, it } from 'vitest'
import { modules } from '../../src/tasks/index.ts'
import { hakubeIn } from './support.ts'

describe('hakube modules', () => {
  it('lists every module with what it does', async () => {
    const { code, out } = await hakubeIn('/', ['modules'])
    expect(code).toBe(0)
    expect(out.toString().trimEnd().split('\n')).toHaveLength(modules.size)
    expect(out.toString()).toMatch(/^template +Put a file on the host/m)
  })

  it('explains one, by any of its names', async () => {
    const { out } = await hakubeIn('/', ['modules', 'ansible.builtin.template'])
    const text = out.toString()
    expect(text).toMatch(/^template: Put a file/)
    expect(text).toMatch(/^ {2}src +The template, .*\(text; required\)$/m)
    expect(text).toMatch(/^ {2}backup +.*\(truth value; default no\)$/m)
    expect(text).toMatch(/^not supported\n[^]*^ {2}attributes +write a command task with chattr$/m)
    expect(text).toMatch(/^example\n {2}- name: Configure haproxy\n {4}template:$/m)
  })

  it.each([...modules.keys()])('has a page for %s', async (name) => {
    const { code, out } = await hakubeIn('/', ['modules', name])
    expect(code).toBe(0)
    expect(out.toString()).not.toMatch(/undefined|\[object/)
  })

  it.each([
    ['templat', 'did you mean "template"?'],
    ['ansible.posix.synchronize', 'write copy:'],
    ['qqqqqqqq', '`hakube modules` lists them'],
  ])('refuses %s, and says what else', async (name, hint) => {
    const { code, err } = await hakubeIn('/', ['modules', name])
    expect(code).toBe(1)
    expect(err).toContain(hint)
  })
})
