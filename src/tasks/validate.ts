import * as z from 'zod'
import { ShlexError, shellWords } from '../inventory/shlex.ts'
import type { Validator } from '../shell/write-file.ts'
import { text } from './params.ts'

/** The command that has to accept a file before it replaces the old one. */
export const validate = text
  .transform((command, context): Validator => {
    try {
      return parseValidator(command)
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
      return z.NEVER
    }
  })
  .optional()
  .describe(
    'Command that checks the new file before it replaces the old one; %s stands for its path. It is not run by a shell.',
  )

/**
 * Validators that can end with 0 without having checked anything, and what they say then: keepalived 2.2 does so
 * for a file with an execute bit and for one that it cannot open.
 */
const LENIENT: Readonly<Record<string, string>> = { keepalived: 'skipping' }

/** Splits the command into words as a shell would, but without expanding anything. Throws TypeError. */
export function parseValidator(command: string): Validator {
  if (!command.includes('%s')) throw new TypeError('validate must contain %s, which stands for the new file')
  const words = splitWords(command).map(unescapePercent)
  const program = words[0]?.split('/').at(-1) ?? ''
  const refuseOutput = LENIENT[program]
  return { words, ...(refuseOutput !== undefined && { refuseOutput }) }
}

/** %% is a percent sign, as in Ansible. */
function unescapePercent(word: string): string {
  if (/%(?!s)/.test(word.replaceAll('%%', '')) || word.includes('%%s')) {
    throw new TypeError(`in validate, write %% for a percent sign: ${word}`)
  }
  return word.replaceAll('%%', '%')
}

/** The words of the command, quoted as for a shell. */
function splitWords(command: string): string[] {
  try {
    return shellWords(command)
  } catch (error) {
    if (error instanceof ShlexError) throw new TypeError(`${error.message}: ${command}`, { cause: error })
    throw error
  }
}
