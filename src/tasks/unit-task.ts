import { HakubeError } from '../errors.ts'
import { sh } from '../shell/sh.ts'
import type { TaskKind } from '../task.ts'
import type { ScriptAsk } from '../world/replies.ts'
import type { WorldQuestion } from '../world/world.ts'

export const UNIT_STATES = ['started', 'stopped', 'restarted', 'reloaded'] as const

/** What systemd and service come down to. */
export interface UnitTask {
  /** Name of the module, for messages. */
  module: string
  /** With its suffix; undefined: only systemd itself is meant. */
  unit: string | undefined
  /** The unit as the task names it, which is what Ansible returns. */
  written: string | undefined
  state: (typeof UNIT_STATES)[number] | undefined
  enabled: boolean | undefined
  masked: boolean | undefined
  daemonReload: boolean
  daemonReexec: boolean
  /** Do not wait until a started unit is active. */
  noBlock: boolean
  /** Enable over links that are in the way. */
  force: boolean
}

const SUFFIX = /\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/

/** The unit's full name: haproxy is haproxy.service. */
export function unitName(module: string, name: string): string {
  if (!/^[A-Za-z0-9:_.@\\-]+$/.test(name) || name.startsWith('-')) {
    throw new HakubeError(`${module}: ${JSON.stringify(name)} is not the name of a unit`, {
      code: 'wrong-parameter',
      hint: /[*?[]/.test(name)
        ? 'patterns of names are not taken, by Ansible neither: name the units in a loop:'
        : 'write one unit such as haproxy or keepalived.service; use loop: for several',
    })
  }
  return SUFFIX.test(name) ? name : `${name}.service`
}

/** restarted and reloaded do something every time. */
export function unitTaskKind(state: string | undefined): TaskKind {
  return state === 'restarted' || state === 'reloaded' ? 'action' : 'state'
}

export function unitQuestions(task: UnitTask): WorldQuestion[] {
  return [
    { kind: 'platform', ask: {} },
    ...(task.unit === undefined ? [] : [{ kind: 'unit', ask: { name: task.unit } } as const]),
    ...(task.daemonReload ? [{ kind: 'script', ask: staleUnits } as const] : []),
  ]
}

/**
 * Whether anything in the directories of unit files is newer than systemd's knowledge of them. NeedDaemonReload
 * says so only of units in memory, and overlooks a drop-in in a new directory. A systemd older than 250 does not
 * tell when it read the files last; it is asked to read them every time, as Ansible does.
 */
export const staleUnits: ScriptAsk = {
  id: 'unit files that systemd does not know yet',
  text: sh`[ -d /run/systemd/system ] || exit 0
read=$(systemctl show --timestamp=us+utc --property=UnitsLoadTimestamp --value 2>/dev/null)
[ -n "$read" ] || { echo yes; exit 0; }
for place in /etc /run /usr/local/lib /usr/lib /lib; do
  [ -d "$place/systemd/system" ] && [ ! -L "$place" ] || continue
  newer=$(find "$place/systemd/system" -newermt "$read" 2>/dev/null | head -n 1)
  [ -z "$newer" ] || { echo yes; exit 0; }
done
exit 0`,
}
