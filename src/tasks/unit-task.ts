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
      hint: 'write one unit such as haproxy or keepalived.service; use loop: for several',
    })
  }
  return SUFFIX.test(name) ? name : `${name}.service`
}

/** restarted and reloaded do something every time. */
export function unitTaskKind(state: string | undefined): TaskKind {
  return state === 'restarted' || state === 'reloaded' ? 'action' : 'state'
}

export function unitQuestions(task: UnitTask): WorldQuestion[] {
  const platform: WorldQuestion = { kind: 'platform', ask: {} }
  if (task.unit !== undefined) return [platform, { kind: 'unit', ask: { name: task.unit } }]
  return task.daemonReload ? [platform, { kind: 'script', ask: staleUnits }] : [platform]
}

/** Whether any unit that systemd has in memory differs from its files. */
export const staleUnits: ScriptAsk = {
  id: 'units that need a daemon-reload',
  text: sh`[ -d /run/systemd/system ] || exit 0
systemctl show --no-pager --property=NeedDaemonReload -- '*' | grep -q =yes && echo yes
exit 0`,
}
