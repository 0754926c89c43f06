import * as z from 'zod'
import { defineTask } from '../task.ts'
import { baseName } from '../world/path-names.ts'
import { attributeParams, unsupportedAttributes } from './attributes.ts'
import { type FileContent, fileFailure, fileQuestions, fileResult, planFile } from './file-content.ts'
import { wrong } from './package-params.ts'
import { bool, name, oneOf, path } from './params.ts'
import { layoutOf } from './template-layout.ts'
import { validate } from './validate.ts'

export default defineTask({
  name: 'template',
  aliases: ['ansible.builtin.template', 'ansible.legacy.template'],
  summary: 'Put a file on the host that is rendered from a template: .j2 by Jinja2, .hbs by Handlebars.',
  kind: () => 'state',
  params: z.strictObject({
    src: name.describe('The template, in templates/ beside the playbook or in the role.'),
    dest: path.describe('Path of the file on the host, or a directory to put it in.'),
    ...attributeParams,
    backup: bool.default(false).describe('Keep the old file beside the new one, with the time in its name.'),
    force: bool
      .default(true)
      .describe('Replace a file that differs. With no, a file that exists stays as it is.'),
    follow: bool
      .default(false)
      .describe('Write to what a link at dest points to, instead of replacing the link.'),
    validate,
    trim_blocks: bool.default(true).describe('Drop the newline after a tag {% … %}.'),
    lstrip_blocks: bool.default(false).describe('Drop blanks before a tag {% … %} on its line.'),
    newline_sequence: oneOf(['\n', '\r', '\r\n', '\\n', '\\r', '\\r\\n'])
      .default('\n')
      .describe('What lines end with in the file.'),
    block_start_string: name.optional().describe('What a tag begins with; {%.'),
    block_end_string: name.optional().describe('What a tag ends with; %}.'),
    variable_start_string: name.optional().describe('What an expression begins with; {{.'),
    variable_end_string: name.optional().describe('What an expression ends with; }}.'),
    comment_start_string: name.optional().describe('What a comment begins with; {#.'),
    comment_end_string: name.optional().describe('What a comment ends with; #}.'),
    output_encoding: oneOf(['utf-8', 'UTF-8', 'utf8']).default('utf-8').describe('Only UTF-8.'),
  }),
  unsupported: unsupportedAttributes,
  example: `
- name: Configure haproxy
  template:
    src: haproxy.cfg.j2
    dest: /etc/haproxy/haproxy.cfg
    mode: "0644"
    validate: haproxy -c -f %s
`,
  notes: ['What the first line of a template says (#jinja2: …) goes before the parameters.'],
  async prepare(params, controller): Promise<FileContent> {
    const given = Object.keys(params).filter((key) => /_(start|end)_string$/.test(key))
    if (params.src.endsWith('.hbs') && given.length > 0)
      throw wrong(`template: ${given.join(', ')} ${given.length > 1 ? 'are' : 'is'} for Jinja2, not for .hbs`)
    const layout = layoutOf(params)
    const { block, variable, comment } = layout.delimiters ?? {}
    if (new Set([block?.[0], variable?.[0], comment?.[0]]).size < 3)
      throw wrong('template: block_start_string, variable_start_string and comment_start_string must differ')
    const { path: source, text } = await controller.renderTemplate(params.src, layout, params.dest)
    return { ...params, name: baseName(source), source, content: Buffer.from(text, 'utf8') }
  },
  asks: fileQuestions,
  plan: planFile,
  result: (_file, output) => fileResult(output),
  failure: (file, output) => fileFailure(file.dest, output),
})
