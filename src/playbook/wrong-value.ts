import type * as z from 'zod'
import { didYouMean } from '../suggest.ts'
import { valueFor } from './misplaced.ts'

/** What is wrong with a parameter's value, and what is meant by it where it is none of the choices. */
export function wrongValue(
  value: unknown,
  { issues }: z.ZodError,
): { message: string; hint: string | undefined } {
  const choices = issues.flatMap(choicesOf)
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  if (choices.length > 0) {
    return {
      message: `${JSON.stringify(value)} is none of ${choices.join(', ')}`,
      hint: valueFor(text, choices) ?? didYouMean(text, choices) ?? ownWords(issues),
    }
  }
  const all = new Set(issues.flatMap(kindsOf))
  // Where text is taken, numbers and truth values only are ways to write it.
  const kinds = [...all].filter((kind) => !all.has('text') || !PLAIN.has(kind))
  const own = issues[0]?.message ?? 'wrong value'
  if (kinds.length === 0 || !own.startsWith('Invalid input')) return { message: own, hint: undefined }
  return {
    message: `must be ${kinds.join(' or ')}, this is ${kindOf(value)}`,
    hint: Array.isArray(value) && !kinds.includes('a list') ? 'use loop: for several' : undefined,
  }
}

/** What the module itself says of it. */
function ownWords(issues: readonly z.core.$ZodIssue[]): string | undefined {
  const message = issues[0]?.message
  return message?.startsWith('Invalid ') === true ? undefined : message
}

function choicesOf(issue: z.core.$ZodIssue): string[] {
  return issue.code === 'invalid_value' ? issue.values.map(String) : []
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a number',
  boolean: 'yes or no',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  null: 'nothing',
}

const PLAIN = new Set(['a number', 'yes or no', 'nothing'])

/** The kinds of values that would have been taken, where that is what is wrong. */
function kindsOf(issue: z.core.$ZodIssue): string[] {
  // What is wrong within a list or mapping is not told by the kinds that it could have had.
  if (issue.code === 'invalid_union') return issue.errors.flat().filter(isWhole).flatMap(kindsOf)
  const kind = issue.code === 'invalid_type' ? KINDS[issue.expected] : undefined
  return kind === undefined ? [] : [kind]
}

function isWhole(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value === 'string') return 'text'
  return typeof value === 'boolean' ? 'yes or no' : 'a number'
}
