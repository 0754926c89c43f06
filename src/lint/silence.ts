/** Which advice a file's comments silence: line → ids, `all` for every one. */
export type Silenced = ReadonlyMap<number, ReadonlySet<string>>

const COMMENT = /(?:#|\{#-?)\s*(?:hakube:\s*ignore(?:\[([\w\s,[\]-]*)\])?|noqa\b:?[ \t]*([\w\s,[\]-]*))/gi

/**
 * Reads `# hakube: ignore[id, id]`, `# hakube: ignore` and ansible-lint's `# noqa: id id` and `# noqa`. A comment holds
 * for its line, one that stands alone on a line for the next one.
 */
export function silencedIn(text: string): Silenced {
  const out = new Map<number, Set<string>>()
  const add = (line: number, ids: readonly string[]) => {
    const known = out.get(line) ?? new Set<string>()
    for (const id of ids) known.add(id)
    out.set(line, known)
  }
  for (const [index, line] of text.split('\n').entries()) {
    if (!/noqa|hakube:/i.test(line)) continue
    for (const { 1: own, 2: noqa, index: at } of line.matchAll(COMMENT)) {
      const ids = (own ?? noqa ?? '').split(/[\s,]+/).filter((id) => id !== '')
      const named = ids.length === 0 ? ['all'] : ids
      const alone = line.slice(0, at).trim() === ''
      add(index + (alone ? 2 : 1), named)
    }
  }
  return out
}
