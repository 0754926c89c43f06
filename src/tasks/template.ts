import * as z from 'zod'
import { defineTask } from '../task.ts'
import { baseName } from '../world/path-names.ts'
import { attributeParams, unsupportedAttributes } from './attributes.ts'
import { type FileContent, fileFailure, fileQuestions, fileResult, planFile } from './file-content.ts'
import { bool, name, oneOf, path } from './params.ts'
import { validate } from './validate.ts'

function headerHint(setting: string): string {
  return `write "#jinja2: ${setting}" as the first line of the template`
}

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
    trim_blocks: bool
      .default(true)
      .refine((on) => on, headerHint('trim_blocks: False'))
      .describe('Only yes; a template says otherwise in its first line: #jinja2: trim_blocks: False'),
    lstrip_blocks: bool
      .default(false)
      .refine((on) => !on, headerHint('lstrip_blocks: True'))
      .describe('Only no; a template says otherwise in its first line: #jinja2: lstrip_blocks: True'),
    newline_sequence: oneOf(['\n', '\\n']).default('\n').describe('Only a line feed.'),
    output_encoding: oneOf(['utf-8', 'UTF-8', 'utf8']).default('utf-8').describe('Only UTF-8.'),
  }),
  unsupported: {
    ...unsupportedAttributes,
    block_start_string: headerHint('block_start_string: …'),
    block_end_string: headerHint('block_end_string: …'),
    variable_start_string: headerHint('variable_start_string: …'),
    variable_end_string: headerHint('variable_end_string: …'),
    comment_start_string: headerHint('comment_start_string: …'),
    comment_end_string: headerHint('comment_end_string: …'),
  },
  example: `
- name: Configure haproxy
  template:
    src: haproxy.cfg.j2
    dest: /etc/haproxy/haproxy.cfg
    mode: "0644"
    validate: haproxy -c -f %s
`,
  async prepare(params, controller): Promise<FileContent> {
    const { path: source, text } = await controller.renderTemplate(params.src)
    return { ...params, name: baseName(source), source, content: Buffer.from(text, 'utf8') }
  },
  asks: fileQuestions,
  plan: planFile,
  result: (_file, output) => fileResult(output),
  failure: (file, output) => fileFailure(file.dest, output),
})
