import type { Answer } from '../connect/connection.ts'
import { type Script, lines, sh } from '../shell/sh.ts'
import type { UnitTask } from './unit-task.ts'

export type Step =
  | 'daemon-reload'
  | 'daemon-reexec'
  | 'mask'
  | 'unmask'
  | 'enable'
  | 'disable'
  | 'start'
  | 'stop'
  | 'restart'
  | 'reload'

const LOG = 'log: '
/** The same of the process that ran when the script began. */
const OLD = 'log before: '
/** Seconds that a unit may be activating after its start job is done, as when systemd restarts it. */
const SETTLE = 10

/** The steps in their order. The first that fails ends the script, with the unit's log on standard error. */
export function unitScript(
  unit: string | undefined,
  steps: readonly Step[],
  task: Pick<UnitTask, 'noBlock' | 'force'>,
  oneshot = false,
): Script {
  const commands = steps.map((step) => {
    if (unit === undefined || step.startsWith('daemon')) return sh`systemctl ${step} </dev/null || exit`
    const words = [
      ...(task.noBlock && isJob(step) ? ['--no-block'] : []),
      ...(task.force && (step === 'enable' || step === 'mask') ? ['--force'] : []),
      step,
    ]
    const run = sh`systemctl ${words} -- ${unit} </dev/null`
    if (!isJob(step)) return sh`${run} || exit`
    const begins = step === 'start' || step === 'restart'
    return begins && !task.noBlock && !oneshot
      ? sh`${run} || why
settled || unmet || why`
      : sh`${run} || why`
  })
  return unit === undefined ? lines(...commands) : lines(functions(unit), ...commands)
}

function isJob(step: Step): boolean {
  return step === 'start' || step === 'stop' || step === 'restart' || step === 'reload'
}

/**
 * unmet: the start was left out, for a condition of the unit; systemd counts that as no failure, and says which one it was.
 * settled: active, or soon; a service that counts as started as soon as it runs gets a moment to fail.
 * why: tells the state and what the unit has logged since the script began, and gives up.
 */
function functions(unit: string): Script {
  return sh`settled() {
  case $(systemctl show --property=Type --value -- ${unit}) in simple | exec | idle) sleep 0.3 ;; esac
  tries=0
  while state=$(systemctl is-active -- ${unit}); [ "$state" = activating ] && [ "$tries" -lt ${SETTLE} ]; do
    sleep 1
    tries=$((tries + 1))
  done
  [ "$state" = active ] || [ "$state" = reloading ]
}
unmet() {
  [ "$state" = inactive ] && [ "$(systemctl show --property=ConditionResult --value -- ${unit})" = no ] || return 1
  said=$(systemctl status --no-pager --full --lines=0 -- ${unit})
  printf '%s\n' "$said" >&2
  # systemd forgets a unit that nothing needs, and the condition with it: its log still knows.
  case $said in *'was not met'*) ;; *)
    journalctl --sync 2>/dev/null
    journalctl --quiet --no-pager --lines=5 --output=cat --since="$began" --unit=${unit} >&2
  esac
  exit 0
}
began=$(date '+%Y-%m-%d %H:%M:%S')
old=$(systemctl show --property=InvocationID --value -- ${unit} 2>/dev/null)
why() {
  systemctl status --no-pager --full --lines=0 -- ${unit} >&2
  journalctl --sync 2>/dev/null
  [ -z "$old" ] || journalctl --quiet --no-pager --lines=30 --output=cat --since="$began" \
    ${`_SYSTEMD_UNIT=${unit}`} "_SYSTEMD_INVOCATION_ID=$old" | sed ${`s/^/${OLD}/`} >&2
  journalctl --quiet --no-pager --lines=30 --output=cat --since="$began" ${`_SYSTEMD_UNIT=${unit}`} |
    sed ${`s/^/${LOG}/`} >&2
  exit 1
}`
}

const TROUBLE = /alert|error|fatal|fail|invalid|unknown|exist|denied|cannot|warning|exited/i

/** The lines of a log that tell what is wrong; its end where none looks like it. */
function telling(log: readonly string[]): string[] {
  const trouble = log.filter((line) => TROUBLE.test(line))
  return (trouble.length > 0 ? trouble : log).slice(-6)
}

/** The condition for which systemd left out a start, where the script says so. */
function unmetCondition(answer: Answer): string | undefined {
  const said = answer.stderr.toString('utf8')
  return (/(\S+=\S+) was not met/.exec(said) ?? /unmet condition check \((\S+=[^)\n]+)\)/.exec(said))?.[1]
}

/** True where the unit stays down for one of its conditions: starting it again would change nothing. */
export function isLeftOut(answer: Answer): boolean {
  return answer.code === 0 && unmetCondition(answer) !== undefined
}

/** A warning where the unit stays down for one of its conditions. As with Ansible, the task has succeeded. */
export function leftOut(task: UnitTask, answer: Answer): string[] {
  if (!isLeftOut(answer)) return []
  return [`${task.unit ?? 'systemd'} is not running: its condition ${unmetCondition(answer)} is not met`]
}

/** Why a step failed: an unmet condition, or the end of the unit's log, or what systemctl said. */
export function unitFailure(task: UnitTask, answer: Answer): string {
  const text = answer.stderr.toString('utf8')
  const all = text.split('\n')
  const name = task.unit ?? 'systemd'
  const wanted = task.state === undefined ? 'failed' : `could not be ${task.state}`
  const condition = unmetCondition(answer)
  if (condition !== undefined) return `${name} ${wanted}: its condition ${condition} is not met`
  const ended = /Process: \d+ (\S.*\(code=.*\))/.exec(text) ?? /Main PID: \d+ (\(code=.*\))/.exec(text)
  const said = (prefix: string) =>
    all.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length).trimEnd())
  // How the process went that had to make room tells nothing about why the next one did not come.
  const begins = task.state === 'started' || task.state === 'restarted'
  const old = begins ? said(OLD) : []
  const log = said(LOG).filter((line) => !old.includes(line))
  const how = ended ? `${name} ${wanted}: ${ended[1]}` : `${name} ${wanted}`
  if (log.length > 0) return `${how}; its log says:\n${telling(log).join('\n')}`
  if (ended) return how
  const first =
    all.find((line) => /^(Failed to|Job for|Unit )/.test(line)) ?? all.find((line) => line.trim() !== '')
  return `${name} ${wanted}: ${first?.trim() ?? `systemctl ended with status ${answer.code}`}`
}
