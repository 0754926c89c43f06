import * as z from 'zod'
import { defineTask } from '../task.ts'
import { baseName } from '../world/path-names.ts'
import { type FileContent, fileFailure, fileQuestions, planFile } from './file-content.ts'
import { name, path } from './params.ts'
import { parseValidator } from './validate.ts'

export default defineTask({
  name: 'ha_validate',
  aliases: [],
  summary: 'Have a host validate the configuration that it is going to get, before any host gets its own.',
  kind: () => 'state',
  params: z.strictObject({
    src: name.describe('The template of the configuration.'),
    dest: path.describe('Where the configuration is going to be.'),
    command: name.describe('The command that has to accept it; %s stands for its path.'),
  }),
  example: `
- name: Validate what haproxy is going to get
  ha_validate:
    src: haproxy.cfg.hbs
    dest: /etc/haproxy/haproxy.cfg
    command: /usr/sbin/haproxy -c -f %s
  any_errors_fatal: true
`,
  notes: ['It never counts as a change: the file that it makes for the validator goes again.'],
  async prepare(params, controller): Promise<FileContent> {
    const { path: source, text } = await controller.renderTemplate(params.src)
    return {
      dest: params.dest,
      name: baseName(source),
      source,
      content: Buffer.from(text, 'utf8'),
      force: true,
      follow: false,
      backup: false,
      trial: true,
      validate: parseValidator(params.command),
    }
  },
  asks: fileQuestions,
  plan(file, world) {
    const plan = planFile(file, world)
    if (plan.status !== 'change') return plan
    return {
      status: 'change',
      summary: `validate the new ${file.dest}`,
      diff: [],
      apply: plan.apply,
      effects: [],
      counts: false,
      once: true,
    }
  },
  failure: (file, output) => fileFailure(file.dest, output),
})
