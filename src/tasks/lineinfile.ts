import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { defineTask } from '../task.ts'
import { attributeParams, unsupportedAttributes } from './attributes.ts'
import { type EditedFile, editFailure, editQuestions, editResult, planEdit } from './edited-file.ts'
import { editLine } from './lineinfile-edit.ts'
import { bool, oneOf, path, text } from './params.ts'
import { pattern } from './regex-param.ts'
import { validate } from './validate.ts'

export default defineTask({
  name: 'lineinfile',
  aliases: ['ansible.builtin.lineinfile', 'ansible.legacy.lineinfile'],
  summary: 'See to it that a line is in a file, or is not.',
  kind: () => 'state',
  params: z.strictObject({
    path: path.describe('Path of the file on the host.'),
    line: text.optional().describe('The line. With backrefs it may hold groups of regexp: \\1.'),
    regexp: pattern
      .optional()
      .describe('The line that is replaced: the last one in which this Python regular expression is found.'),
    search_string: text.optional().describe('The same as plain text.'),
    state: oneOf(['present', 'absent']).default('present').describe('Whether the line is to be there.'),
    insertafter: pattern
      .optional()
      .describe('Where a new line goes: behind the last line with this expression, EOF, or BOF. EOF.'),
    insertbefore: pattern.optional().describe('Or before the last line with this expression, or BOF.'),
    backrefs: bool
      .default(false)
      .describe('Fill groups of regexp into the line; where regexp is not found nothing is done.'),
    firstmatch: bool.default(false).describe('Take the first line that matches instead of the last.'),
    create: bool.default(false).describe('Make the file where there is none.'),
    backup: bool.default(false).describe('Keep the old file beside the new one, with the time in its name.'),
    ...attributeParams,
    validate,
  }),
  paramAliases: { dest: 'path', destfile: 'path', name: 'path', regex: 'regexp', value: 'line' },
  unsupported: unsupportedAttributes,
  example: `
- name: Let keepalived read its options
  lineinfile:
    path: /etc/sysconfig/keepalived
    regexp: '^KEEPALIVED_OPTIONS='
    line: KEEPALIVED_OPTIONS="-D"
`,
  returns: { found: 'how many lines were removed', backup: 'where the old file is kept' },
  prepare(params): EditedFile {
    const { line, regexp, search_string, state, insertafter, insertbefore } = params
    const given = { line, regexp, search_string }
    if (state === 'present' && line === undefined) refuse('line is required with state=present')
    if (state === 'absent' && Object.values(given).every((value) => value === undefined))
      refuse('one of line, search_string and regexp is required with state=absent')
    if (params.backrefs && regexp === undefined) refuse('regexp is required with backrefs')
    if (regexp !== undefined && search_string !== undefined)
      refuse('regexp and search_string exclude each other')
    if (insertafter !== undefined && insertbefore !== undefined)
      refuse('insertafter and insertbefore exclude each other')
    return {
      ...params,
      mayMiss: state === 'absent',
      create: params.create && state === 'present',
      edit: (before) =>
        editLine(before, {
          ...given,
          state,
          insertafter,
          insertbefore,
          backrefs: params.backrefs,
          firstmatch: params.firstmatch,
        }),
    }
  },
  asks: editQuestions,
  plan: planEdit,
  result: (_file, output) => editResult(output),
  failure: editFailure,
})

function refuse(message: string): never {
  throw new HakubeError(`lineinfile: ${message}`, { code: 'wrong-parameter' })
}
