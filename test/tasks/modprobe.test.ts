import { expect, test } from 'vitest'
import { Script } from '../../src/shell/sh.ts'
import modprobe from '../../src/tasks/modprobe.ts'
import { pathKey } from '../../src/world/path-names.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import { id } from '../../src/world/world.ts'
import { script } from './accounts.ts'
import { controllerWith } from './harness.ts'
import { applyOf, planWith, type Answers } from './worlds.ts'

const own = (path: string, text: string): Answers => ({
  [id('path', pathKey(path, true))]: replyOf({
    type: 'file',
    mode: 0o600,
    uid: 0,
    gid: 0,
    owner: 'root',
    group: 'root',
    content: Buffer.from(text),
  }),
})
const state = (params: string, ...said: readonly string[]) =>
  script(`module br_netfilter ${params}`, ['tool yes', ...said])
const files = (...said: readonly string[]) => script('module files', said)
const args = { name: 'br_netfilter' }
const kept = { ...args, persistent: 'present' }

test.each([
  [args, state(''), 'modprobe br_netfilter || exit 1'],
  [{ ...args, params: 'a=1 b=2' }, state('a=1 b=2'), 'modprobe br_netfilter a=1 b=2'],
  [{ ...args, state: 'absent' }, state('', 'loaded yes'), 'modprobe -r br_netfilter'],
  [kept, state('', 'loaded yes'), 'hk_path=/etc/modules-load.d/br_netfilter.conf'],
])('%j', async (given, answers, command) => {
  const { plan, world, again } = await planWith(modprobe, given, answers)
  expect(applyOf(plan)).toContain(command)
  if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
})

test.each([
  // What loads it, where, what is written instead.
  [kept, {}, files(), { '/etc/modules-load.d/br_netfilter.conf': 'br_netfilter\n' }],
  [kept, {}, files('644 /etc/modules-load.d/k8s.conf', '\toverlay', '\tbr_netfilter # bridge'), {}],
  [
    { ...kept, persistent: 'absent' },
    {},
    files('644 /etc/modules-load.d/k8s.conf', '\toverlay', '\tbr_netfilter'),
    { '/etc/modules-load.d/k8s.conf': 'overlay\n#br_netfilter\n' },
  ],
  [
    { ...kept, params: 'a=1 b=2' },
    own('/etc/modules-load.d/br_netfilter.conf', 'br_netfilter\n'),
    files('644 /etc/modprobe.d/x.conf', '\toptions br_netfilter c=3'),
    {
      '/etc/modprobe.d/x.conf': '#options br_netfilter c=3\n',
      '/etc/modprobe.d/br_netfilter.conf': 'options br_netfilter a=1\noptions br_netfilter b=2\n',
    },
  ],
])('%j with %j and %j', async (given, mine, others, written) => {
  const params = 'params' in given ? given.params : ''
  const { plan, world, again } = await planWith(modprobe, given, {
    ...state(params, 'loaded yes'),
    ...mine,
    ...others,
  })
  const texts =
    plan.status === 'change'
      ? plan.diff.flatMap((diff) => (diff.type === 'text' ? [[diff.path, diff.after]] : []))
      : []
  expect(Object.fromEntries(texts)).toEqual(written)
  if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
})

test('what cannot be loaded', async () => {
  const problem = 'modprobe: FATAL: Module br_netfilter not found in directory /lib/modules/6'
  const { plan } = await planWith(modprobe, args, state('', `problem ${problem}`))
  expect(plan).toMatchObject({ status: 'fail', message: problem })
  expect((await planWith(modprobe, args, {})).plan).toMatchObject({ message: 'this host has no modprobe' })
})

test('a name that is none is refused', () => {
  expect(() => modprobe.prepare(modprobe.params.parse({ name: 'a b' }), controllerWith())).toThrow(
    'not the name',
  )
})

test('files are asked about only where they matter, and one module is the same under all of its names', async () => {
  const asked = async (given: object) => {
    const wish = await modprobe.prepare(modprobe.params.parse(given), controllerWith())
    return modprobe.asks(wish).map(({ kind }) => kind)
  }
  expect(await asked(args)).toEqual(['script'])
  expect(await asked(kept)).toEqual(['script', 'script', 'path', 'path'])
  const { plan, world } = await planWith(modprobe, args, {
    ...state(''),
    ...state('a=1'),
    ...script('module br-netfilter ', ['tool yes']),
    ...script('module br_net ', ['tool yes']),
  })
  if (plan.status !== 'change') throw new Error('no change')
  const after = world.after(plan.effects)
  const loaded = (key: string) =>
    after
      .get('script', { id: key, text: new Script('') })
      .stdout.toString()
      .includes('loaded')
  expect(
    ['module br_netfilter ', 'module br_netfilter a=1', 'module br-netfilter ', 'module br_net '].map(loaded),
  ).toEqual([true, true, true, false])
})
