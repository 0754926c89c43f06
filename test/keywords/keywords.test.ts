import { describe, expect, it } from 'vitest'
import { allKeywords, SCOPES } from '../../src/keywords/index.ts'
import { loadPlaybook } from '../../src/playbook/load.ts'
import { hakubeIn } from '../cli/support.ts'

/** Tasks as a playbook; a playbook as it is. */
export function asPlaybook(text: string): string {
  if (/^- (?:.*\n {2})?hosts:|^- import_playbook:/m.test(text)) return text
  const indented = text.trimEnd().replaceAll(/^(?=.)/gm, '    ')
  return `- name: Example\n  hosts: all\n  tasks:\n${indented}\n`
}

const supported = allKeywords().filter(({ where }) => where.length > 0)

describe('keywords', () => {
  it.each(supported.map((one) => [one.name, one] as const))('%s is described', (name, { doc }) => {
    expect(doc, `write a KeywordDoc for ${name} in src/keywords`).toBeDefined()
  })

  it.each(supported.flatMap(({ name, doc }) => (doc ? [[name, doc.example] as const] : [])))(
    '%s: its example loads, and has it',
    (name, example) => {
      expect(() => loadPlaybook(asPlaybook(example), 'example.yml')).not.toThrow()
      if (!['import_playbook', 'role'].includes(name)) expect(example).toMatch(new RegExp(`\\b${name}:`))
    },
  )

  it('have every scope of Ansible’s', () => {
    expect(Object.keys(SCOPES)).toEqual([
      'play',
      'import_playbook entry',
      'role entry',
      'block',
      'task',
      'handler',
      'loop_control',
    ])
  })
})

describe('hakube keywords', () => {
  it('explains one', async () => {
    const { code, out } = await hakubeIn('/', ['keywords', 'until'])
    expect(code).toBe(0)
    expect(out.toString()).toMatch(
      /^until: The task is tried again[^]*may stand in {2}task, handler\n[^]*example\n {2}- name:/,
    )
  })

  it('lists them, the refused ones with what to do instead', async () => {
    const { out } = await hakubeIn('/', ['keywords'])
    expect(out.toString()).toMatch(/^debugger +not supported: hakube has no debugger/m)
  })

  it('suggests for a slip', async () => {
    const { code, err } = await hakubeIn('/', ['keywords', 'notfy'])
    expect(code).toBe(1)
    expect(err).toMatch(/did you mean "notify"/)
  })
})
