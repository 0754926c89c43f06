import type { Place } from '../errors.ts'
import type { LintFile } from './file.ts'
import type { Found, Rule, Scene } from './rule.ts'
import { RULES } from './rules/index.ts'
import { silencedIn, type Silenced } from './silence.ts'
import { textsIn, type WrittenEntry } from './written.ts'
import { entryOf } from '../yaml/load.ts'

/** One piece of advice: nothing that stops a run. */
export interface Advice {
  id: string
  place: Place
  message: string
  hint: string | undefined
}

/** What the rules find in the files, without what comments or `skip` silence. By file and line. */
export function advise(scene: Scene, skip: ReadonlySet<string>): Advice[] {
  const files = new Map(scene.files.map((file) => [file.path, { file, silenced: silencedIn(file.text) }]))
  const out: Advice[] = []
  const keep = (rule: Rule, found: readonly Found[], lines: readonly number[]) => {
    for (const { place, message, hint } of found) {
      const silenced = files.get(place.file)?.silenced ?? new Map()
      if (!isSilenced(rule, silenced, [place.line ?? 1, ...lines]))
        out.push({ id: rule.id, place, message, hint })
    }
  }
  for (const rule of RULES.filter(
    ({ id, alsoKnownAs }) => ![id, ...alsoKnownAs].some((one) => skip.has(one)),
  )) {
    for (const file of scene.files) {
      keep(rule, rule.file?.(file) ?? [], [])
      for (const [index, entry] of file.entries.entries()) {
        if (isSkipped(entry)) continue
        const next = file.entries[index + 1]?.mapping.place.line
        keep(rule, entryFindings(rule, entry), linesOf(entry, next, file))
      }
    }
    if (rule.scene) keep(rule, rule.scene(scene), [])
  }
  return unique(out).toSorted(
    (a, b) =>
      (a.place.file < b.place.file ? -1 : a.place.file > b.place.file ? 1 : 0) ||
      (a.place.line ?? 0) - (b.place.line ?? 0),
  )
}

function entryFindings(rule: Rule, entry: WrittenEntry): readonly Found[] {
  const own = rule.entry?.(entry) ?? []
  if (entry.type === 'task') return [...own, ...(rule.task?.(entry) ?? [])]
  return entry.type === 'play' ? [...own, ...(rule.play?.(entry) ?? [])] : own
}

/** The lines of a task: a comment on any of them speaks about it. Of a play or block, only the first. */
function linesOf(entry: WrittenEntry, next: number | undefined, file: LintFile): number[] {
  const first = entry.mapping.place.line ?? 1
  if (entry.type !== 'task') return [first]
  const end = next ?? file.text.split('\n').length + 1
  return Array.from({ length: Math.max(1, end - first) }, (_, index) => first + index)
}

function isSilenced({ id, alsoKnownAs }: Rule, silenced: Silenced, lines: readonly number[]): boolean {
  const names = ['all', id, ...alsoKnownAs]
  return lines.some((line) => {
    const ids = silenced.get(line)
    // ansible-lint's ids may go on with what exactly: name[missing].
    return ids && [...ids].some((one) => names.includes(one.replace(/\[.*$/, '')))
  })
}

/** ansible-lint's tag. */
function isSkipped({ mapping }: WrittenEntry): boolean {
  return textsIn(entryOf(mapping, 'tags')?.value).some(({ text }) => text === 'skip_ansible_lint')
}

function unique(advice: readonly Advice[]): Advice[] {
  const key = ({ id, message, place }: Advice) =>
    JSON.stringify([id, message, place.file, place.line, place.column])
  return [...new Map(advice.map((one) => [key(one), one])).values()]
}
