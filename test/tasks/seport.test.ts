import { expect, test } from 'vitest'
import seport, { readLabels } from '../../src/tasks/seport.ts'
import { script } from './accounts.ts'
import { controllerWith } from './harness.ts'
import { applyOf, planWith } from './worlds.ts'

// `semanage port -l -n` and `-l -n -C` in the form of EL 9.
const LISTS = `http_cache_port_t              tcp      8080, 8118, 8123, 10001-10010
http_cache_port_t              udp      3130
http_port_t                    tcp      9999, 80, 81, 443, 488, 8008, 8009, 8443, 9000
---
http_port_t                    tcp      9999
`.trimEnd()
const host = (...head: readonly string[]) => script('selinux ports', [...head, LISTS])
const on = host('enabled', 'semanage')
const args = { proto: 'tcp', setype: 'http_port_t' }

test('the two lists', () => {
  const labels = readLabels(LISTS)
  expect(labels).toHaveLength(14)
  expect(labels.filter(({ local }) => local)).toEqual([
    { port: '9999', proto: 'tcp', type: 'http_port_t', local: true },
  ])
  expect(labels.map(({ port }) => port)).toContain('10001-10010')
})

test.each([
  [{ ports: 6443 }, 'semanage port -a -t http_port_t -p tcp 6443 || exit 1'],
  [{ ports: '8080,443' }, 'semanage port -m -t http_port_t -p tcp 8080 || exit 1'],
  [{ ports: ['7000-7010'], reload: false }, 'semanage port -a -N -t http_port_t -p tcp 7000-7010'],
  [{ ports: 9999, state: 'absent' }, 'semanage port -d -p tcp 9999'],
  [{ ports: 443, local: true }, 'semanage port -m -t http_port_t -p tcp 443'],
])('%j', async (given, command) => {
  const { plan, world, again } = await planWith(seport, { ...args, ...given }, on)
  expect(applyOf(plan)).toContain(command)
  if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
})

test.each([{ ports: [443, '9999'] }, { ports: '6443', state: 'absent' }, { ports: 9999, local: true }])(
  '%j: nothing to do',
  async (given) => {
    expect((await planWith(seport, { ...args, ...given }, on)).plan.status).toBe('ok')
  },
)

test.each([
  [{ ports: 443, state: 'absent' }, on, 'the policy itself says that tcp 443 is http_port_t'],
  [{ ports: 6443 }, host('semanage'), 'SELinux is switched off on this host'],
  [{ ports: 6443 }, script('selinux ports', ['enabled']), 'this host has no semanage'],
])('%j fails', async (given, answers, message) => {
  expect((await planWith(seport, { ...args, ...given }, answers)).plan).toMatchObject({
    status: 'fail',
    message,
  })
})

test('SELinux may be off where that does not matter', async () => {
  const given = { ...args, ports: 6443, ignore_selinux_state: true }
  expect((await planWith(seport, given, host('semanage'))).plan.status).toBe('change')
})

test('a port that is none', () => {
  const params = seport.params.parse({ ...args, ports: 'https' })
  expect(() => seport.prepare(params, controllerWith())).toThrow('not a port')
})
