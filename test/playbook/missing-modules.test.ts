import { describe, expect, test } from 'vitest'
import { loadPlaybook } from '../../src/playbook/load.ts'
import { runLocal } from '../support/run-local.ts'

const PLAYBOOK = `
- hosts: all
  tasks:
    - pacman: {name: haproxy, state: present}
      when: ansible_facts.os_family == 'Archlinux'
    - win_command: dir C:\\
      when: false
    - community.general.zypper:
        name: haproxy
`

test('a module of another system is skipped by its condition, and fails where it is reached', async () => {
  const done = await runLocal(PLAYBOOK, { check: true })
  expect(done.errors).toEqual([])
  expect(new Set(done.outcomes.map(({ module, status }) => `${module} ${status}`))).toEqual(
    new Set(['pacman skipped', 'win_command skipped', 'community.general.zypper failed']),
  )
  const failed = done.outcomes.find(({ status }) => status === 'failed')
  expect(failed?.reason).toContain('is for hosts with SUSE')
})

describe('--without', () => {
  const task = (module: string) =>
    `- hosts: all\n  tasks:\n    - ${module}: {name: x, state: y}\n      when: false\n`
  const load = (module: string, names: readonly string[]) => () =>
    loadPlaybook(task(module), 'site.yml', { without: new Set(names) })

  test.each([
    ['kube', ['kube']],
    ['community.general.pipx', ['pipx']],
    ['community.general.pipx', ['community.general.pipx']],
  ])('%s is no mistake with %j', (module, names) => {
    expect(load(module, names)).not.toThrow()
  })

  test.each([
    ['kube', ['kubectl']],
    ['pipx', ['community.general.pipx']],
    ['kube', []],
  ])('%s is one with %j', (module, names) => {
    expect(load(module, names)).toThrow(expect.objectContaining({ code: 'unknown-module' }))
  })

  test('a host that reaches one fails', async () => {
    const playbook = task('kube').replace('when: false', 'when: true')
    const done = await runLocal(playbook, { check: true, without: new Set(['kube']) })
    expect(done.outcomes[0]).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('does not have the module kube'),
    })
  })
})
