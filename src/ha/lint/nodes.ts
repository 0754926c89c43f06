import { type Instance, readConfig } from './keepalived-config.ts'
import { find, numberOf } from './keepalived-text.ts'
import type { FileProblem } from './problem.ts'

/**
 * Mistakes that only show beside the other nodes' files: equal priorities, weights that change nothing, and settings
 * that have to be the same.
 */
export function compareKeepalived(files: readonly { file: string; text: string }[]): FileProblem[] {
  const all = files.flatMap(({ file, text }) =>
    readConfig(text).instances.map((instance) => ({ file, ...instance })),
  )
  return all.flatMap((one, index) => {
    const others = all.filter((other) => other.file !== one.file && other.vrid === one.vrid)
    const earlier = all.slice(0, index).filter((other) => others.includes(other))
    return [...disagreements(one, earlier), ...smallWeights(one, others)]
  })
}

type Placed = Instance & { file: string }

function disagreements(one: Placed, earlier: readonly Placed[]): FileProblem[] {
  const { file, entry } = one
  const problems: FileProblem[] = []
  for (const other of earlier) {
    const add = (code: string, name: string, message: string, hint: string) =>
      problems.push({ file, code, line: (find(entry.children, name) ?? entry).line, message, hint })
    if (other.priority === one.priority)
      add(
        'equal-priorities',
        'priority',
        `${other.file} has the priority ${one.priority} too: the higher address wins`,
        'give each node a priority of its own',
      )
    if (other.version !== one.version)
      add(
        'version-differs',
        'version',
        `VRRP version ${one.version}, and ${other.version} in ${other.file}: the nodes do not hear each other`,
        'write one version',
      )
    const advert = (each: Placed) => numberOf(find(each.entry.children, 'advert_int')) ?? 1
    if (advert(other) !== advert(one))
      add(
        'advert-differs',
        'advert_int',
        `advert_int is ${advert(one)}, and ${advert(other)} in ${other.file}`,
        'write one interval',
      )
  }
  return problems
}

/** A weight has to carry the priority past the next node's. */
function smallWeights(one: Placed, others: readonly Placed[]): FileProblem[] {
  const lower = others.map((other) => other.priority).filter((priority) => priority < one.priority)
  if (lower.length === 0 || one.nopreempt) return []
  const gap = one.priority - Math.max(...lower)
  return one.tracked
    .filter(({ weight }) => weight !== 0 && Math.abs(weight) <= gap)
    .map(({ name, weight, line }) => ({
      file: one.file,
      code: 'weight-below-gap',
      line,
      message: `the weight ${weight} of ${name} does not make up for the gap of ${gap} to the next node's priority: a failed check moves nothing`,
      hint: `write weight 0, or more than ${gap}`,
    }))
}
