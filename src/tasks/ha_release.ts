import * as z from 'zod'
import { drained } from '../ha/drain.ts'
import { defineTask } from '../task.ts'
import { bool, texts } from './params.ts'
import { planUnit } from './unit-plan.ts'
import { unitFailure } from './unit-script.ts'
import { unitQuestions, type UnitTask } from './unit-task.ts'

interface Release {
  addresses: readonly string[]
  unit: UnitTask
}

export default defineTask({
  name: 'ha_release',
  aliases: [],
  summary:
    'Stop keepalived, so that another node takes its addresses, at a moment when no connection is young.',
  kind: () => 'state',
  params: z.strictObject({
    addresses: texts.describe('The virtual addresses, without prefix.'),
    enabled: bool.optional().describe('Whether keepalived starts with the system.'),
  }),
  example: `
- name: Hand the address over
  ha_release:
    addresses: 10.0.0.10
`,
  notes: [
    'On a node that holds one of the addresses, new TCP connections to any of its ports wait for a second, and are taken by the next holder.',
  ],
  prepare: ({ addresses, enabled }): Release => ({
    addresses,
    unit: {
      module: 'ha_release',
      unit: 'keepalived.service',
      written: undefined,
      state: 'stopped',
      enabled,
      masked: undefined,
      daemonReload: false,
      daemonReexec: false,
      noBlock: false,
      force: false,
    },
  }),
  asks: ({ unit }) => unitQuestions(unit),
  plan({ addresses, unit }, world) {
    const plan = planUnit(unit, world)
    return plan.status === 'change' ? { ...plan, apply: drained(addresses, plan.apply) } : plan
  },
  failure: ({ unit }, output) => unitFailure(unit, output),
})
