import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { sh } from '../shell/sh.ts'
import { defineTask } from '../task.ts'
import { readRun, runParams, runUnsupported, shorten } from './command.ts'
import { path, text } from './params.ts'
import { type Run, asksOfRun, failureOfRun, planRun, resultOfRun } from './run-command.ts'

export default defineTask({
  name: 'shell',
  aliases: ['ansible.builtin.shell', 'ansible.legacy.shell'],
  summary: 'Run a command line through a shell.',
  kind: () => 'action',
  params: z.strictObject({
    cmd: text.optional().describe('The command line, with pipes, globs and all that the shell knows.'),
    executable: path.default('/bin/sh').describe('The shell that runs it.'),
    ...runParams,
  }),
  unsupported: {
    ...runUnsupported,
    argv: 'it belongs to the module command; a shell takes one text',
  },
  beyond: true,
  freeForm: 'cmd',
  example: `- name: Count the open files
  shell: ls /proc/*/fd 2>/dev/null | wc -l
  register: open_files
  changed_when: false
`,
  prepare(params): Run {
    const cmd = params.cmd ?? ''
    if (cmd.trim() === '') throw new HakubeError('shell: no command given', { code: 'wrong-parameter' })
    return {
      ...readRun(params),
      program: sh`exec ${params.executable} -c ${cmd}`,
      cmd,
      shown: shorten(cmd),
    }
  },
  asks: asksOfRun,
  plan: planRun,
  result: resultOfRun,
  failure: failureOfRun,
})
