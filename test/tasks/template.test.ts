import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import template from '../../src/tasks/template.ts'
import { runLocal } from '../support/run-local.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, runTask, shells } from './harness.ts'

const controller = controllerWith({
  renderTemplate: (name) => Promise.resolve({ path: `/play/templates/${name}`, text: `# from ${name}\nä\n` }),
})

describe.each(shells)('template with $name', (host) => {
  test('puts the rendered text in place, and is content with it afterwards', async () => {
    const dest = join(scratch(), 'haproxy.cfg')
    const args = { src: 'haproxy.cfg.j2', dest, mode: '0640', validate: 'grep -q from %s' }
    const first = await runTask(template, args, host, controller)
    expect(first).toMatchObject({
      plan: {
        summary: `create ${dest}`,
        diff: [{ path: dest, before: '', after: '# from haproxy.cfg.j2\nä\n' }],
      },
      result: { dest, src: '/play/templates/haproxy.cfg.j2', mode: '0640' },
      again: { status: 'ok' },
      mispredicted: [],
    })
    expect(readFileSync(dest, 'utf8')).toBe('# from haproxy.cfg.j2\nä\n')
    expect(statSync(dest).mode & 0o777).toBe(0o640)
    const { plan } = await runTask(template, args, host, controller)
    expect(plan).toMatchObject({ status: 'ok', reason: `${dest} has this content` })
  })

  test('a directory as dest gets the name of the template', async () => {
    const dest = scratch()
    await runTask(template, { src: 'sub/a.j2', dest: `${dest}/` }, host, controller)
    expect(readFileSync(join(dest, 'a.j2'), 'utf8')).toMatch(/^# from sub/)
  })
})

test('keepalived that skips the check has not validated', () => {
  const params = template.params.parse({ src: 'a', dest: '/a', validate: '/usr/sbin/keepalived -t -f %s' })
  expect(params.validate).toMatchObject({ refuseOutput: 'skipping' })
})

/** What ansible-core 2.14 makes of TEXT. */
const LAYOUTS: [Record<string, unknown>, string][] = [
  [
    {},
    'a 1 [[ x ]] ${x}\n     <# note #>\n    <% if true %>\n  in\n  <% endif %>\n%% if true %}\nz\n%% endif %}\n{{\n',
  ],
  [
    { trim_blocks: false },
    'a 1 [[ x ]] ${x}\n  \n   <# note #>\n  \n  <% if true %>\n  in\n  <% endif %>\n%% if true %}\nz\n%% endif %}\n{{\n',
  ],
  [
    { lstrip_blocks: true, trim_blocks: false },
    'a 1 [[ x ]] ${x}\n\n <# note #>\n\n  <% if true %>\n  in\n  <% endif %>\n%% if true %}\nz\n%% endif %}\n{{\n',
  ],
  [
    { newline_sequence: '\\r\\n' },
    'a 1 [[ x ]] ${x}\r\n     <# note #>\r\n    <% if true %>\r\n  in\r\n  <% endif %>\r\n%% if true %}\r\nz\r\n%% endif %}\r\n{{\r\n',
  ],
  [
    { newline_sequence: '\r', trim_blocks: 'no' },
    'a 1 [[ x ]] ${x}\r  \r   <# note #>\r  \r  <% if true %>\r  in\r  <% endif %>\r%% if true %}\rz\r%% endif %}\r{{\r',
  ],
  [
    { variable_start_string: '[[', variable_end_string: ']]' },
    "a {{ x }} 1 ${x}\n     <# note #>\n    <% if true %>\n  in\n  <% endif %>\n%% if true %}\nz\n%% endif %}\n{{ '{{' }}\n",
  ],
  [
    {
      block_start_string: '<%',
      block_end_string: '%>',
      comment_start_string: '<#',
      comment_end_string: '#>',
    },
    'a 1 [[ x ]] ${x}\n  {% if true %}\n  {# note #}   {% endif %}\n    in\n  %% if true %}\nz\n%% endif %}\n{{\n',
  ],
  [
    { variable_start_string: '${', variable_end_string: '}', block_start_string: '%%' },
    "a {{ x }} [[ x ]] 1\n  {% if true %}\n   <# note #>\n  {% endif %}\n  <% if true %>\n  in\n  <% endif %>\nz\n{{ '{{' }}\n",
  ],
]
const TEXT = `a {{ x }} [[ x ]] \${x}
  {% if true %}
  {# note #} <# note #>
  {% endif %}
  <% if true %>
  in
  <% endif %>
%% if true %}
z
%% endif %}
{{ '{{' }}
`
const playOf = (layout: Record<string, unknown>) => `
- hosts: a
  gather_facts: false
  vars: { x: 1 }
  tasks:
    - template: ${JSON.stringify({ src: 't.j2', dest: '{{ playbook_dir }}/out', ...layout })}
`

test.each(LAYOUTS)('%j, as ansible-core has it', async (layout, text) => {
  const { folder, errors } = await runLocal(playOf(layout), { files: { 'templates/t.j2': TEXT } })
  expect(errors).toEqual([])
  expect(readFileSync(join(folder, 'out'), 'utf8')).toBe(text)
})

describe('what cannot be', () => {
  test.each([
    [{ variable_start_string: '{%' }, /must differ/],
    [{ src: 'a.hbs', block_end_string: 'x' }, /block_end_string is for Jinja2/],
    [{ block_start_string: '' }, /block_start_string|empty/],
    [{ output_encoding: 'latin-1' }, /utf-8/],
  ])('%j', async (args, message) => {
    const refused = async () =>
      template.prepare(template.params.parse({ src: 'a', dest: '/a', ...args }), controller)
    await expect(refused()).rejects.toThrow(message)
  })
})

test('what is there is checked as it is written, before a host is touched', async () => {
  const files = { 'templates/t.j2': '{{ .Values.x }} [[ x ]]' }
  const layout = { variable_start_string: '[[', variable_end_string: ']]' }
  const done = await runLocal(playOf(layout), { files })
  expect(done.story).toEqual(['a template changed'])
  expect(readFileSync(join(done.folder, 'out'), 'utf8')).toBe('{{ .Values.x }} 1')
  const late = await runLocal(playOf({ ...layout, variable_start_string: '{{ "[" * 2 }}' }), { files })
  expect(late.story).toEqual(['a template changed'])
  expect((await runLocal(playOf({}), { files })).story[0]).toMatch(/^refused/)
})
