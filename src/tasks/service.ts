import * as z from 'zod'
import { defineTask, type Plan, type Result } from '../task.ts'
import { int, name, oneOf, text } from './params.ts'
import { readUnit, unitNotes, unitParams, unitReturns } from './systemd.ts'
import { planUnit } from './unit-plan.ts'
import { isLeftOut, leftOut, unitFailure } from './unit-script.ts'
import { type UnitTask, unitQuestions, unitTaskKind } from './unit-task.ts'

/** What only other service managers have a use for. */
const IDLE = ['arguments', 'args', 'pattern', 'runlevel', 'sleep'] as const

interface Service {
  unit: UnitTask
  /** Those that are given. */
  idle: readonly string[]
}

function warningsOf(idle: readonly string[]): string[] {
  return idle.map((name) => `service: ${name} has no meaning under systemd`)
}

export default defineTask({
  name: 'service',
  aliases: ['ansible.builtin.service', 'ansible.legacy.service'],
  summary: 'Start, stop, restart, reload or enable a service; the same as systemd.',
  kind: (params) => unitTaskKind(params.state),
  params: z.strictObject({
    name: name.describe('The service.'),
    ...unitParams,
    arguments: text.optional().describe('Without meaning: systemd starts units without arguments.'),
    args: text.optional().describe('Another name for `arguments`.'),
    pattern: text.optional().describe('Without meaning: systemd knows whether a service runs.'),
    runlevel: text.optional().describe('Without meaning: systemd has no runlevels.'),
    sleep: int.optional().describe('Without meaning: systemd waits until a service has stopped.'),
    use: oneOf(['auto', 'systemd']).default('auto').describe('Service manager; there is only systemd.'),
  }),
  example: `- name: Have keepalived running now and after a boot
  service:
    name: keepalived
    state: started
    enabled: yes
`,
  returns: unitReturns,
  notes: [...unitNotes, 'A parameter without meaning under systemd is named in a warning, as with Ansible.'],
  prepare: (params): Service => ({
    unit: readUnit('service', params.name, params),
    idle: IDLE.filter((name) => params[name] !== undefined),
  }),
  asks: ({ unit }) => unitQuestions(unit),
  plan({ unit, idle }, world): Plan {
    const plan = planUnit(unit, world)
    if (idle.length === 0 || plan.status === 'unknown') return plan
    return { ...plan, result: { ...plan.result, warnings: warningsOf(idle) } }
  },
  result({ unit, idle }, output): Result {
    const warnings = [...warningsOf(idle), ...leftOut(unit, output)]
    return warnings.length === 0 ? {} : { warnings }
  },
  isDone: (_, output) => isLeftOut(output),
  failure: ({ unit }, output) => unitFailure(unit, output),
})
