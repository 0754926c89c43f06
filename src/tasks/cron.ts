import * as z from 'zod'
import type { Answer } from '../connect/connection.ts'
import { lines, nothing, Script, sh } from '../shell/sh.ts'
import { defineTask, type Plan, type Result } from '../task.ts'
import { pathGone } from '../world/path-effects.ts'
import { joinPath } from '../world/path-names.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { Unknown } from '../world/kind.ts'
import { effect, effectOnAll, type World, type WorldQuestion } from '../world/world.ts'
import { type CronEdit, editCrontab, listCrontab } from './cron-edit.ts'
import { type FileContent, fileFailure, fileQuestions, planFile } from './file-content.ts'
import { wrong } from './package-params.ts'
import { bool, name, oneOf, text } from './params.ts'

const SPECIAL = ['reboot', 'yearly', 'annually', 'monthly', 'weekly', 'daily', 'hourly'] as const
const FIELDS = ['minute', 'hour', 'day', 'month', 'weekday'] as const

interface Wish {
  edit: CronEdit
  /** Absolute path of a file of cron.d; undefined: the crontab of a user. */
  file: string | undefined
  /** As given, for the result. */
  cronFile: string | undefined
  user: string | undefined
  backup: boolean
}

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
      ? [{ kind: 'script', ask: crontabAsk(wish.user) }]
      : [
          { kind: 'path', ask: { path: wish.file, follow: true, contentUnless: '' } },
          ...fileQuestions(contentOf(wish.file, '')),
        ],
  plan: (wish, world): Plan =>
    wish.file === undefined ? planCrontab(wish, world) : planCronFile(wish, wish.file, world),
  result(_wish, output): Result {
    const kept = /^hk_backup=(.+)$/m.exec(output.stdout.toString())?.[1]
    return kept === undefined ? {} : { backup_file: kept }
  },
  failure: (wish, output) => (wish.file === undefined ? refusal(output) : fileFailure(wish.file, output)),
})

function prepare(given: z.output<typeof params>): Wish {
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

/** Prints the crontab after a line that says whose it is and whether there is a crontab program. */
function crontabAsk(user: string | undefined): ScriptAsk {
  return {
    id: `crontab ${user ?? '(own)'}`,
    text: lines(
      sh`exec 2>/dev/null; user=${user ?? ''}`,
      new Script(`PATH=$PATH:/usr/sbin
if ! command -v crontab >/dev/null; then echo 'no crontab'
elif [ -n "$user" ] && ! id -u "$user" >/dev/null; then echo 'no user'
else
  echo known
  if [ -z "$user" ] || [ "$user" = "$(id -un)" ]; then crontab -l; else crontab -u "$user" -l; fi
fi
:`),
    ),
  }
}

function planCrontab(wish: Wish, world: World): Plan {
  const ask = crontabAsk(wish.user)
  const said = world.get('script', ask).stdout.toString('utf8')
  const [head = ''] = said.split('\n')
  if (head === 'no crontab')
    return {
      status: 'fail',
      message: 'this host has no crontab',
      hint: 'install cron (Debian) or cronie (EL)',
    }
  if (head === 'no user')
    return {
      status: 'fail',
      message: `there is no user ${wish.user}`,
      hint: 'make it before, with a user task',
    }
  const before = withoutHeader(said.slice(head.length + 1))
  const edited = edit(wish, before)
  if (edited.status !== 'change') return edited.plan
  const { text, result } = edited
  const subject = wish.user === undefined ? 'crontab' : `crontab of ${wish.user}`
  return {
    status: 'change',
    summary: summaryOf(wish),
    diff: [{ type: 'text', path: subject, before, after: text }],
    apply: lines(
      backup(wish, before),
      sh`user=${wish.user ?? ''}`,
      new Script(`[ -z "$user" ] || [ "$user" = "$(id -un)" ] || set -- -u "$user"`),
      sh`printf %s ${text} | PATH=$PATH:/usr/sbin crontab "$@" - || exit 1`,
    ),
    effects: [
      effect('script', ask.id, () => ({
        code: 0,
        stdout: Buffer.from(`known\n${text}`),
        stderr: Buffer.alloc(0),
      })),
      spool(),
    ],
    result,
  }
}

/** Where crontab keeps them, under a header of its own. */
function spool() {
  const why = new Unknown('crontab writes there')
  return effectOnAll('path', (before, key) => (key.startsWith('/var/spool/cron/') ? why : before))
}

/** Three lines at most, which old versions of crontab print, too. */
function withoutHeader(text: string): string {
  const lines = text.split('\n')
  const own =
    /^# (?:DO NOT EDIT THIS FILE - edit the master and reinstall\.|\(\/tmp\/.*installed on.*\)|\(.*version.*\))/
  return lines.filter((line, at) => at > 2 || !own.test(line)).join('\n')
}

function planCronFile(wish: Wish, file: string, world: World): Plan {
  const reply = world.get('path', { path: file, follow: true })
  const before = reply.exists ? (reply.content?.toString('utf8') ?? '') : ''
  const edited = edit(wish, before)
  if (edited.status !== 'change') return edited.plan
  const { text, result } = edited
  if (text === '' && wish.edit.what === 'job')
    return {
      status: 'change',
      summary: `remove ${file}`,
      diff: [{ type: 'text', path: file, before, after: '' }],
      apply: lines(backup(wish, before), sh`rm -f ${file} || exit 1`),
      effects: [pathGone(file)],
      result,
    }
  const plan = planFile(contentOf(file, text, reply.exists), world)
  if (plan.status !== 'change') return plan
  return { ...plan, summary: summaryOf(wish), apply: lines(backup(wish, before), plan.apply), result }
}

function edit(
  wish: Wish,
  before: string,
): { status: 'done'; plan: Plan } | { status: 'change'; text: string; result: Result } {
  const more = wish.cronFile === undefined ? {} : { cron_file: wish.cronFile }
  try {
    const text = editCrontab(before, wish.edit)
    if (text !== undefined) return { status: 'change', text, result: { ...listCrontab(text), ...more } }
    const { what, name } = wish.edit
    const gone = what === 'job' ? wish.edit.line === undefined : wish.edit.value === undefined
    const reason = `${what === 'job' ? 'job' : 'variable'} ${name} is ${gone ? 'not ' : ''}there`
    return { status: 'done', plan: { status: 'ok', reason, result: { ...listCrontab(before), ...more } } }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return { status: 'done', plan: { status: 'fail', message: error.message } }
  }
}

function summaryOf({ edit, file, user }: Wish): string {
  const gone = edit.what === 'job' ? edit.line === undefined : edit.value === undefined
  const place = file ?? (user === undefined ? 'the crontab' : `the crontab of ${user}`)
  return gone ? `remove ${edit.name} from ${place}` : `set ${edit.name} in ${place}`
}

function backup(wish: Wish, before: string): Script {
  if (!wish.backup) return nothing
  return sh`kept=$(mktemp /tmp/crontabXXXXXX) && printf %s ${before} >"$kept" && echo "hk_backup=$kept" || exit 1`
}

/** crontab says the cause before the last line, which only says that nothing was done. */
function refusal(output: Answer): string {
  const said = output.stderr.toString('utf8').trim().split('\n')
  return said.find((line) => /bad |error|not allowed|must/i.test(line)) ?? said.at(-1) ?? ''
}

function contentOf(dest: string, content: string, exists = true): FileContent {
  return {
    dest,
    name: undefined,
    source: undefined,
    content: Buffer.from(content),
    force: true,
    follow: true,
    backup: false,
    ...(exists ? {} : { mode: { octal: 0o644 } }),
  }
}
