import * as z from 'zod'
import { defineTask } from '../task.ts'
import { type Find, findQuestions, planFind } from './find-plan.ts'
import { wrong } from './package-params.ts'
import { bool, int, oneOf, paths, text, texts } from './params.ts'
import { posixRegex } from './posix-regex.ts'
import { pattern } from './regex-param.ts'

export default defineTask({
  name: 'find',
  aliases: ['ansible.builtin.find', 'ansible.legacy.find'],
  summary: 'List files that fit what is asked for.',
  kind: () => 'state',
  readOnly: true,
  params: z.strictObject({
    paths: paths.describe('Directories to look in.'),
    patterns: texts.default([]).describe('Patterns of names, of which one must fit; all names by default.'),
    excludes: texts.optional().describe('Patterns of names that are left out.'),
    use_regex: bool.default(false).describe('Patterns are Python regular expressions instead of globs.'),
    contains: pattern
      .optional()
      .describe('Python regular expression that must fit a line of the file, from its beginning.'),
    read_whole_file: bool
      .default(false)
      .describe('Look for contains anywhere in the whole file instead of line by line.'),
    file_type: oneOf(['any', 'directory', 'file', 'link']).default('file').describe('What to list.'),
    age: text
      .optional()
      .describe('At least so old: a number with s, m, h, d or w. Below zero: at most so old.'),
    age_stamp: oneOf(['atime', 'ctime', 'mtime']).default('mtime').describe('The time that age is about.'),
    size: text
      .optional()
      .describe('At least so large: a number with b, k, m, g or t. Below zero: at most so large.'),
    recurse: bool.default(false).describe('Look in the directories below, too.'),
    depth: int.optional().describe('So many levels deep, with recurse.'),
    hidden: bool.default(false).describe('List names that begin with a dot, too.'),
    follow: bool.default(false).describe('Look in directories that links lead to, with recurse.'),
    get_checksum: bool.default(false).describe('Return the SHA-1 of files.'),
  }),
  paramAliases: { name: 'paths', path: 'paths', pattern: 'patterns', exclude: 'excludes' },
  example: `
- name: Which logs are old and large?
  find:
    paths: /var/log
    patterns: '*.log'
    age: 2d
    size: 10m
    recurse: yes
  register: logs
`,
  returns: {
    files: 'a list with the fields of stat for each: path, mode, size, mtime, isreg, pw_name, …',
    matched: 'how many',
    examined: 'how many were looked at',
    skipped_paths: 'directories that could not be looked in, and why',
  },
  notes: [
    'The list is sorted by path. Times are whole seconds.',
    '`contains` is looked for with grep where grep knows the expression; other expressions are tried here, on files of up to 1 MiB.',
  ],
  prepare(params): Find {
    const { contains, read_whole_file: whole, use_regex: regex } = params
    return {
      paths: params.paths,
      patterns: params.patterns.length > 0 ? params.patterns : [regex ? '.*' : '*'],
      excludes: params.excludes ?? [],
      regex,
      contains:
        contains === undefined
          ? undefined
          : { regex: contains, whole, grep: whole ? undefined : grepFor(contains) },
      type: params.file_type,
      age: measure('age', params.age, AGES),
      stamp: params.age_stamp,
      size: measure('size', params.size, SIZES),
      // Ansible takes 0 for none.
      depth: params.recurse ? params.depth || undefined : 1,
      hidden: params.hidden,
      follow: params.follow,
      checksum: params.get_checksum,
    }
  },
  asks: findQuestions,
  plan: planFind,
})

const AGES = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
const SIZES = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

function measure(
  name: string,
  text: string | undefined,
  units: Readonly<Record<string, number>>,
): number | undefined {
  if (text === undefined) return undefined
  const match = /^(-?\d+)([a-z])?$/.exec(text.toLowerCase())
  const unit = match?.[2] === undefined ? 1 : units[match[2]]
  if (!match || unit === undefined) {
    throw wrong(
      `find: ${name}: ${JSON.stringify(text)} is not a number with ${Object.keys(units).join(', ')}`,
    )
  }
  // -0 means at most nothing; only the sign tells.
  return Number(match[1]) * unit
}

function grepFor(regex: string): string | undefined {
  try {
    return `^(${posixRegex(regex)})`
  } catch {
    return undefined
  }
}
