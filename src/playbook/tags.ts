export interface TagSelection {
  /** Empty = all. */
  only: readonly string[]
  skip: readonly string[]
}

/** Whether --tags and --skip-tags let a task with these tags run; `always` and `never` mean what Ansible says. */
export function selects(selection: TagSelection, tags: readonly string[]): boolean {
  const only = selection.only.length === 0 ? ['all'] : selection.only
  const has = (wanted: readonly string[]) =>
    wanted.some((tag) => {
      if (tag === 'tagged') return tags.some((own) => own !== 'always' && own !== 'never')
      if (tag === 'untagged') return tags.length === 0
      return tags.includes(tag)
    })
  const never = tags.includes('never')
  const asked = has(only) || (only.includes('all') && !never)
  if (!asked && (!tags.includes('always') || selection.skip.includes('always'))) return false
  if (selection.skip.includes('all')) return tags.includes('always') && !selection.skip.includes('always')
  return !has(selection.skip)
}
