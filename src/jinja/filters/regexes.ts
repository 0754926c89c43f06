import { REQUIRED, textArgument, unknownArgument } from '../arguments.ts'
import { truthy } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import { str } from '../print.ts'
import { escapeRegex, findAll, optionalGroup, type RegexFlags, search, substitute } from '../regex.ts'
import { type Args, type Item, tuple } from '../things.ts'
import { filter, openFilter, type Filters } from './define.ts'

/** Filters that search and replace with regular expressions, in Python's syntax. */
export const regexes: Filters = {
  regex_replace: filter(
    { pattern: '', replacement: '', ignorecase: false, multiline: false },
    (value, args) =>
      substitute(textArgument(args.pattern, 'pattern'), str(args.replacement), str(value), flags(args)),
  ),
  regex_findall: filter({ regex: REQUIRED, multiline: false, ignorecase: false }, (value, args) =>
    findAll(textArgument(args.regex, 'regex'), str(value), flags(args)).map((found) =>
      typeof found === 'string' ? found : tuple(found),
    ),
  ),
  regex_search: openFilter(regexSearch),
  regex_escape: filter({ re_type: 'python' }, (value, { re_type }) => {
    if (re_type === 'python') return escapeRegex(str(value))
    if (re_type === 'posix_basic') return str(value).replaceAll(/[\].[^$*\\]/g, String.raw`\$&`)
    throw new Mistake(`Invalid regex type (${str(re_type)})`)
  }),
}

function flags(args: { ignorecase: Item; multiline: Item }): RegexFlags {
  return { ignoreCase: truthy(args.ignorecase), multiline: truthy(args.multiline) }
}

/** The match, or the groups that further arguments name (`'\\1'`, `'\\g<name>'`); None where nothing matches. */
function regexSearch(value: Item, { positional, named }: Args): Item {
  const [pattern = named.get('regex'), ...wanted] = positional
  if (pattern === undefined) throw new Mistake("the argument 'regex' is missing")
  for (const name of named.keys()) {
    if (!['regex', 'ignorecase', 'multiline'].includes(name))
      throw unknownArgument(name, ['ignorecase', 'multiline'])
  }
  const given = { ignorecase: named.get('ignorecase') ?? false, multiline: named.get('multiline') ?? false }
  const references = wanted.map(reference)
  const found = search(textArgument(pattern, 'regex'), str(value), flags(given))
  if (!found) return null
  if (references.length === 0) return found[0]
  return references.map((name) => optionalGroup(found, name) ?? null)
}

function reference(argument: Item): string {
  const [, name, index] = /^\\(?:g<(\S+)>|(\d+))/.exec(textArgument(argument, 'a group')) ?? []
  const found = name ?? index
  if (found === undefined)
    throw new Mistake('Unknown argument', { hint: String.raw`Groups are named '\1' or '\g<name>'.` })
  return found
}
