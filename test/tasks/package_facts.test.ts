import { expect, test } from 'vitest'
import package_facts from '../../src/tasks/package_facts.ts'
import { isDict, toJson } from '../../src/value.ts'
import { effect, id } from '../../src/world/world.ts'
import { planWith } from './worlds.ts'

function said(manager: 'rpm' | 'dpkg', code: number, stdout = ''): Record<string, unknown> {
  return {
    [id('script', `all packages of ${manager}`)]: {
      code,
      stdout: Buffer.from(stdout),
      stderr: Buffer.alloc(0),
    },
  }
}

const RPM = said(
  'rpm',
  0,
  `haproxy\t2.6.12\t1.el9\t(none)\tx86_64
kernel\t5.14.0\t1.el9\t0\tx86_64
kernel\t5.14.0\t2.el9\t0\tx86_64
gpg-pubkey\t1\t2\t(none)\t(none)
`,
)
const DPKG = said(
  'dpkg',
  0,
  `amd64
ii \tapt\t2.6.2\tamd64\tadmin
ii \tadduser\t3.134\tall\tadmin
ii \tlibc6\t2.36\ti386\tlibs
rc \thaproxy\t2.6.12\tamd64\tnet
`,
)

async function packages(args: Record<string, unknown>, answers: Record<string, unknown>) {
  const { plan } = await planWith(package_facts, args, answers)
  const facts = plan.status === 'ok' ? plan.result?.['ansible_facts'] : undefined
  return isDict(facts) ? toJson(facts.get('packages') ?? null) : plan
}

const names = async (args: Record<string, unknown>, answers: Record<string, unknown>) =>
  Object.keys(Object(await packages(args, answers)))

test('rpm: several of one name, without an epoch', async () => {
  const kernel = { name: 'kernel', version: '5.14.0', epoch: 0, arch: 'x86_64', source: 'rpm' }
  expect(await packages({}, { ...RPM, ...said('dpkg', 1) })).toEqual({
    haproxy: [
      { name: 'haproxy', version: '2.6.12', release: '1.el9', epoch: null, arch: 'x86_64', source: 'rpm' },
    ],
    kernel: [
      { ...kernel, release: '1.el9' },
      { ...kernel, release: '2.el9' },
    ],
    'gpg-pubkey': [
      { name: 'gpg-pubkey', version: '1', release: '2', epoch: null, arch: null, source: 'rpm' },
    ],
  })
})

test('dpkg: what is removed is not there, another architecture is in the name', async () => {
  const apt = { source: 'apt' }
  expect(await packages({}, { ...said('rpm', 1), ...DPKG })).toEqual({
    apt: [{ name: 'apt', version: '2.6.2', arch: 'amd64', category: 'admin', ...apt }],
    adduser: [{ name: 'adduser', version: '3.134', arch: 'all', category: 'admin', ...apt }],
    'libc6:i386': [{ name: 'libc6:i386', version: '2.36', arch: 'i386', category: 'libs', ...apt }],
  })
})

test('the first database, or all of them', async () => {
  const both = { ...RPM, ...DPKG }
  expect(await names({}, both)).toEqual(['haproxy', 'kernel', 'gpg-pubkey'])
  expect(await names({ manager: ['apt', 'rpm'] }, both)).toContain('adduser')
  expect(await names({ strategy: 'all' }, both)).toHaveLength(6)
})

test('none is a failure, and a predicted change makes them unknown', async () => {
  expect(await packages({}, { ...said('rpm', 1), ...said('dpkg', 1) })).toMatchObject({ status: 'fail' })
  const { world, again } = await planWith(package_facts, {}, { ...RPM, ...said('dpkg', 1) })
  const removed = effect('package', 'haproxy', () => ({ installed: undefined, candidate: undefined }))
  expect(again(world.after([removed])).status).toBe('unknown')
})

test('a manager that is not supported is refused', () => {
  expect(package_facts.params.safeParse({ manager: 'pacman' }).success).toBe(false)
})
