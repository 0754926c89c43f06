import * as z from 'zod'
import { defineTask } from '../task.ts'
import { name, oneOf } from './params.ts'
import { readUnit, unitNotes, unitParams, unitReturns } from './systemd.ts'
import { planUnit } from './unit-plan.ts'
import { unitFailure } from './unit-script.ts'
import { type UnitTask, unitQuestions, unitTaskKind } from './unit-task.ts'

export default defineTask({
  name: 'service',
  aliases: ['ansible.builtin.service', 'ansible.legacy.service'],
  summary: 'Start, stop, restart, reload or enable a service; the same as systemd.',
  kind: (params) => unitTaskKind(params.state),
  params: z.strictObject({
    name: name.describe('The service.'),
    ...unitParams,
    use: oneOf(['auto', 'systemd']).default('auto').describe('Service manager; there is only systemd.'),
  }),
  unsupported: {
    arguments: 'systemd starts units without arguments; write them into a drop-in of the unit',
    args: 'systemd starts units without arguments; write them into a drop-in of the unit',
    pattern: 'systemd knows whether a service runs; delete it',
    runlevel: 'systemd has no runlevels; delete it',
    sleep: 'systemd waits until a service has stopped; delete it',
  },
  example: `- name: Have keepalived running now and after a boot
  service:
    name: keepalived
    state: started
    enabled: yes
`,
  returns: unitReturns,
  notes: unitNotes,
  prepare: (params): UnitTask => readUnit('service', params.name, params),
  asks: unitQuestions,
  plan: planUnit,
  failure: unitFailure,
})
