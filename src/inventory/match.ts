import { HakubeError } from '../errors.ts'
import { pythonRegex } from './python-regex.ts'

/** A test for names: a glob, or after `~` a Python regular expression that must match from the start. */
export function compileTerm(text: string): (name: string) => boolean {
  if (!text.startsWith('~')) {
    if (!/[*?[]/.test(text)) return (name) => name === text
    const glob = globRegex(text)
    return (name) => glob.test(name)
  }
  const regex = compileRegex(text.slice(1))
  return (name) => {
    regex.lastIndex = 0
    return regex.test(name)
  }
}

function compileRegex(source: string): RegExp {
  try {
    return pythonRegex(source)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new HakubeError(`"~${source}" is not a valid regular expression: ${error.message}`, {
      code: 'host-pattern',
      hint: 'After ~ comes a regular expression as in Python; without ~ it is a glob such as web*.',
      cause: error,
    })
  }
}

/** A shell glob as Python's fnmatch reads it: * crosses dots, [seq] and [!seq] are classes, all else is literal. */
export function globRegex(glob: string): RegExp {
  let source = ''
  for (let at = 0; at < glob.length; at += 1) {
    const char = glob.charAt(at)
    const close = char === '[' ? glob.indexOf(']', at + (glob.charAt(at + 1) === '!' ? 3 : 2)) : -1
    if (char === '*') source += '.*'
    else if (char === '?') source += '.'
    else if (close === -1) source += escape(char)
    else {
      source += globClass(glob.slice(at + 1, close))
      at = close
    }
  }
  // Several stars in a row would make a failing match slow.
  return new RegExp(`^${source.replaceAll(/(?:\.\*)+/g, '.*')}$`, 'su')
}

function globClass(text: string): string {
  const negated = text.startsWith('!')
  const parts: string[] = []
  const chars = Array.from(negated ? text.slice(1) : text)
  for (let at = 0; at < chars.length; at += 1) {
    const from = chars[at] ?? ''
    const to = chars[at + 1] === '-' ? chars[at + 2] : undefined
    if (to === undefined) parts.push(escape(from))
    else {
      // A range that runs backwards holds nothing.
      if ((from.codePointAt(0) ?? 0) <= (to.codePointAt(0) ?? 0)) parts.push(`${escape(from)}-${escape(to)}`)
      at += 2
    }
  }
  if (parts.length === 0) return negated ? '.' : '(?!)'
  return `[${negated ? '^' : ''}${parts.join('')}]`
}

function escape(char: string): string {
  if (char === '-') return '\\x2d'
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char
}
