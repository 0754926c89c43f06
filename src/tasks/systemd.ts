import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { defineTask, type Result } from '../task.ts'
import { bool, name, oneOf } from './params.ts'
import { planUnit } from './unit-plan.ts'
import { isLeftOut, leftOut, unitFailure } from './unit-script.ts'
import { UNIT_STATES, type UnitTask, unitName, unitQuestions, unitTaskKind } from './unit-task.ts'

/** Parameters that systemd and service share. */
export const unitParams = {
  state: oneOf(UNIT_STATES)
    .optional()
    .describe(
      'started and stopped act only where needed; restarted and reloaded act every time and start what is stopped.',
    ),
  enabled: bool.optional().describe('Whether the unit starts at boot.'),
  masked: bool.optional().describe('Whether the unit is masked: impossible to start.'),
  daemon_reload: bool.default(false).describe('Let systemd read changed unit files before anything else.'),
  daemon_reexec: bool.default(false).describe('Start systemd itself anew before anything else.'),
  force: bool.default(false).describe('Replace links that are in the way of enabling.'),
  no_block: bool.default(false).describe('Do not wait until the unit is up.'),
  scope: oneOf(
    ['system'],
    'for units of users write command: systemctl --user … with become_user: and environment: XDG_RUNTIME_DIR: /run/user/UID, for those of all users command: systemctl --global …',
  )
    .default('system')
    .describe("Only the system's own units; users' units are not supported."),
}

export const unitReturns = {
  name: 'Name of the unit.',
  state: 'started or stopped, where `state` was given.',
  enabled: 'Where it was given.',
  status: 'ActiveState and UnitFileState as they were before.',
}

export const unitNotes = [
  'After a start the unit must become active within 10 seconds, or the task fails and shows the end of its log.',
  'Where systemd leaves a start out because a condition of the unit is not met (Debian starts no keepalived without a configuration), the task has succeeded, as in Ansible, and a warning says so. Check mode takes the unit for started.',
  '`daemon_reload` runs only where systemd says that unit files have changed, and never counts as a change.',
  'A host without systemd is refused.',
]

interface UnitSettings {
  state?: UnitTask['state']
  enabled?: boolean | undefined
  masked?: boolean | undefined
  daemon_reload: boolean
  daemon_reexec: boolean
  force: boolean
  no_block: boolean
}

/** What a systemd or service task comes down to. */
export function readUnit(module: string, given: string | undefined, params: UnitSettings): UnitTask {
  const wants = [params.state, params.enabled, params.masked].some((wish) => wish !== undefined)
  const daemon = params.daemon_reload || params.daemon_reexec
  if (given === undefined && (wants || !daemon)) {
    throw new HakubeError(`${module} needs the name of a unit`, {
      code: 'wrong-parameter',
      hint: 'add name:',
    })
  }
  if (!wants && !daemon) {
    throw new HakubeError(`${module}: nothing is said about ${given}`, {
      code: 'wrong-parameter',
      hint: 'add state:, enabled:, masked: or daemon_reload:',
    })
  }
  return {
    module,
    unit: given === undefined ? undefined : unitName(module, given),
    written: given,
    state: params.state,
    enabled: params.enabled,
    masked: params.masked,
    daemonReload: params.daemon_reload,
    daemonReexec: params.daemon_reexec,
    noBlock: params.no_block,
    force: params.force,
  }
}

export default defineTask({
  name: 'systemd',
  aliases: [
    'ansible.builtin.systemd',
    'ansible.legacy.systemd',
    'systemd_service',
    'ansible.builtin.systemd_service',
  ],
  summary: 'Start, stop, restart, reload, enable or mask a systemd unit.',
  kind: (params) => unitTaskKind(params.state),
  params: z.strictObject({
    name: name.optional().describe('The unit; without a suffix it is a .service.'),
    service: name.optional().describe('Another name for `name`.'),
    unit: name.optional().describe('Another name for `name`.'),
    ...unitParams,
    'daemon-reload': bool.optional().describe('Another name for `daemon_reload`.'),
    'daemon-reexec': bool.optional().describe('Another name for `daemon_reexec`.'),
  }),
  example: `- name: Have haproxy running now and after a boot
  systemd:
    name: haproxy
    state: started
    enabled: yes
    daemon_reload: yes
`,
  returns: unitReturns,
  notes: unitNotes,
  prepare(params): UnitTask {
    return readUnit('systemd', params.name ?? params.service ?? params.unit, {
      ...params,
      daemon_reload: params['daemon-reload'] ?? params.daemon_reload,
      daemon_reexec: params['daemon-reexec'] ?? params.daemon_reexec,
    })
  },
  asks: unitQuestions,
  plan: planUnit,
  result(task, output): Result {
    const warnings = leftOut(task, output)
    return warnings.length === 0 ? {} : { warnings }
  },
  isDone: (_, output) => isLeftOut(output),
  failure: unitFailure,
})
