import { defineTask } from '../task.ts'
import { dnfIsRemote, dnfKind, dnfNotes, dnfParams, dnfUnsupported, readDnf } from './dnf.ts'
import { packageFailure } from './package-failure.ts'
import { packageReturns } from './package-params.ts'
import { packageResult, planPackages } from './package-plan.ts'
import { packageQuestions, type PackageTask } from './package-task.ts'

export default defineTask({
  name: 'yum',
  aliases: ['ansible.builtin.yum', 'ansible.legacy.yum'],
  summary: 'Install, upgrade or remove packages on EL-like hosts; the same as dnf.',
  kind: dnfKind,
  params: dnfParams,
  beyond: dnfIsRemote,
  seldomBeyond: true,
  late: dnfIsRemote,
  unsupported: dnfUnsupported,
  example: `- name: Install keepalived
  yum:
    name: keepalived
    state: present
`,
  returns: packageReturns,
  notes: dnfNotes,
  prepare: (params): PackageTask => readDnf('yum', params),
  asks: packageQuestions,
  plan: planPackages,
  result: packageResult,
  failure: (_task, output) => packageFailure(output),
})
