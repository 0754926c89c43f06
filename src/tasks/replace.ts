import * as z from 'zod'
import { defineTask } from '../task.ts'
import { attributeParams, unsupportedAttributes } from './attributes.ts'
import { type EditedFile, editFailure, editQuestions, editResult, planEdit } from './edited-file.ts'
import { bool, oneOf, path, text } from './params.ts'
import { pattern } from './regex-param.ts'
import { editMatches } from './replace-edit.ts'
import { validate } from './validate.ts'

export default defineTask({
  name: 'replace',
  aliases: ['ansible.builtin.replace', 'ansible.legacy.replace'],
  summary: 'Replace what a regular expression finds in a file.',
  kind: () => 'state',
  params: z.strictObject({
    path: path.describe('Path of the file on the host.'),
    regexp: pattern.describe('A Python regular expression; ^ and $ are the ends of lines.'),
    replace: text.default('').describe('What stands there instead; may hold groups: \\1. Nothing.'),
    after: pattern.optional().describe('Only behind what this expression finds.'),
    before: pattern.optional().describe('Only before what this expression finds.'),
    encoding: oneOf(['utf-8', 'utf8', 'UTF-8']).default('utf-8').describe('Only UTF-8.'),
    backup: bool.default(false).describe('Keep the old file beside the new one, with the time in its name.'),
    ...attributeParams,
    validate,
  }),
  paramAliases: { dest: 'path', destfile: 'path', name: 'path' },
  unsupported: unsupportedAttributes,
  example: `
- name: Point the kubelet at the endpoint
  replace:
    path: /etc/kubernetes/kubelet.conf
    regexp: '(server: )https://.*'
    replace: '\\1https://10.0.0.10:8443'
`,
  notes: [
    'A replacement that its own expression finds again is done at each run; hakube says then that the task did not converge.',
  ],
  prepare: (params): EditedFile => ({
    ...params,
    create: false,
    mayMiss: false,
    edit: (before) => editMatches(before, { ...params, after: params.after, before: params.before }),
  }),
  asks: editQuestions,
  plan: planEdit,
  result: (_file, output) => editResult(output),
  failure: editFailure,
})
