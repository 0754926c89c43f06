import { describe, expect, test } from 'vitest'
import module from '../../src/tasks/getent.ts'
import { isDict, toJson } from '../../src/value.ts'
import { effect, id } from '../../src/world/world.ts'
import { runTask, shells } from './harness.ts'
import { planWith } from './worlds.ts'

describe.each(shells)('getent with $name', (host) => {
  test('finds root, and nobody of that name', async () => {
    const { result } = await runTask(module, { database: 'passwd', key: 'root' }, host)
    const facts = result['ansible_facts']
    const entries = isDict(facts) ? facts.get('getent_passwd') : undefined
    expect(toJson(entries ?? null)).toMatchObject({
      root: ['x', '0', '0', expect.any(String), '/root', expect.any(String)],
    })
    const missing = await runTask(module, { database: 'passwd', key: 'no-such-user' }, host)
    expect(missing.plan).toMatchObject({ status: 'fail', message: 'there is no no-such-user in passwd' })
    const wrong = await runTask(module, { database: 'no-such-database', key: 'x' }, host)
    expect(wrong.plan).toMatchObject({ status: 'fail', message: expect.stringContaining('is not known') })
  })
})

const said = (code: number, stdout: string, words: readonly string[]) => ({
  [id('script', `getent ${JSON.stringify(words)}`)]: {
    code,
    stdout: Buffer.from(stdout),
    stderr: Buffer.alloc(0),
  },
})

async function entries(
  args: Record<string, unknown>,
  code: number,
  stdout: string,
  words: readonly string[],
) {
  const { plan } = await planWith(module, args, said(code, stdout, words))
  const facts = plan.status === 'ok' ? plan.result?.['ansible_facts'] : undefined
  return isDict(facts) ? toJson(facts) : plan
}

test('fields are split at blanks, and what is there several times is a list of them', async () => {
  const text = '10.0.0.1        STREAM a\n10.0.0.1        DGRAM\n10.0.0.1        RAW\n::1 RAW\n'
  expect(await entries({ database: 'ahosts', key: 'a' }, 0, text, ['ahosts', 'a'])).toEqual({
    getent_ahosts: { '10.0.0.1': [['STREAM', 'a'], ['DGRAM'], ['RAW']], '::1': ['RAW'] },
  })
})

test('another separator, one source, and no entry', async () => {
  const args = { database: 'services', key: 'ssh', split: 's', service: 'files' }
  expect(await entries(args, 0, 'xsyszz\n', ['-s', 'files', 'services', 'ssh'])).toEqual({
    getent_services: { x: ['y', 'zz'] },
  })
  const none = { database: 'group', key: 'x', fail_key: false }
  expect(await entries(none, 2, '', ['group', 'x'])).toEqual({ getent_group: { x: null } })
  expect(await entries({ database: 'ahosts' }, 3, '', ['ahosts'])).toMatchObject({ status: 'fail' })
})

test('its name is known beforehand, unless it is a template', () => {
  const facts = (value: string) => module.facts?.(new Map([['database', { value }]]))
  expect(facts('passwd')).toEqual(['getent_passwd'])
  expect(facts('{{ which }}')).toBeUndefined()
})

test('accounts are unknown behind a predicted change of one', async () => {
  const args = { database: 'passwd', key: 'root' }
  const { world, again } = await planWith(module, args, said(0, 'root:x:0\n', ['passwd', 'root']))
  const made = effect('user', 'anna', () => ({ exists: false }))
  expect(again(world.after([made]))).toMatchObject({ status: 'unknown' })
})
