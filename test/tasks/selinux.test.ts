import { expect, test } from 'vitest'
import selinux from '../../src/tasks/selinux.ts'
import { pathKey } from '../../src/world/path-names.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import { id } from '../../src/world/world.ts'
import { directory, rules, script } from './accounts.ts'
import { controllerWith } from './harness.ts'
import { applyOf, planWith, type Answers } from './worlds.ts'

// EL 9's, shortened.
const config = (state: string): Answers => ({
  [id('path', pathKey('/etc/selinux/config', true))]: replyOf({
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    owner: 'root',
    group: 'root',
    content: Buffer.from(
      `# SELINUX= can take one of these three values:\nSELINUX=${state}\nSELINUXTYPE=targeted\n`,
    ),
  }),
})
const base = {
  ...rules(),
  ...directory('/etc'),
  ...directory('/etc/selinux'),
  ...directory('/etc/selinux/mls/policy'),
}
const mode = (...said: readonly string[]) => script('selinux ', said)
const enforcing = { ...base, ...config('enforcing'), ...mode('mode enforcing') }
const on = { policy: 'targeted', state: 'enforcing' }

test.each([
  [
    { policy: 'targeted', state: 'permissive' },
    enforcing,
    ['setenforce 0', 'hk_path=/etc/selinux/config'],
    false,
  ],
  [{ state: 'disabled' }, enforcing, ['setenforce 0', 'hk_path=/etc/selinux/config'], true],
  [
    { state: 'disabled' },
    { ...enforcing, ...mode('mode permissive') },
    ['hk_path=/etc/selinux/config'],
    true,
  ],
  [on, { ...base, ...config('permissive'), ...mode('mode permissive') }, ['setenforce 1'], false],
  [on, { ...base, ...config('disabled'), ...mode() }, ['hk_path=/etc/selinux/config'], true],
  [{ ...on, policy: 'mls' }, enforcing, ['hk_path=/etc/selinux/config'], false],
])('%j', async (args, answers, commands, reboot) => {
  const { plan, world, again } = await planWith(selinux, args, answers)
  for (const command of commands) expect(applyOf(plan)).toContain(command)
  expect(applyOf(plan).includes('setenforce')).toBe(
    commands.some((command) => command.startsWith('setenforce')),
  )
  expect(plan).toMatchObject({ result: { reboot_required: reboot } })
  if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
})

test('only the line itself changes', async () => {
  const { plan } = await planWith(selinux, { state: 'disabled' }, enforcing)
  expect(plan).toMatchObject({
    diff: [
      {},
      { after: '# SELINUX= can take one of these three values:\nSELINUX=disabled\nSELINUXTYPE=targeted\n' },
    ],
  })
})

test.each([
  [on, enforcing],
  [{ state: 'disabled' }, { ...base, ...config('disabled'), ...mode() }],
  [
    { ...on, update_kernel_param: true },
    { ...enforcing, ...script('selinux and kernels', ['mode enforcing', 'grubby yes', 'kernels on']) },
  ],
])('%j: nothing to do', async (args, answers) => {
  expect((await planWith(selinux, args, answers)).plan.status).toBe('ok')
})

test("the kernel's command line", async () => {
  const kernels = script('selinux and kernels', ['mode enforcing', 'grubby yes', 'kernels mixed'])
  const { plan, world, again } = await planWith(
    selinux,
    { ...on, update_kernel_param: true },
    { ...enforcing, ...kernels },
  )
  expect(applyOf(plan)).toContain('grubby --update-kernel=ALL --remove-args selinux=0')
  if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
})

test.each([
  [on, base, 'there is no /etc/selinux/config: this host has no SELinux'],
  [{ ...on, policy: 'nope' }, enforcing, 'there is no policy nope in /etc/selinux'],
  [
    { ...on, update_kernel_param: true },
    { ...enforcing, ...script('selinux and kernels', ['mode enforcing']) },
    'this host has no grubby',
  ],
])('%j fails', async (args, answers, message) => {
  expect((await planWith(selinux, args, answers)).plan).toMatchObject({ status: 'fail', message })
})

test.each([[{ state: 'enforcing' }], [{ state: 'permissive', policy: 'a b' }]])('%j is refused', (args) => {
  expect(() => selinux.prepare(selinux.params.parse(args), controllerWith())).toThrow('selinux:')
})
