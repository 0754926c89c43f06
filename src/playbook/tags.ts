export interface TagSelection {
  /** Empty = all. */
  only: readonly string[]
  skip: readonly string[]
}

/** Whether --tags and --skip-tags let a task with these tags run; `always` and `never` mean what Ansible says. */
export function selects({ only, skip }: TagSelection, tags: readonly string[]): boolean {
  const own = tags.length === 0 ? ['untagged'] : tags
  const isIn = (words: readonly string[]) => own.some((tag) => words.includes(tag))
  const all = only.length === 0 || only.includes('all')
  // What is tagged never must be asked for by one of its tags.
  const byKind = !tags.includes('never') && (all || (only.includes('tagged') && tags.length > 0))
  if (!tags.includes('always') && !byKind && !isIn(only)) return false
  if (skip.includes('all')) return tags.includes('always') && !skip.includes('always')
  return !isIn(skip) && !(skip.includes('tagged') && tags.length > 0)
}
