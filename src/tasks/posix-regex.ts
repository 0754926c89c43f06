import { HakubeError } from '../errors.ts'

const CLASSES: Readonly<Record<string, string>> = {
  d: '0-9',
  s: '[:space:]',
  w: '[:alnum:]_',
}

/**
 * A regular expression of Python's as one for `grep -E`, which looks at one line at a time.
 * Throws HakubeError for what grep cannot do.
 */
export function posixRegex(source: string): string {
  const refused = /\(\?|[*+?}][?+]|\\[ABZbnrtx0-9]|\[[^\]]*\\[\]^-]/.exec(source.replaceAll('\\\\', ''))
  if (refused) {
    throw new HakubeError(`search_regex: ${refused[0]} is not supported in ${JSON.stringify(source)}`, {
      code: 'wrong-parameter',
      hint: 'use what grep -E knows; the expression is matched line by line on the host',
    })
  }
  let out = ''
  let bracket = false
  for (let at = 0; at < source.length; at += 1) {
    const char = source.charAt(at)
    const next = source.charAt(at + 1)
    if (char === '\\' && /[dswDSW]/.test(next)) {
      out += classOf(next, bracket)
      at += 1
    } else if (char === '\\') {
      // Within brackets grep takes a backslash for itself.
      out += bracket ? next : char + next
      at += 1
    } else {
      if (char === '[' && !bracket) bracket = true
      else if (char === ']' && bracket) bracket = false
      out += char
    }
  }
  return out
}

function classOf(letter: string, bracket: boolean): string {
  const chars = CLASSES[letter.toLowerCase()] ?? ''
  if (letter !== letter.toLowerCase()) {
    if (bracket)
      throw new HakubeError(`search_regex: [\\${letter}] is not supported`, { code: 'wrong-parameter' })
    return `[^${chars}]`
  }
  return bracket ? chars : `[${chars}]`
}
