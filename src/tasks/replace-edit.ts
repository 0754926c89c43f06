import { pythonRegex, substitute } from '../jinja/regex.ts'
import type { Edited } from './edited-file.ts'

/** What replace is asked for. */
export interface ReplaceEdit {
  regexp: string
  replace: string
  after: string | undefined
  before: string | undefined
}

/** The text with every match replaced, in the part between `after` and `before`. */
export function editMatches(text: string, edit: ReplaceEdit): Edited {
  const part = sectionOf(text, edit)
  if (typeof part === 'string') return { text, msg: part }
  const [from, to] = part
  const section = text.slice(from, to)
  const count = Array.from(section.matchAll(pythonRegex(edit.regexp, { multiline: true }))).length
  const replaced = substitute(edit.regexp, edit.replace, section, { multiline: true })
  if (count === 0 || replaced === section) return { text, msg: '' }
  return { text: text.slice(0, from) + replaced + text.slice(to), msg: `${count} replacements made` }
}

/** Where the part begins and ends; a text says that there is none. */
function sectionOf(text: string, { after, before }: ReplaceEdit): [number, number] | string {
  if (after === undefined && before === undefined) return [0, text.length]
  const lazy = after !== undefined && before !== undefined
  const pattern = `${after ?? ''}(?P<subsection>.*${lazy ? '?' : ''})${before ?? ''}`
  const regex = pythonRegex(`(?s)${pattern}`)
  const found = new RegExp(regex.source, `${regex.flags}d`).exec(text)
  const place = found?.indices?.groups?.['subsection']
  return place ?? `Pattern for before/after params did not match the given file: ${pattern}`
}
