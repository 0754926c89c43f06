import { z } from 'zod'
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

/** Words with quotes and backslashes taken off, by POSIX rules. Throws TypeError for a quote that stays open. */
export function splitWords(command: string): string[] {
  const words: string[] = []
  let rest = command
  let word: string | undefined
  while (rest !== '') {
    const piece = PIECE.exec(rest)
    if (!piece?.groups) throw new TypeError(`a quote is not closed: ${command}`)
    const { blank, single, double, escaped, plain } = piece.groups
    rest = rest.slice(piece[0].length)
    if (blank !== undefined) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      word = (word ?? '') + (single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '')
    }
  }
  if (word !== undefined) words.push(word)
  return words
}

const PIECE =
  /^(?:(?<blank>\s+)|'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\[\s\S])*)"|\\(?<escaped>[\s\S])|(?<plain>[^\s'"\\]+))/
