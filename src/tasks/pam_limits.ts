import * as z from 'zod'
import { defineTask } from '../task.ts'
import { type EditedFile, editFailure, editQuestions, editResult, planEdit } from './edited-file.ts'
import { wrong } from './package-params.ts'
import { editLimit, valueProblem } from './pam_limits-edit.ts'
import { bool, name, oneOf, path, text } from './params.ts'

const TYPES = ['hard', 'soft', '-'] as const

const ITEMS = [
  'core',
  'data',
  'fsize',
  'memlock',
  'nofile',
  'rss',
  'stack',
  'cpu',
  'nproc',
  'as',
  'maxlogins',
  'maxsyslogins',
  'priority',
  'locks',
  'sigpending',
  'msgqueue',
  'nice',
  'rtprio',
  'chroot',
] as const

export default defineTask({
  name: 'pam_limits',
  aliases: ['community.general.pam_limits', 'community.general.system.pam_limits'],
  summary: 'Set a limit of the sessions that PAM opens, in limits.conf.',
  kind: () => 'state',
  params: z.strictObject({
    domain: name.describe('Whose: a user, @group, * or a range of IDs.'),
    limit_type: oneOf(TYPES).describe('What the limit is: - means both.'),
    limit_item: oneOf(ITEMS).describe('What is limited.'),
    value: text.describe(
      'A number, or unlimited, infinity or -1. Of nice and priority: a number from -20 to 19.',
    ),
    use_max: bool.default(false).describe('Keep a value of the file that is larger.'),
    use_min: bool.default(false).describe('Keep a value of the file that is smaller.'),
    backup: bool.default(false).describe('Keep the old file beside the new one, with the time in its name.'),
    dest: path
      .default('/etc/security/limits.conf')
      .describe('The file. It is made where there is none, in a directory that is there.'),
    comment: text.default('').describe('Stands behind the limit when the line is written.'),
  }),
  example: `
- name: Let haproxy have many connections
  pam_limits:
    domain: haproxy
    limit_type: "-"
    limit_item: nofile
    value: 1048576
`,
  returns: { msg: 'the line of the limit', backup_file: 'where the old file is kept' },
  notes: [
    'Sessions that are open keep their limits, and services of systemd have their own (LimitNOFILE=).',
    'As with Ansible: a line that is written without a comment takes over the first comment behind a limit above it, and an empty line with that; a line whose value is right keeps its comment.',
    'Where the last line of the file has no end, it gets one; Ansible writes on behind it.',
    'A backup is made only where the file is changed; Ansible makes one each time, in check mode too.',
    'The file behind a link is changed; Ansible replaces the link.',
  ],
  prepare(params): EditedFile {
    const { domain, limit_type: type, limit_item: item, value, use_max, use_min, comment } = params
    if (use_max && use_min) throw wrong('pam_limits: use_max and use_min exclude each other')
    const problem = valueProblem(item, value)
    if (problem !== undefined) throw wrong(`pam_limits: ${problem}`)
    const keep = use_max ? 'max' : use_min ? 'min' : undefined
    return {
      path: params.dest,
      create: true,
      makeParents: false,
      mayMiss: false,
      backup: params.backup,
      edit: (before) => editLimit(before, { domain, type, item, value, keep, comment }),
    }
  },
  asks: editQuestions,
  plan: planEdit,
  result: (_file, output) => editResult(output),
  failure: editFailure,
})
