import { expect, test } from 'vitest'
import package_ from '../../src/tasks/package.ts'
import { applyOf, bare, debian, el, planWith } from './worlds.ts'

test.each([
  [debian, 'apt-get'],
  [el, '"$tool"'],
])('the host has its own manager: %j', async (platform, tool) => {
  const { plan } = await planWith(package_, { name: ['keepalived', 'haproxy'] }, platform)
  expect(applyOf(plan)).toContain(tool)
  expect(plan).toMatchObject({ summary: 'install keepalived, install haproxy' })
})

test('use: another one is refused', async () => {
  const { plan } = await planWith(package_, { name: 'a', use: 'dnf' }, debian)
  expect(plan).toMatchObject({ status: 'fail', message: expect.stringContaining('apt') })
})

test('a host without one is refused', async () => {
  expect((await planWith(package_, { name: 'a' }, bare)).plan.status).toBe('fail')
})

test('an empty list has nothing to do', async () => {
  const { plan } = await planWith(package_, { name: [] }, debian)
  expect(plan.status).toBe('ok')
})

test.each([
  [debian, { cache_valid_time: 600 }, '-ge 600'],
  [debian, { install_recommends: false }, 'APT::Install-Recommends=no'],
  [debian, { state: 'absent', purge: true }, undefined],
  [el, { disablerepo: '*', enablerepo: 'lab' }, "'--disablerepo=*' --enablerepo=lab"],
  [el, { disable_gpg_check: true }, '--nogpgcheck'],
  [debian, { force: true }, '--allow-unauthenticated'],
  [debian, { dpkg_options: 'force-confnew' }, 'Dpkg::Options::=--force-confnew'],
  [debian, { default_release: 'bookworm-backports' }, '-t bookworm-backports'],
  [debian, { allow_change_held_packages: true }, '--allow-change-held-packages'],
  [debian, { only_upgrade: true }, undefined],
  [el, { disable_excludes: 'kubernetes' }, '--disableexcludes=kubernetes'],
  [el, { exclude: 'haproxy' }, '--exclude=haproxy'],
  [el, { install_weak_deps: false }, '--setopt=install_weak_deps=False'],
  [el, { skip_broken: true }, '--skip-broken'],
  [el, { update_only: true }, undefined],
])('what one manager has is handed on to it: %j %j', async (platform, given, text) => {
  const { plan } = await planWith(package_, { name: 'keepalived', ...given }, platform)
  if (text === undefined) expect(plan.status).toBe('ok')
  else expect(applyOf(plan)).toContain(text)
  const other = platform === debian ? el : debian
  expect((await planWith(package_, { name: 'keepalived', ...given }, other)).plan).toMatchObject({
    status: 'fail',
    message: expect.stringContaining(
      `${Object.keys(given).at(-1) === 'enablerepo' ? 'enablerepo' : Object.keys(given).at(-1)} is not for this host`,
    ),
  })
})

test.each([
  [debian, 'apt-get'],
  [el, '"$tool"'],
])('allow_downgrade and lock_timeout are both managers’: %j', async (platform, tool) => {
  const given = { name: 'keepalived', allow_downgrade: true, lock_timeout: 5 }
  expect(applyOf((await planWith(package_, given, platform)).plan)).toContain(tool)
})

test('what the managers have by default stays their own', async () => {
  const words = applyOf((await planWith(package_, { name: 'keepalived' }, el)).plan)
  expect(words).not.toMatch(/--(?:setopt|nogpgcheck|best|nobest)/)
  const apt = applyOf((await planWith(package_, { name: 'keepalived' }, debian)).plan)
  expect(apt).toContain('Dpkg::Options::=--force-confold')
})
