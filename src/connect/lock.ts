import { hostname, userInfo } from 'node:os'
import { EXIT, HakubeError } from '../errors.ts'
import { lines, sh, Script } from '../shell/sh.ts'
import type { Answer, Shell } from './connection.ts'

/** Who holds the lock of a host, and what for. */
export interface LockOwner {
  /** Who to ask about it; the user and machine that hakube runs on when not given. */
  owner?: string | undefined
  /** What the run does, such as its command line. */
  why: string
  /** When the run began, ISO 8601; now when not given. */
  since?: string | undefined
  /** Names the run: two inventory names of one machine do not lock each other out. */
  run?: string | undefined
  /** The lock's path on the host; the one that all runs have in common when not given. */
  file?: string | undefined
}

/** Exit status of the script when somebody else holds the lock. */
const HELD = 75

/**
 * What both scripts know. The lock belongs to the long-lived shell, the parent of an apply: by its process id
 * and start time, so that a new process with an old number is not taken for it. /run is for root; who may not
 * write there locks out only runs of the same user.
 */
const common = new Script(String.raw`
lock=/run/hakube.lock
[ -w /run ] || lock=/tmp/hakube-$(id -u).lock
boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)
start_of() {
  set -- $(sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null)
  case $1 in '' | Z | X) return ;; esac
  shift 19 && printf '%s' "$1"
}
field() { sed -n "s/^$1=//p" "$2" 2>/dev/null | head -n 1; }
me="$PPID $(start_of "$PPID") $boot"
alive() {
  set -- $(field shell "$1")
  [ -n "$1" ] && [ -n "$2" ] && [ "$2" = "$(start_of "$1")" ] && [ "$3" = "$boot" ]
}`)

/**
 * The lock comes into being with its content, by a hard link, which fails if there is one. A stale lock is
 * replaced by whoever links the claim on exactly that lock; the claim makes sure that of two runs that both
 * find it stale, the slower one does not remove the lock of the faster one.
 */
const takeScript = new Script(String.raw`
new=$lock.$$
trap 'rm -f "$new"' EXIT
rm -f "$new"
# Only a new file will do: in /tmp anybody could have put a link there.
(umask 022; set -C; printf 'owner=%s\nsince=%s\nwhy=%s\nrun=%s\nshell=%s\n' "$owner" "$since" "$why" "$run" "$me" >"$new") || exit 1
held() { printf '%s\n' "$1"; cat "$1"; exit 75; }
for try in 1 2 3 4 5; do
  ln "$new" "$lock" 2>/dev/null && exit 0
  [ -f "$lock" ] || { [ -e "$lock" ] || [ -L "$lock" ] || continue; echo "$lock is not a file" >&2; exit 1; }
  was=$(field shell "$lock")
  [ "$was" = "$me" ] && exit 0
  if alive "$lock"; then
    [ -n "$run" ] && [ "$(field run "$lock")" = "$run" ] && exit 0
    held "$lock"
  fi
  claim=$lock.claim.$(printf '%s' "$was" | tr -c 'A-Za-z0-9-' _)
  if ln "$new" "$claim" 2>/dev/null; then
    if [ "$(field shell "$lock")" = "$was" ]; then
      mv -f "$new" "$lock" || exit 1
      rm -f "$claim"
      exit 0
    fi
    rm -f "$claim"
  else
    if alive "$claim"; then
      # Another name of this machine in the same run is about to have it.
      [ -n "$run" ] && [ "$(field run "$claim")" = "$run" ] || held "$claim"
      sleep 0.2 2>/dev/null || sleep 1
    else
      rm -f "$claim"
    fi
  fi
done
echo "could not take $lock" >&2
exit 1`)

const releaseScript = new Script(String.raw`
[ "$(field shell "$lock")" != "$me" ] || rm -f "$lock"`)

/**
 * Takes the run's lock on a host; the same shell may take it again. It is this shell's until release(), or
 * until the shell ends, however it ends.
 * Throws HakubeError `locked`, with owner, time and reason, when another run holds it; `lock-failed` when the
 * lock cannot be written.
 */
export async function take(shell: Shell, info: LockOwner): Promise<void> {
  const owner = oneLine(info.owner ?? `${userInfo().username}@${hostname()} (pid ${process.pid})`)
  const since = oneLine(info.since ?? new Date().toISOString())
  const run = oneLine(info.run ?? '')
  const script = sh`owner=${owner} since=${since} why=${oneLine(info.why)} run=${run}${commonOf(info.file)}${takeScript}`
  const { apply } = await shell.exchange({ apply: { script, timeout: 60 } })
  if (apply?.code === HELD) throw locked(apply)
  if (apply?.code !== 0) throw failed(apply)
}

/** Gives the lock back; does nothing if this shell does not hold it. `file`: as it was taken. */
export async function release(shell: Shell, file?: string): Promise<void> {
  const { apply } = await shell.exchange({
    apply: { script: sh`${commonOf(file)}${releaseScript}`, timeout: 60 },
  })
  if (apply?.code !== 0) throw failed(apply)
}

function commonOf(file: string | undefined): Script {
  return file === undefined ? common : lines(common, sh`lock=${file}`)
}

function oneLine(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f]+/g, ' ').trim()
}

function locked({ stdout }: Answer): HakubeError {
  const [file = '', ...rest] = stdout.toString('utf8').split('\n')
  const field = (name: string): string =>
    rest.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) || 'unknown'
  return new HakubeError(
    `another run is at work on this host: ${field('owner')}, since ${field('since')}, for: ${field('why')}`,
    {
      code: 'locked',
      hint: `wait until it has ended; its lock ${file} goes when its connection ends`,
      exitCode: EXIT.failed,
    },
  )
}

function failed(apply: Answer | undefined): HakubeError {
  return new HakubeError(
    `the lock of the host cannot be written: ${apply?.stderr.toString('utf8').trim() ?? ''}`,
    {
      code: 'lock-failed',
      hint: 'check /run and /tmp on the host',
      exitCode: EXIT.failed,
    },
  )
}
