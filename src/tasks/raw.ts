import * as z from 'zod'
import { sh } from '../shell/sh.ts'
import { defineTask } from '../task.ts'
import { shorten } from './command.ts'
import { wrong } from './package-params.ts'
import { path, text } from './params.ts'
import { type Run, failureOfRun, planRun, resultOfRun } from './run-command.ts'

export default defineTask({
  name: 'raw',
  aliases: ['ansible.builtin.raw', 'ansible.legacy.raw'],
  summary: 'Run a command line as it is, as Ansible does on hosts without Python.',
  kind: () => 'action',
  params: z.strictObject({
    free_form: text.optional().describe('The command line. It is the text of the task itself: raw: uptime.'),
    executable: path.default('/bin/sh').describe('The shell that runs it.'),
  }),
  beyond: true,
  freeForm: 'free_form',
  example: `
- name: Install Python
  raw: dnf install -y python3
`,
  returns: { rc: 'exit status', stdout: 'and stdout_lines', stderr: 'and stderr_lines' },
  notes: ['Here it is the same as shell, with fewer parameters: no task needs Python on the host.'],
  prepare({ free_form: command = '', executable }): Run {
    if (command.trim() === '') throw wrong('raw: no command given')
    return {
      program: sh`exec ${executable} -c ${command}`,
      cmd: command,
      shown: shorten(command),
      chdir: undefined,
      creates: undefined,
      removes: undefined,
      stdin: undefined,
      stripEmptyEnds: false,
    }
  },
  asks: () => [],
  plan: planRun,
  result(run, output) {
    // Without the times: no module runs that could take them.
    const kept = ['rc', 'stdout', 'stderr', 'stdout_lines', 'stderr_lines', 'msg']
    return Object.fromEntries(
      Object.entries(resultOfRun(run, output)).filter(([name]) => kept.includes(name)),
    )
  },
  failure: failureOfRun,
})
