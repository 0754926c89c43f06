import type { Diff } from '../../../src/task.ts'
import type { TaskOutcome } from '../../../src/report/events.ts'

/** The reason of a handler that only an unknown task has notified. */
const DOUBTFUL = /^it runs only if ".+" changes something, which is unknown$/

/** Reasons for `unknown` that docs/check-mode.md names. Any other is a mistake. */
const NAMELESS = /^it has the number \d+ without a name, and \S+ may get it$/

const DOCUMENTED: readonly RegExp[] = [
  /^whether the packages of the tasks before bring .* is not known$/,
  /^the mask hides whether the unit is enabled$/,
  /^it may go with (?:a )?package /,
  /^an upgrade may (?:bring|reset) it$/,
  /^whether \S+ is newer than in the archive$/,
  /^whether an upgrade starts it$/,
  /^the package manager writes there$/,
  /^how many rules .+ has is not known yet$/,
  /^package \S+ may bring (?:it|its owner)$/,
  /^some releases of package \S+ bring it$/,
  /^whether \S+ starts depends on /,
  / is going to be another link$/,
  / may lead through it$/,
  /^whether \S+ and \S+ are one file$/,
  /^the (content|size) of \S+( is not known yet)?$/,
  /^the answers of \S+$/,
  /^what is in (the checkout )?\S+(: it is going to be written)?$/,
  /^at which commit the checkout \S+ is then$/,
  /^which commit \S+ has for \S+$/,
  /^\S+ cannot be (fetched|unpacked): /,
  /^which version of \S+ is installed then is not known$/,
  /^which number (user|group) \S+ gets is not known$/,
  NAMELESS,
  /^the tools for accounts write to it$/,
  /^\S+\.service may make it$/,
  /^its owner is the one that \S+\.service has$/,
  /^it moves with the home directory$/,
  /^whose the home of \S+ is, and who else lives there$/,
  /^what is mounted on \S+ changes$/,
  /^(?:crontab|hostnamectl) writes there$/,
  /^timedatectl may write there$/,
  /^only the real run knows what this task gives$/,
  /^what ".+" does is unknown$/,
  /^which (services|packages|accounts) there are is known once the tasks before have run$/,
  /^what the repositories have is not known yet$/,
  /^which alternatives \S+ has once \S+ is (?:gone|there)$/,
  /^the new lists are not known yet$/,
  /^what apt's lists offer with other sources is not known yet$/,
  /^how old apt's lists are$/,
  /^what \S+ is, of a container that an earlier task makes$/,
  /^what the (entrypoint|command) of the image is$/,
  /^what \S+ is, of \S+, which an earlier task makes$/,
  /^what \S+ is once it is pulled$/,
  /^whether \S+ is the image of \S+ once it is pulled$/,
  /^there is no network \S+$/,
  /^only the real run knows what ".+" leaves$/,
  /^it hangs on a task that fails, unless ".+" sees to it: /,
  /^whether ".+" and ".+" are one engine$/,
  DOUBTFUL,
]

/** A failure behind a task that may do anything: where the task fails then, it has to be this failure. */
const UNLESS = /^unless ".+" sees to it: ([^]*)$/

/** A list in check mode: the prediction, and in the same run a second one over what the first would make. */
export interface Story {
  first: readonly TaskOutcome[]
  again: readonly TaskOutcome[]
}

/** What is wrong with a prediction: of the run, and of the check after it. */
export function compare(
  { first, again }: Story,
  real: readonly TaskOutcome[],
  afterwards: readonly TaskOutcome[] | undefined,
): string[] {
  const problems = mismatches(first, real)
  if (problems.length > 0 || !afterwards || surprised(withoutDoubtful(first, real), real)) return problems
  return secondLook(again, afterwards, real.some(isPackageChange)).map((problem) => `second run: ${problem}`)
}

/** Whether a service did not start: what would have come after it cannot be compared. */
function surprised(first: readonly TaskOutcome[], real: readonly TaskOutcome[]): boolean {
  return real.some((truth, at) => {
    const guess = first[at]
    return guess !== undefined && isSurprise(guess, truth)
  })
}

/** Both are predictions now: one over what check mode made of the World, one over what the run made of the host. */
function secondLook(
  again: readonly TaskOutcome[],
  afterwards: readonly TaskOutcome[],
  restless: boolean,
): string[] {
  const done = afterwards.map((outcome): TaskOutcome => {
    const { status } = outcome
    return status === 'would-change' || status === 'would-run' ? { ...outcome, status: 'changed' } : outcome
  })
  return mismatches(again, done, restless)
}

/** Where a prediction and what became of it part, one line each; empty if they agree. `before`: packages were changed. */
function mismatches(all: readonly TaskOutcome[], real: readonly TaskOutcome[], before = false): string[] {
  const predicted = withoutDoubtful(all, real)
  const out: string[] = []
  for (let at = 0; at < Math.max(predicted.length, real.length); at++) {
    const [guess, truth] = [predicted[at], real[at]]
    if (!guess || !truth || keyOf(guess) !== keyOf(truth)) {
      out.push(`${show(guess)}, but ${show(truth)}`)
      return out
    }
    const restless = before || real.slice(0, at).some(isPackageChange)
    if (!agree(guess, truth, restless)) out.push(`${show(guess)}, but ${show(truth)}`)
    if (isSurprise(guess, truth)) return out
  }
  return out
}

/** Of a handler that might have run and did not, nothing can be compared. */
function withoutDoubtful(predicted: readonly TaskOutcome[], real: readonly TaskOutcome[]): TaskOutcome[] {
  const ran = new Set(real.map(keyOf))
  return predicted.filter((guess) => !DOUBTFUL.test(guess.reason) || ran.has(keyOf(guess)))
}

/** A failure that nobody can tell beforehand, nor what comes of it: of a service that does not start, or of a task that was unknown. */
function isSurprise(guess: TaskOutcome, truth: TaskOutcome): boolean {
  if (guess.status === 'unknown') return truth.status === 'failed' || truth.status === 'changed'
  const starts = ['systemd', 'service'].includes(truth.module) && /\b(re)?(start|load)/.test(guess.reason)
  if (starts && isLeftOut(truth)) return true
  return isFailed(truth) && pending(guess) && starts
}

/** Whether systemd has left a start out for a condition of the unit. */
function isLeftOut({ result }: TaskOutcome): boolean {
  const { warnings } = result
  return (
    Array.isArray(warnings) &&
    warnings.some((text) => typeof text === 'string' && text.includes('its condition '))
  )
}

function isPackageChange({ module, status }: TaskOutcome): boolean {
  return ['package', 'apt', 'dnf', 'yum'].includes(module) && status === 'changed'
}

/** `restless`: packages were changed before, whose scripts reload systemd or do not. */
function agree(guess: TaskOutcome, truth: TaskOutcome, restless: boolean): boolean {
  const [, failure] = UNLESS.exec(guess.reason) ?? []
  if (guess.status === 'unknown' && failure !== undefined) {
    // Which of the tasks that may do anything stands before it is another matter in a second check.
    const [, second = truth.reason] = UNLESS.exec(truth.reason) ?? []
    return (isFailed(truth) || truth.status === 'unknown') && second === failure
  }
  if (guess.status === 'unknown') return DOCUMENTED.some((why) => why.test(guess.reason))
  // A second check knows less where a number without a name is in sight, and may say so.
  if (truth.status === 'unknown' && NAMELESS.test(truth.reason)) return true
  if (pending(guess)) {
    if (isSurprise(guess, truth)) return true
    // Only the real run tells whether the lists were new.
    if (truth.status === 'ok' && guess.status === 'would-run' && guess.reason === truth.reason) return true
    return truth.status === 'changed' && sameDiff(guess, truth)
  }
  // What counts as no change, such as a reload of systemd, must still not be announced where there is none.
  if (guess.status === 'ok' && guess.reason.startsWith('would ') && !restless) {
    return truth.status === 'ok' && guess.reason.endsWith(truth.reason.replace(/^would /, ''))
  }
  return guess.status === truth.status
}

/** What only the real run can tell is predicted by these words. */
const WORDS = /\((?:not there yet: a package brings it|not known yet|\d+ bytes)\)(?:\\+n)?/

function sameDiff(guess: TaskOutcome, truth: TaskOutcome): boolean {
  const [predicted, found] = [guess, truth].map(({ diff }) =>
    // The order of what is below a directory is the file system's.
    JSON.stringify(diff.map((one) => JSON.stringify(settled(one))).sort()),
  )
  if (predicted === undefined || found === undefined || !WORDS.test(predicted)) return predicted === found
  const pattern = predicted.split(WORDS).map(escape).join('(?:.*)')
  return new RegExp(`^${pattern}$`).test(found)
}

/** The difference without what nobody can know, or what changes by itself. */
function settled(diff: Diff): Diff {
  if (diff.type !== 'fields') return diff
  const fields = diff.fields
    .map((field) => {
      if (diff.subject === 'packages')
        return { ...field, before: version(field.before), after: version(field.after) }
      return field.name === 'activity' ? { ...field, before: activity(field.before) } : field
    })
    .filter(({ before, after }) => before !== after || before === SOME)
  return { ...diff, fields }
}

const SOME = '(some version)'

/** Which version a repository has is known only where it was asked about. */
function version(text: string): string {
  return text === '(not installed)' ? text : SOME
}

/** systemd remembers that a unit has failed, even while its package is gone; and a unit may be reloading just now. */
function activity(text: string): string {
  if (text === 'failed') return 'inactive'
  return text === 'reloading' || text === 'activating' ? 'active' : text
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}

function pending({ status }: TaskOutcome): boolean {
  return status === 'would-change' || status === 'would-run'
}

function isFailed({ status }: TaskOutcome): boolean {
  return status === 'failed' || status === 'ignored'
}

/** The same task in the second play of a prediction has the same key. */
function keyOf({ host, task, item }: TaskOutcome): string {
  return [host, task.replace(/ again$/, ''), item ?? ''].join(' ')
}

/** One line about an outcome, as stories are printed. */
export function show(outcome: TaskOutcome | undefined): string {
  if (!outcome) return '(nothing)'
  const item = outcome.item === undefined ? '' : ` (${outcome.item})`
  const diff = outcome.diff.map((one) => JSON.stringify(one)).join(' ')
  return `${outcome.task}${item}: ${outcome.status}, ${outcome.reason}${diff === '' ? '' : ` ${diff}`}`
}
