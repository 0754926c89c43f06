import type { Answer } from '../connect/connection.ts'
import { type Script, lines, Script as Text, sh } from '../shell/sh.ts'
import type { Result } from '../task.ts'
import { fromJson } from '../value.ts'
import { first, type Tool, words } from './container-look.ts'

/**
 * The scripts of both modules are made of these functions and end with a report: whether anything was done, the
 * container as it is then, and what it printed where the task waited for its end.
 */
export function applyScript(
  tool: Tool,
  container: string,
  options: { removal: number; fatal: boolean },
  steps: readonly Script[],
): Script {
  return lines(
    sh`hk_tool() { ${words(tool)} "$@"; }
hk_name=${container} hk_removal=${Math.ceil(options.removal)} hk_fatal=${options.fatal ? 'yes' : ''} hk_did=no`,
    FUNCTIONS,
    ...steps,
    new Text('hk_report'),
  )
}

const FUNCTIONS = new Text(`hk_status=
hk_state() { hk_tool container inspect -f "{{.State.$1}}" "$hk_name" 2>/dev/null; }
hk_image() { hk_tool image inspect -f '{{.Id}}' "$1" 2>/dev/null; }
hk_gone() {
  hk_i=0
  while hk_tool container inspect "$hk_name" >/dev/null 2>&1; do
    [ "$hk_i" -lt "$hk_removal" ] || { echo "$hk_name is not removed after $hk_removal seconds" >&2; exit 1; }
    sleep 1; hk_i=$((hk_i + 1))
  done
}
hk_pull() {
  # NAME and the words of the pull.
  hk_new=$1; shift
  hk_old=$(hk_image "$hk_new")
  hk_tool image pull "$@" "$hk_new" >/dev/null || exit 1
  [ "$hk_old" = "$(hk_image "$hk_new")" ] || hk_did=yes
}
hk_remove() {
  hk_tool container rm "$@" "$hk_name" >/dev/null || {
    # The daemon may have begun to do so by itself.
    case $(hk_state Status) in ''|removing) ;; *) exit 1 ;; esac
  }
  hk_gone
}
hk_healthy() {
  hk_i=0
  while :; do
    hk_health=$(hk_tool container inspect -f '{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}' "$hk_name")
    case $hk_health in
    healthy) return ;;
    unhealthy|none) break ;;
    esac
    [ "$hk_i" -lt "$1" ] || break
    sleep 1; hk_i=$((hk_i + 1))
  done
  echo "$hk_name is not healthy: $hk_health" >&2
  exit 1
}
hk_up() {
  # A container that ends at once with a failure has not been started, whatever the program says.
  [ -n "$hk_fatal" ] || return 0
  for hk_i in 1 2 3; do
    [ "$hk_i" = 1 ] || sleep 0.2 2>/dev/null || sleep 1
    [ "$(hk_state Status)" = exited ] || continue
    hk_code=$(hk_state ExitCode)
    [ "$hk_code" != 0 ] || return 0
    hk_tool container logs --tail 5 "$hk_name" 2>&1 | sed 's/^/  /' >&2
    echo "$hk_name ended with status $hk_code as soon as it was started" >&2
    exit 1
  done
}
hk_report() {
  printf '#did %s\\n#container\\n' "$hk_did"
  hk_tool container inspect "$hk_name" 2>/dev/null
  [ -z "$hk_status" ] || {
    printf '#ended %s\\n' "$hk_status"
    printf '%s\\n' "$hk_output"
    [ "$hk_status" = 0 ] || exit 1
  }
}`)

/** What the report says, as return values. */
export function applied({ stdout }: Answer): Result {
  const text = stdout.toString('utf8')
  const begins = text.lastIndexOf('#did ')
  if (begins === -1) return {}
  const [, did, inspected = '', , status, output] =
    /^#did (\w+)\n#container\n([\s\S]*?)(#ended (\d+)\n([\s\S]*))?$/.exec(
      text.slice(text.indexOf('#did ')),
    ) ?? []
  const container = first(inspected.trim())
  return {
    ...(did === 'no' ? { changed: false } : {}),
    ...(container === undefined && output === undefined
      ? {}
      : { container: fromJson({ ...container, ...(output === undefined ? {} : { Output: output }) }) }),
    ...(status === undefined ? {} : { status: Number(status) }),
  }
}

/** The failure in words: what the daemon says, without the program's own words around it. */
export function failureOf(name: string, { stdout, stderr }: Answer): string {
  const [, status, output = ''] = /^#ended (\d+)\n([\s\S]*)$/m.exec(stdout.toString('utf8')) ?? []
  const lastLine = output.trimEnd().split('\n').at(-1) ?? ''
  if (status !== undefined)
    return `${name} ended with status ${status}${lastLine === '' ? '' : `: ${lastLine}`}`
  const said = stderr.toString('utf8').trim().split('\n')
  // The daemon's own words come before those of the program, which add only that it did not work.
  const cause = said.findLast((line) => line.includes('Error response from daemon: '))
  const line = cause ?? said.findLast((one) => one !== '' && !one.startsWith("See '")) ?? ''
  return line.replace(/^.*Error response from daemon: |^Error: /, '')
}
