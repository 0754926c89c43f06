import * as z from 'zod'
import { defineTask } from '../task.ts'
import { attributeParams, unsupportedAttributes } from './attributes.ts'
import { type EditedFile, editFailure, editQuestions, editResult, planEdit } from './edited-file.ts'
import { editIni } from './ini-edit.ts'
import { wrong } from './package-params.ts'
import { bool, oneOf, path, text } from './params.ts'

export default defineTask({
  name: 'ini_file',
  aliases: ['community.general.ini_file', 'community.general.files.ini_file'],
  summary: 'See to it that an option is in a section of an INI file, or is not.',
  kind: () => 'state',
  params: z.strictObject({
    path: path.describe('Path of the file on the host.'),
    section: text.optional().describe('The section; without it, what is before the first one.'),
    option: text.optional().describe('The option; without it, the section itself.'),
    value: text.optional().describe('Its value.'),
    values: z
      .union([z.array(text), text.transform((one) => one.split(',').map((part) => part.trim()))])
      .optional()
      .describe('Its values, a line each.'),
    state: oneOf(['present', 'absent']).default('present').describe('Whether it is to be there.'),
    exclusive: bool
      .default(true)
      .describe(
        'present: no other values. absent: whatever the value is; with no, only lines with these values.',
      ),
    no_extra_spaces: bool.default(false).describe('Write no blanks around =.'),
    allow_no_value: bool.default(false).describe('The option may stand alone, without = and value.'),
    create: bool.default(true).describe('Make the file where there is none, and the directories above it.'),
    backup: bool.default(false).describe('Keep the old file beside the new one, with the time in its name.'),
    ...attributeParams,
  }),
  paramAliases: { dest: 'path' },
  unsupported: unsupportedAttributes,
  example: `
- name: Let crictl find the container runtime
  ini_file:
    path: /etc/crictl.ini
    section: runtime
    option: endpoint
    value: unix:///run/containerd/containerd.sock
    mode: "0644"
`,
  returns: { msg: 'what was done', path: 'the file', backup_file: 'where the old file is kept' },
  notes: [
    'As with Ansible: a commented line of the option is taken for it, and a new file begins with an empty line.',
    'The file behind a link is changed; Ansible replaces the link.',
  ],
  prepare(params): EditedFile {
    const { section = '', option, value, values, state } = params
    if (value !== undefined && values !== undefined)
      throw wrong('ini_file: value and values exclude each other')
    if (state === 'absent' && section === '' && !option)
      throw wrong('ini_file: section or option is required with state=absent')
    const all = value === undefined ? (values ?? []) : [value]
    if (state === 'present' && !params.allow_no_value && value === undefined && all.length === 0) {
      throw wrong(
        'ini_file: value(s) must be given with state=present',
        'or write allow_no_value: true for an option that stands alone',
      )
    }
    return {
      ...params,
      mayMiss: state === 'absent' && params.create,
      create: params.create && state === 'present',
      edit: (before) =>
        editIni(before, {
          state,
          section,
          option: option === '' ? undefined : option,
          values: all,
          exclusive: params.exclusive,
          noExtraSpaces: params.no_extra_spaces,
          allowNoValue: params.allow_no_value,
        }),
    }
  },
  asks: editQuestions,
  plan: planEdit,
  result: (_file, output) => editResult(output),
  failure: editFailure,
})
