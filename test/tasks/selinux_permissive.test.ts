import { expect, test } from 'vitest'
import permissive from '../../src/tasks/selinux_permissive.ts'
import { script } from './accounts.ts'
import { controllerWith } from './harness.ts'
import { applyOf, planWith } from './worlds.ts'

const host = (...more: readonly string[]) =>
  script('permissive domains ', ['enabled', 'semanage', 'semodule', ...more])
const args = { domain: 'haproxy_t', permissive: true }

test.each([
  [args, host('permissive_httpd_t'), 'semanage permissive -a haproxy_t'],
  [{ ...args, permissive: false }, host('permissive_haproxy_t'), 'semanage permissive -d haproxy_t'],
  // EL 7 prints versions.
  [{ ...args, permissive: false }, host('permissive_haproxy_t\t1.0'), 'semanage permissive -d haproxy_t'],
  [{ ...args, no_reload: true }, host(), 'semanage permissive -a -N haproxy_t'],
  [
    { ...args, store: 'mls' },
    script('permissive domains mls', ['enabled', 'semanage', 'semodule']),
    '-a -S mls haproxy_t',
  ],
])('%j', async (given, answers, command) => {
  const { plan, world, again } = await planWith(permissive, given, answers)
  expect(applyOf(plan)).toContain(command)
  if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
})

test.each([
  [args, host('permissive_haproxy_t')],
  [{ ...args, permissive: false }, host('permissive_haproxy_t_other')],
])('%j: nothing to do', async (given, answers) => {
  expect((await planWith(permissive, given, answers)).plan.status).toBe('ok')
})

test.each([
  [[], 'SELinux is switched off on this host'],
  [['enabled'], 'this host has no semodule'],
  [['enabled', 'semodule'], 'this host has no semanage'],
])('%j fails: %s', async (said, message) => {
  const { plan } = await planWith(permissive, args, script('permissive domains ', said))
  expect(plan).toMatchObject({ status: 'fail', message })
})

test('a domain that is none', () => {
  const params = permissive.params.parse({ ...args, domain: 'a b' })
  expect(() => permissive.prepare(params, controllerWith())).toThrow('not the name')
})
