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
