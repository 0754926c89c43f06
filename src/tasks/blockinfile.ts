import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { defineTask } from '../task.ts'
import { attributeParams, unsupportedAttributes } from './attributes.ts'
import { editBlock } from './blockinfile-edit.ts'
import { type EditedFile, editFailure, editQuestions, editResult, planEdit } from './edited-file.ts'
import { bool, oneOf, path, text } from './params.ts'
import { pattern } from './regex-param.ts'
import { validate } from './validate.ts'

export default defineTask({
  name: 'blockinfile',
  aliases: ['ansible.builtin.blockinfile', 'ansible.legacy.blockinfile'],
  summary: 'See to it that a block of lines stands in a file, between two marker lines.',
  kind: () => 'state',
  params: z.strictObject({
    path: path.describe('Path of the file on the host.'),
    block: text.default('').describe('The lines. Without any, the block is removed.'),
    state: oneOf(['present', 'absent']).default('present').describe('Whether the block is to be there.'),
    marker: text
      .default('# {mark} ANSIBLE MANAGED BLOCK')
      .describe('The line before and after the block; {mark} becomes marker_begin and marker_end.'),
    marker_begin: text.default('BEGIN').describe('What {mark} is before the block.'),
    marker_end: text.default('END').describe('What {mark} is after the block.'),
    insertafter: pattern
      .optional()
      .describe('Where a new block goes: behind the last line with this expression, or EOF. EOF.'),
    insertbefore: pattern.optional().describe('Or before the last line with this expression, or BOF.'),
    append_newline: bool
      .default(false)
      .describe('Have a blank line behind the block, unless the file ends there.'),
    prepend_newline: bool
      .default(false)
      .describe('Have a blank line before the block, unless the file begins there.'),
    create: bool.default(false).describe('Make the file where there is none.'),
    backup: bool.default(false).describe('Keep the old file beside the new one, with the time in its name.'),
    ...attributeParams,
    validate,
  }),
  paramAliases: { dest: 'path', destfile: 'path', name: 'path', content: 'block' },
  unsupported: unsupportedAttributes,
  example: `
- name: Name the endpoint
  blockinfile:
    path: /etc/hosts
    marker: "# {mark} endpoint"
    block: 10.0.0.10 api.example.org
`,
  prepare(params): EditedFile {
    const { state, insertafter, insertbefore } = params
    if (insertafter !== undefined && insertbefore !== undefined) {
      throw new HakubeError('blockinfile: insertafter and insertbefore exclude each other', {
        code: 'wrong-parameter',
      })
    }
    return {
      ...params,
      mayMiss: state === 'absent',
      create: params.create && state === 'present',
      edit: (before) => editBlock(before, { ...params, insertafter, insertbefore }),
    }
  },
  asks: editQuestions,
  plan: planEdit,
  result: (_file, output) => editResult(output),
  failure: editFailure,
})
