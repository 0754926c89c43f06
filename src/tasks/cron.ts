import * as z from 'zod'
import type { Answer } from '../connect/connection.ts'
import { defineTask, type Plan, type Result } from '../task.ts'
import { joinPath } from '../world/path-names.ts'
import type { WorldQuestion } from '../world/world.ts'
import type { CronEdit } from './cron-edit.ts'
import { contentOf, crontabAsk, type CronWish, planCronFile, planCrontab } from './cron-plan.ts'
import { editing } from './edited-file.ts'
import { fileFailure, fileQuestions } from './file-content.ts'
import { wrong } from './package-params.ts'
import { bool, name, oneOf, text } from './params.ts'

const SPECIAL = ['reboot', 'yearly', 'annually', 'monthly', 'weekly', 'daily', 'hourly'] as const
const FIELDS = ['minute', 'hour', 'day', 'month', 'weekday'] as const

const field = (what: string) => text.default('*').describe(what)

const params = z.strictObject({
  name: name.describe('Names the job in a comment above it, or the variable with env.'),
  state: oneOf(['present', 'absent']).default('present').describe('Whether it is to be there.'),
  job: text.optional().describe('The command, or the value of the variable.'),
  minute: field('0 to 59, *, */2, lists and ranges.'),
  hour: field('0 to 23.'),
  day: field('Of the month, 1 to 31.'),
  month: field('1 to 12, or jan to dec.'),
  weekday: field('0 (Sunday) to 6, or sun to sat.'),
  special_time: oneOf(SPECIAL).optional().describe('Instead of the five: at boot, or every such period.'),
  user: name
    .optional()
    .describe('Whose crontab; with cron_file who runs the job. Default: who runs the task.'),
  cron_file: name.optional().describe('A file in /etc/cron.d, or an absolute path, instead of a crontab.'),
  disabled: bool.default(false).describe('Have the job there as a comment.'),
  env: bool.default(false).describe('It is about a variable: name="job".'),
  insertafter: name.optional().describe('A new variable comes after this one; takes env.'),
  insertbefore: name.optional().describe('A new variable comes before this one; takes env.'),
  backup: bool.default(false).describe('Keep the old jobs in a file in /tmp.'),
})

export default defineTask({
  name: 'cron',
  aliases: ['ansible.builtin.cron', 'ansible.legacy.cron'],
  summary: "A job or a variable in a user's crontab or in a file of /etc/cron.d.",
  kind: () => 'state',
  params,
  paramAliases: { value: 'job', dom: 'day', dow: 'weekday' },
  example: `
- name: Renew certificates at night
  cron:
    name: renew certificates
    hour: 3
    minute: 17
    job: /usr/local/sbin/renew
`,
  returns: {
    jobs: 'Names of the jobs afterwards.',
    envs: 'Names of the variables afterwards.',
    cron_file: 'As asked for.',
    backup_file: 'Where the old jobs are kept.',
  },
  notes: ['A file of /etc/cron.d in which nothing is left is removed.'],
  prepare,
  asks: (wish): WorldQuestion[] =>
    wish.file === undefined
      ? [
          { kind: 'script', ask: crontabAsk(wish.user) },
          ...(wish.user === undefined ? [] : [{ kind: 'user', ask: { name: wish.user } } as const]),
        ]
      : [
          { kind: 'path', ask: { path: wish.file, follow: true, contentUnless: '' } },
          ...fileQuestions(contentOf(wish.file, Buffer.alloc(0))),
        ],
  plan: (wish, world): Plan =>
    editing(() =>
      wish.file === undefined ? planCrontab(wish, world) : planCronFile(wish, wish.file, world),
    ),
  result(_wish, output): Result {
    const kept = /^hk_backup=(.+)$/m.exec(output.stdout.toString())?.[1]
    return kept === undefined ? {} : { backup_file: kept }
  },
  failure: (wish, output) => (wish.file === undefined ? refusal(output) : fileFailure(wish.file, output)),
})

function prepare(given: z.output<typeof params>): CronWish {
  const { name, state, job, env, user, cron_file, insertafter, insertbefore } = given
  const present = state === 'present'
  const refuse = (message: string, hint?: string): never => {
    throw wrong(`cron: ${message}`, hint)
  }
  const times = FIELDS.map((field) => given[field])
  if (given.special_time !== undefined && times.some((time) => time !== '*'))
    refuse('special_time goes without minute, hour, day, month and weekday')
  if (cron_file === '/etc/crontab')
    refuse('/etc/crontab is not changed', 'leave cron_file out, or name a file of /etc/cron.d')
  if (present && cron_file !== undefined && user === undefined) refuse('cron_file needs user', 'add user:')
  if (present && job === undefined) refuse(`${name} needs a job`, 'add job:')
  if (insertafter !== undefined && insertbefore !== undefined)
    refuse('insertafter and insertbefore exclude each other')
  if (present && (insertafter ?? insertbefore) !== undefined && !env)
    refuse('insertafter and insertbefore need env: yes')
  if (env && name.includes(' ')) refuse(`${JSON.stringify(name)} is not the name of a variable`)
  const command = (job ?? '').replace(/^[\r\n]+|[\r\n]+$/g, '')
  if (present && /[\r\n]/.test(command)) refuse('a job is one line', 'put it into a script')
  const when = given.special_time === undefined ? times.join(' ') : `@${given.special_time}`
  const who = cron_file === undefined ? '' : `${user} `
  const edit: CronEdit = env
    ? { what: 'env', name, value: present ? job : undefined, after: insertafter, before: insertbefore }
    : {
        what: 'job',
        name,
        line: present ? `${given.disabled ? '#' : ''}${when} ${who}${command}` : undefined,
      }
  const file =
    cron_file === undefined || cron_file.startsWith('/') ? cron_file : joinPath('/etc/cron.d', cron_file)
  return { edit, file, cronFile: cron_file, user, backup: given.backup }
}

/** crontab says the cause before the last line, which only says that nothing was done. */
function refusal(output: Answer): string {
  const said = output.stderr.toString('utf8').trim().split('\n')
  return said.find((line) => /bad |error|not allowed|must/i.test(line)) ?? said.at(-1) ?? ''
}
