import { expect, test } from 'vitest'
import { sourceQuestions, urlSource } from '../../src/tasks/key-source.ts'
import module from '../../src/tasks/rpm_key.ts'
import { Unknown } from '../../src/world/kind.ts'
import { id } from '../../src/world/world.ts'
import { controllerWith } from './harness.ts'
import { ONE, TWO } from './keys.ts'
import { type Answers, applyOf, el, planWith } from './worlds.ts'

function said(code: number, stdout: string): unknown {
  return { code, stdout: Buffer.from(stdout), stderr: Buffer.alloc(0) }
}
const rpmHas = (text: string): Answers => ({ ...el, [id('script', 'keys of rpm')]: said(0, text) })
const FILE = '/etc/pki/key'
const file = (text: string): Answers => ({
  [id('path', `${FILE}/.`)]: { exists: true, type: 'file', content: Buffer.from(text) },
})
const none = 'package gpg-pubkey is not installed\n'

test('a key is imported once, as it was looked at', async () => {
  const { plan, world, again } = await planWith(module, { key: FILE }, { ...rpmHas(none), ...file(ONE.text) })
  expect(plan).toMatchObject({ status: 'change', summary: `import the key ${ONE.id}` })
  expect(applyOf(plan)).toContain('rpm --import')
  if (plan.status !== 'change') return
  const later = world.after(plan.effects)
  expect(again(later)).toMatchObject({ status: 'ok', reason: `rpm trusts the key ${ONE.id}` })
  expect(later.peek('package', { name: 'gpg-pubkey' })).toBeInstanceOf(Unknown)
})

test('a key is removed by its file or its ID, and others stay', async () => {
  const both = { ...rpmHas(`${ONE.text}\n${TWO.text}\n`), ...file(ONE.text) }
  for (const key of [FILE, ONE.id, `0x${ONE.id.slice(-8).toLowerCase()}`]) {
    const { plan, world, again } = await planWith(module, { key, state: 'absent' }, both)
    expect(applyOf(plan)).toBe('rpm --erase --allmatches gpg-pubkey-983a3783 </dev/null || exit 1')
    if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
  }
  expect((await planWith(module, { key: TWO.id, state: 'absent' }, rpmHas(ONE.text))).plan.status).toBe('ok')
})

test('the fingerprint decides', async () => {
  const answers = { ...rpmHas(none), ...file(ONE.text) }
  const spaced = ONE.fingerprint.toLowerCase().replace(/.{4}/g, '$& ')
  expect((await planWith(module, { key: FILE, fingerprint: spaced }, answers)).plan.status).toBe('change')
  const { plan } = await planWith(module, { key: FILE, fingerprint: TWO.fingerprint }, answers)
  expect(plan).toMatchObject({
    status: 'fail',
    message: expect.stringContaining(`is ${ONE.fingerprint}, not`),
  })
})

test('what cannot be', async () => {
  const missing = await planWith(module, { key: ONE.id }, rpmHas(none))
  expect(missing.plan).toMatchObject({ status: 'fail', message: `rpm has no key ${ONE.id}` })
  const nowhere = await planWith(module, { key: FILE }, rpmHas(none))
  expect(nowhere.plan).toMatchObject({ status: 'fail', message: `${FILE} does not exist on the host` })
  const debian = await planWith(
    module,
    { key: ONE.id },
    { ...el, [id('script', 'keys of rpm')]: said(1, '') },
  )
  expect(debian.plan).toMatchObject({ status: 'fail', message: expect.stringContaining('has no rpm') })
  expect(() => module.prepare(module.params.parse({ key: 'key.asc' }), controllerWith())).toThrow(/no URL/)
})

test('a URL that cannot be fetched yet is unknown behind a package', async () => {
  const key = 'https://example.com/key'
  const [fetch] = sourceQuestions(urlSource('rpm_key', key, true))
  if (fetch?.kind !== 'script') throw new Error('no question about the URL')
  const answers = { ...rpmHas(none), [id('script', fetch.ask.id)]: said(0, 'exit 127\nbody\n\n') }
  const { plan, world, again } = await planWith(module, { key }, answers)
  expect(plan).toMatchObject({ status: 'fail' })
  const curl = {
    kind: 'package' as const,
    key: 'curl',
    change: () => ({ installed: '8', candidate: undefined }),
  }
  expect(again(world.after([curl]))).toMatchObject({ status: 'unknown' })
})

test('what another machine has is asked for when its turn has come', () => {
  const late = (key: string) => module.late?.(module.params.parse({ key }))
  expect(['https://x/y', 'file:///y', FILE, ONE.id].map(late)).toEqual([true, false, false, false])
})
