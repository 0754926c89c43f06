import { expect, test } from 'vitest'
import hostname from '../../src/tasks/hostname.ts'
import { pathKey } from '../../src/world/path-names.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import { id } from '../../src/world/world.ts'
import { directory, rules, script } from './accounts.ts'
import { controllerWith } from './harness.ts'
import { applyOf, bare, debian, el, planWith, type Answers } from './worlds.ts'

const said = (now: string, fixed: string) =>
  script('hostname', [`now ${now}`, `static ${fixed}`, 'hostnamectl yes'])
const file = (path: string, text: string): Answers => ({
  [id('path', pathKey(path, true))]: replyOf({
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    owner: 'root',
    group: 'root',
    content: Buffer.from(text),
  }),
})
const noSystemd = (osFamily: string): Answers => ({ 'platform host': { serviceManager: 'other', osFamily } })
const base = { ...rules(), ...directory('/etc'), ...directory('/etc/sysconfig'), ...directory('/etc/conf.d') }

test.each([
  [said('old', 'old'), ['static', 'now']],
  [said('m1', 'old'), ['static']],
  [said('old', 'm1'), ['now']],
])('systemd sets what differs', async (seen, names) => {
  const { plan, world, again } = await planWith(hostname, { name: 'm1' }, { ...base, ...debian, ...seen })
  expect(plan).toMatchObject({ status: 'change', diff: [{ fields: names.map((name) => ({ name })) }] })
  expect(applyOf(plan).includes('hostnamectl --pretty --static set-hostname m1')).toBe(
    names.includes('static'),
  )
  if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
})

test.each([
  [{ ...bare, ...noSystemd('Debian') }, {}, '/etc/hostname', 'old\n', 'm1\n'],
  [bare, {}, '/etc/hostname', 'old\n', 'm1\n'],
  [noSystemd('RedHat'), {}, '/etc/sysconfig/network', 'A=1\nHOSTNAME=old\n', 'A=1\nHOSTNAME=m1\n'],
  [el, { use: 'redhat' }, '/etc/sysconfig/network', '', 'HOSTNAME=m1\n'],
  [el, { use: 'openrc' }, '/etc/conf.d/hostname', '# x\nhostname="old"\n', '# x\nhostname="m1"\n'],
  [el, { use: 'sles' }, '/etc/HOSTNAME', '', 'm1\n'],
  [el, { use: 'alpine' }, '/etc/hostname', '', 'm1\n'],
])('%j with %j writes %s', async (platform, use, path, before, after) => {
  const answers = { ...base, ...platform, ...said('old', 'old'), ...file(path, before) }
  const live = platform === bare || ('use' in use && use.use === 'alpine')
  const { plan, world, again } = await planWith(hostname, { name: 'm1', ...use }, answers)
  expect(plan).toMatchObject({
    status: 'change',
    summary: `call the host m1 in ${path}${live ? ' and the kernel' : ''}`,
    diff: [{ path, after }, ...(live ? [{ fields: [{ name: 'now', before: 'old', after: 'm1' }] }] : [])],
  })
  if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
})

test('the name that it has, and one that an earlier task wrote', async () => {
  const { plan } = await planWith(hostname, { name: 'm1' }, { ...base, ...el, ...said('m1', 'm1') })
  expect(plan).toMatchObject({ status: 'ok', reason: 'the host is called m1' })
  const written = { ...base, ...el, ...said('m1', 'old'), ...file('/etc/hostname', 'm1\n') }
  expect((await planWith(hostname, { name: 'm1' }, written)).plan.status).toBe('ok')
})

test.each([['a b'], ['-x'], ['x'.repeat(65)], ['ü']])('%j is refused', (name) => {
  expect(() => hostname.prepare(hostname.params.parse({ name }), controllerWith())).toThrow('hostname:')
})
