import * as z from 'zod'
import { type Mode, parseMode } from './mode.ts'

/**
 * The kinds of arguments that modules take. Values often arrive as text (from k=v arguments and templates), so
 * each piece accepts what Ansible's argument types accept and refuses the rest with a message that says how to
 * write it.
 */

const TRUE = new Set(['y', 'yes', 'on', '1', 'true', 't'])
const FALSE = new Set(['n', 'no', 'off', '0', 'false', 'f'])

/** A truth value: true/false, yes/no, on/off, 1/0, in any case. */
export const bool = z.union([z.boolean(), z.string(), z.number()]).transform((value, context) => {
  if (typeof value === 'boolean') return value
  const text = String(value).trim().toLowerCase()
  if (TRUE.has(text)) return true
  if (FALSE.has(text)) return false
  context.addIssue({ code: 'custom', message: `${show(value)} is not a truth value: write yes or no` })
  return z.NEVER
})

/** A whole number, as number or text. */
export const int = z.union([z.number(), z.string()]).transform((value, context) => {
  const number = typeof value === 'number' ? value : readInt(value)
  if (number !== undefined && Number.isSafeInteger(number)) return number
  const hint = /^\s*[+-]?\d+\.\d+\s*$/.test(String(value)) ? ': a template makes one with | int' : ''
  context.addIssue({ code: 'custom', message: `${show(value)} is not a whole number${hint}` })
  return z.NEVER
})

/** A number, as number or text. */
export const number = z.union([z.number(), z.string()]).transform((value, context) => {
  const read = typeof value === 'number' ? value : readNumber(value)
  if (read !== undefined && Number.isFinite(read)) return read
  context.addIssue({ code: 'custom', message: `${show(value)} is not a number` })
  return z.NEVER
})

/** Text. Numbers and truth values become text the way Python writes them. */
export const text = z.union([z.string(), z.number(), z.boolean()]).transform((value) => toText(value))

/** Text that is not empty. */
export const name = text.refine((value) => value !== '', 'must not be empty')

/** Several texts: a list, or one text with commas between them. */
export const texts = z
  .union([z.array(z.union([z.string(), z.number(), z.boolean()])), z.string(), z.number()])
  .transform((value) => {
    if (Array.isArray(value)) return value.map(toText)
    return typeof value === 'number' ? [String(value)] : value.split(',').map((part) => part.trim())
  })

/** The same, but blanks beside the commas stay, as most modules of Ansible have it: `a, b` are `a` and ` b`. */
export const rawTexts = z
  .union([z.array(z.union([z.string(), z.number(), z.boolean()])), z.string(), z.number()])
  .transform((value) => {
    if (Array.isArray(value)) return value.map(toText)
    return typeof value === 'number' ? [String(value)] : value.split(',')
  })

/**
 * A path on the host: absolute, because a relative one depends on the directory that a log-in starts in. A ~ or
 * variable at its beginning stands there only until the engine has filled it in (host-paths.ts), before the module
 * sees it.
 */
export const path = text.transform((value, context) => {
  const problem = pathProblem(value)
  if (problem === undefined) return value
  context.addIssue({ code: 'custom', message: problem })
  return z.NEVER
})

/** Several of them: a list, or one text with commas between them. */
export const paths = texts.transform((values, context) => {
  const problem = values.map(pathProblem).find((one) => one !== undefined)
  if (problem === undefined) return values
  context.addIssue({ code: 'custom', message: problem })
  return z.NEVER
})

/** A path on the host that may be relative, to what the module says. */
export const anyPath = name.refine((value) => !value.includes('\0'), 'a path cannot contain a NUL character')

/** A path on the controller, or on the host where `remote_src` says so. */
export const source = name.refine((value) => !value.includes('\0'), 'a path cannot contain a NUL character')

/** File permissions: see parseMode. */
export const mode = z.union([z.string(), z.number()]).transform((value, context): Mode => {
  try {
    return parseMode(value)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
    return z.NEVER
  }
})

/** One of these words. `otherwise`: what to write instead of another one. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words, otherwise?: string) {
  return z.enum(words, otherwise)
}

function pathProblem(value: string): string | undefined {
  if (value === '') return 'must not be empty'
  if (value.includes('\0')) return 'a path cannot contain a NUL character'
  if (!/^(?:[/~]|\$[A-Za-z_{])/.test(value)) {
    // Ansible takes it from the directory that a log-in starts in, or on this machine from the current one.
    const ways = 'begin it with /, with ~/ for a home, or on this machine with {{ playbook_dir }}/'
    return `${show(value)} is not an absolute path: ${ways}`
  }
  return undefined
}

function readInt(value: string): number | undefined {
  return /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : undefined
}

function readNumber(value: string): number | undefined {
  return value.trim() === '' ? undefined : Number(value)
}

function toText(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return String(value)
}

function show(value: unknown): string {
  return JSON.stringify(value)
}
