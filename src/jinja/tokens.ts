import type { Float } from '../value.ts'
import { Mistake } from './mistakes.ts'

export type TokenType =
  | 'data'
  | 'variable-begin'
  | 'variable-end'
  | 'block-begin'
  | 'block-end'
  | 'name'
  | 'string'
  | 'number'
  | 'operator'
  | 'end'

export interface Token {
  type: TokenType
  /** The name, operator, data, or the value of a string. */
  text: string
  at: number
  value?: number | bigint | Float
}

export interface Delimiters {
  variable: readonly [string, string]
  block: readonly [string, string]
  comment: readonly [string, string]
}

export interface LexerOptions {
  trimBlocks: boolean
  lstripBlocks: boolean
  keepTrailingNewline: boolean
  /** Backslashes in strings of `{{ }}` are ordinary characters, as Ansible has it in playbook values. */
  doubleBackslashes: boolean
  delimiters: Delimiters
  /** What a line ends with in the result; \n without it. */
  newline?: string
}

export const DEFAULT_DELIMITERS: Delimiters = {
  variable: ['{{', '}}'],
  block: ['{%', '%}'],
  comment: ['{#', '#}'],
}

/** A mistake in how a template is written. */
export function syntax(message: string, at: number, hint?: string): Mistake {
  return new Mistake(message, { code: 'template-syntax', at, hint })
}
