import * as z from 'zod'
import { ShlexError, shellWords } from '../inventory/shlex.ts'
import { base64Of } from '../shell/base64.ts'
import { sh } from '../shell/sh.ts'
import { defineTask, type Plan } from '../task.ts'
import { shorten } from './command.ts'
import { wrong } from './package-params.ts'
import { anyPath, bool, path, text } from './params.ts'
import { readPattern } from './path-pattern.ts'
import { type Run, asksOfRun, failureOfRun, planRun, resultOfRun } from './run-command.ts'

export default defineTask({
  name: 'script',
  aliases: ['ansible.builtin.script', 'ansible.legacy.script'],
  summary: 'Run a script of the controller on the host.',
  kind: () => 'action',
  params: z.strictObject({
    cmd: text
      .optional()
      .describe('The script in files/ beside the playbook or in the role, and its arguments.'),
    chdir: path.optional().describe('Directory to run in.'),
    creates: anyPath.optional().describe('Path or pattern; where something is there, it is not run.'),
    removes: anyPath.optional().describe('Path or pattern; where nothing is there, it is not run.'),
    executable: text.optional().describe('Program that runs it, instead of that of its first line.'),
    decrypt: bool.default(true).describe('Decrypt a script that Ansible Vault encrypted.'),
  }),
  beyond: true,
  freeForm: 'cmd',
  example: `
- name: Prepare the disk
  script: prepare.sh --device /dev/sdb
  args:
    creates: /var/lib/prepared
`,
  returns: { rc: 'exit status', stdout: 'and stdout_lines', stderr: 'and stderr_lines' },
  notes: ['The arguments are read by a shell on the host. The script is a private file there while it runs.'],
  async prepare(params, controller): Promise<Run> {
    const { cmd = '', chdir, decrypt, executable } = params
    const [name, rest] = firstWord(cmd)
    const { content } = await controller.readFile(name, 'files', { decrypt })
    const started = executable === undefined ? '' : `${executable} `
    return {
      program: sh`
hk_script=$(mktemp) || exit 1
trap 'rm -f "$hk_script"' EXIT
trap 'exit 143' TERM INT HUP
{
${base64Of(content)}
} | base64 -d >"$hk_script" && chmod 0700 "$hk_script" || exit 1
/bin/sh -c ${`${started}"$0" ${rest}`} "$hk_script"
exit $?`,
      cmd,
      shown: `script ${shorten(cmd)}`.trim(),
      chdir,
      creates: readPattern('creates', params.creates, chdir),
      removes: readPattern('removes', params.removes, chdir),
      stdin: undefined,
      stripEmptyEnds: false,
    }
  },
  asks: asksOfRun,
  plan(run, world): Plan {
    const plan = planRun(run, world)
    return plan.status === 'ok' ? { ...plan, result: { ...plan.result, skipped: true } } : plan
  },
  result(run, output) {
    const { cmd: _cmd, ...result } = resultOfRun(run, output)
    return result
  },
  failure: failureOfRun,
})

/** The script's name, and the text behind it as it is. */
function firstWord(command: string): [string, string] {
  const text = command.trim()
  try {
    const [name] = shellWords(text)
    if (name === undefined || name === '') throw wrong('script: no script given')
    const match = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+/s.exec(text)
    return [name, text.slice(match?.[0].length ?? 0).trim()]
  } catch (error) {
    if (error instanceof ShlexError) throw wrong(`script: ${error.message}: ${shorten(command)}`)
    throw error
  }
}
