import { mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compileTemplate } from '../../src/jinja/index.ts'
import { templateEnvironment } from '../../src/playbook/environment.ts'
import { dict } from '../../src/value.ts'

const folder = mkdtempSync(join(tmpdir(), 'hakube-'))
const lost = join(folder, 'lost')
symlinkSync(join(folder, 'nowhere'), lost)
const vars = dict({ folder, lost })
const render = (text: string): string =>
  compileTemplate(text, { file: 't.j2' }).render(
    { lookup: (name) => vars.get(name) },
    templateEnvironment(folder, {}),
  )

describe('tests on paths of the controller', () => {
  it.each([
    ["'/' is mount", 'True'],
    ['folder is mount', 'False'],
    ['lost is mount', 'False'],
    ["'/nope' is is_mount", 'False'],
    ['folder is link_exists', 'True'],
    ['lost is link_exists', 'True'],
    ['lost is exists', 'False'],
    ["'/nope' is link_exists", 'False'],
  ])('%s is %s', (expression, wanted) => expect(render(`{{ ${expression} }}`)).toBe(wanted))

  it('take no lists, as in Ansible', () => {
    expect(() => render('{{ [folder] is directory }}')).toThrow('takes a path, not list')
  })
})
