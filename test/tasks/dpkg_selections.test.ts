import { expect, test } from 'vitest'
import apt from '../../src/tasks/apt.ts'
import dpkgSelections from '../../src/tasks/dpkg_selections.ts'
import { Unknown } from '../../src/world/kind.ts'
import { effectOnAll } from '../../src/world/world.ts'
import { type Answers, applyOf, debian, package_, planWith } from './worlds.ts'

const row = (text: string, code = 0): Answers => ({
  ...debian,
  'script dpkg selection of kubelet': { code, stdout: Buffer.from(text), stderr: Buffer.alloc(0) },
})
const hold = { name: 'kubelet', selection: 'hold' }

test.each<[string, string, string]>([
  ['install|installed\n', 'hold', 'change'],
  ['hold|installed\n', 'hold', 'ok'],
  ['hold|installed\n', 'install', 'change'],
  ['deinstall|config-files\n', 'purge', 'change'],
  ['', 'hold', 'fail'],
  ['unknown|not-installed\n', 'hold', 'fail'],
])('%j to %s: %s', async (text, selection, status) => {
  const { plan, world, again } = await planWith(dpkgSelections, { name: 'kubelet', selection }, row(text))
  expect(plan.status).toBe(status)
  if (plan.status !== 'change') return
  expect(applyOf(plan)).toContain(`printf '%s %s\\n' kubelet ${selection} | LC_ALL=C dpkg --set-selections`)
  expect(again(world.after(plan.effects)).status).toBe('ok')
})

test('what is installed in check mode can be put on hold, and its removal ends that', async () => {
  const { world, again } = await planWith(dpkgSelections, hold, row(''))
  const coming = await planWith(apt, { name: 'kubelet' }, debian)
  if (coming.plan.status !== 'change') throw new Error(coming.plan.status)
  const installed = world.after(coming.plan.effects)
  const holding = again(installed)
  expect(holding).toMatchObject({ status: 'change', result: { before: 'install', after: 'hold' } })
  if (holding.status !== 'change') throw new Error(holding.status)
  expect(again(installed.after(holding.effects)).status).toBe('ok')
  const held = await planWith(dpkgSelections, hold, row('hold|installed\n'))
  const going = await planWith(
    apt,
    { name: 'kubelet', state: 'absent' },
    { ...debian, ...package_('kubelet', '1') },
  )
  if (going.plan.status !== 'change') throw new Error(going.plan.status)
  expect(held.again(held.world.after(going.plan.effects))).toMatchObject({ result: { before: 'deinstall' } })
  const purging = await planWith(
    apt,
    { name: 'kubelet', state: 'absent', purge: true },
    { ...debian, ...package_('kubelet', '1') },
  )
  if (purging.plan.status !== 'change') throw new Error(purging.plan.status)
  expect(held.again(held.world.after(purging.plan.effects)).status).toBe('fail')
  const open = held.world.after([effectOnAll('package', () => new Unknown('what becomes of the packages'))])
  expect(held.again(open).status).toBe('unknown')
})

test('a host without dpkg is refused when it is reached', async () => {
  expect((await planWith(dpkgSelections, hold, row('', 4))).plan).toMatchObject({
    status: 'fail',
    message: 'this host has no dpkg',
  })
})

test('what is purged in check mode has no selection any more', async () => {
  const { world, again } = await planWith(dpkgSelections, hold, row('deinstall|config-files\n'))
  const left = { ...debian, ...package_('kubelet', undefined, { residue: true }) }
  const { plan } = await planWith(apt, { name: 'kubelet', state: 'absent', purge: true }, left)
  if (plan.status !== 'change') throw new Error(plan.status)
  expect(again(world.after(plan.effects))).toMatchObject({ status: 'fail' })
})

interface AptArgs {
  name?: string
  state?: string
  allow_change_held_packages?: boolean
}

test.each<[string, AptArgs, Answers, boolean]>([
  ['its removal', { state: 'absent' }, package_('kubelet', '1'), true],
  ['another version', { name: 'kubelet=2' }, package_('kubelet', '1'), true],
  ['the same version', { name: 'kubelet=1' }, package_('kubelet', '1'), false],
  ['an installation', {}, package_('kubelet', undefined, { residue: true }), true],
  [
    'what is permitted',
    { state: 'absent', allow_change_held_packages: true },
    package_('kubelet', '1'),
    false,
  ],
])('on hold, %s fails as apt fails', async (_name, args, there, fails) => {
  const { plan } = await planWith(dpkgSelections, hold, { ...row('install|installed\n'), ...there })
  const {
    world,
    again,
    plan: before,
  } = await planWith(
    apt,
    { name: 'kubelet', ...args },
    { ...debian, ...there, [`package ${args.name ?? 'kubelet'}`]: Object.values(there)[0] },
  )
  if (plan.status !== 'change') throw new Error(plan.status)
  expect(before.status).not.toBe('fail')
  const then = again(world.after(plan.effects))
  expect(then.status === 'fail').toBe(fails)
  if (fails)
    expect(then).toMatchObject({
      message: 'kubelet is on hold',
      hint: expect.stringContaining('allow_change'),
    })
})

test('a release ends the hold in check mode', async () => {
  const there = package_('kubelet', '1', { held: true })
  const { plan } = await planWith(
    dpkgSelections,
    { ...hold, selection: 'install' },
    { ...row('hold|installed\n'), ...there },
  )
  const {
    world,
    again,
    plan: before,
  } = await planWith(apt, { name: 'kubelet', state: 'absent' }, { ...debian, ...there })
  expect(before.status).toBe('fail')
  if (plan.status !== 'change') throw new Error(plan.status)
  expect(again(world.after(plan.effects)).status).toBe('change')
})
