import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { ShlexError, shellWords } from '../inventory/shlex.ts'
import { sh } from '../shell/sh.ts'
import { defineTask } from '../task.ts'
import { expandedWord } from './command-words.ts'
import { anyPath, bool, path, text } from './params.ts'
import { readPattern } from './path-pattern.ts'
import { type Run, asksOfRun, failureOfRun, planRun, resultOfRun } from './run-command.ts'

/** Parameters that command and shell share. */
export const runParams = {
  chdir: path.optional().describe('Directory to run in.'),
  creates: anyPath
    .optional()
    .describe(
      'Path or shell pattern; where something is there, the command is not run. Relative to `chdir`.',
    ),
  removes: anyPath
    .optional()
    .describe('Path or shell pattern; where nothing is there, the command is not run. Relative to `chdir`.'),
  stdin: text.optional().describe("Text for the command's standard input. Without it, the input is empty."),
  stdin_add_newline: bool.default(true).describe('End `stdin` with a line end.'),
  strip_empty_ends: bool.default(true).describe('Take line ends off the end of stdout and stderr.'),
}

export const runUnsupported = {
  warn: 'it was removed in Ansible 2.14; delete it',
}

type RunParams = z.output<z.ZodObject<typeof runParams>>

/** The part of a Run that command and shell read alike. */
export function readRun(params: RunParams): Omit<Run, 'program' | 'cmd' | 'shown'> {
  return {
    chdir: params.chdir,
    creates: readPattern('creates', params.creates, params.chdir),
    removes: readPattern('removes', params.removes, params.chdir),
    stdin: params.stdin === undefined ? undefined : params.stdin + (params.stdin_add_newline ? '\n' : ''),
    stripEmptyEnds: params.strip_empty_ends,
  }
}

/** A command for messages: its first line, not all too long. */
export function shorten(command: string): string {
  const [first = ''] = command.trim().split('\n')
  return first.length > 80 || first.length < command.trim().length ? `${first.slice(0, 79)}…` : first
}

export default defineTask({
  name: 'command',
  aliases: ['ansible.builtin.command', 'ansible.legacy.command'],
  summary: 'Run a program, without a shell.',
  kind: () => 'action',
  params: z.strictObject({
    cmd: text
      .optional()
      .describe('The command line. Quotes group words as in a shell; pipes, globs and ; are plain text.'),
    argv: z.array(text).optional().describe('The program and its arguments as a list, instead of `cmd`.'),
    expand_argument_vars: bool
      .default(true)
      .describe(
        "Replace $NAME and a leading ~ in the words by the host's environment; what is not set stays as it is.",
      ),
    ...runParams,
  }),
  unsupported: {
    ...runUnsupported,
    executable: 'command runs no shell; use the module shell with executable',
  },
  beyond: true,
  freeForm: 'cmd',
  example: `- name: Create a database
  command: /usr/bin/make_database.sh db_user db_name
  args:
    creates: /path/to/database
`,
  prepare(params): Run {
    const words = readWords(params.cmd, params.argv)
    const quoted = words.map((word) => (params.expand_argument_vars ? expandedWord(word) : word))
    return {
      ...readRun(params),
      program: sh`exec ${quoted}`,
      cmd: words,
      shown: shorten(words.join(' ')),
    }
  },
  asks: asksOfRun,
  plan: planRun,
  result: resultOfRun,
  failure: failureOfRun,
})

function readWords(cmd: string | undefined, argv: string[] | undefined): string[] {
  if (cmd !== undefined && cmd.trim() !== '' && argv) throw wrong('only cmd or argv can be given, not both')
  try {
    const words = argv ?? shellWords(cmd ?? '')
    if (words.length > 0) return words
  } catch (error) {
    if (error instanceof ShlexError) throw wrong(`cmd: ${error.message}: ${shorten(cmd ?? '')}`)
    throw error
  }
  throw wrong('no command given')
}

function wrong(message: string): HakubeError {
  return new HakubeError(`command: ${message}`, { code: 'wrong-parameter' })
}
