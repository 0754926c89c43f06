import type { Line } from '../playbook/line.ts'
import type { Play } from '../playbook/model.ts'
import type { PlayRun } from '../playbook/step.ts'

/** The hosts of a play, as its `hosts` names them and in batches. */
export interface Selection {
  selected: readonly string[]
  batches: readonly (readonly string[])[]
}

/**
 * Gives plays that have not begun the hosts that they select now. How many batches a play has stays as it is: hosts
 * that would have made more of them are in the last one. Returns the hosts that are new in a play.
 */
export function reselect(
  { steps }: Line,
  select: (play: Play) => Selection,
  hasBegun: (run: PlayRun) => boolean,
): string[] {
  const runs = [...new Set(steps.map((step) => step.run))]
  const added = new Set<string>()
  for (const play of new Set(runs.map((run) => run.play))) {
    const batches = runs.filter((run) => run.play === play)
    if (batches.some(hasBegun)) continue
    const known = new Set(batches[0]?.allHosts)
    const { selected, batches: now } = select(play)
    for (const [index, run] of batches.entries()) {
      const last = index === batches.length - 1
      run.hosts = last ? now.slice(index).flat() : (now[index] ?? [])
      run.members = new Set(run.hosts)
      run.allHosts = now.flat()
      run.selected = selected
    }
    for (const host of selected) if (!known.has(host)) added.add(host)
  }
  return [...added]
}
