import { expect, test } from 'vitest'
import { hashName } from '../../src/connect/known-hosts.ts'
import knownHosts from '../../src/tasks/known_hosts.ts'
import { readHostKey, withHostKey, withoutHostKey } from '../../src/tasks/known_hosts-edit.ts'
import { directory, rules, script } from './accounts.ts'
import { controllerWith } from './harness.ts'
import { planWith } from './worlds.ts'

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIHAKHD9tfdd1FjaWbMoIPn7OB5fzVZE9P4bgNl2aXXXX'
const LINE = `h ssh-ed25519 ${KEY}`
const HASHED = `${hashName('h', Buffer.alloc(20, 1))} ssh-ed25519 ${KEY}`

function add(text: string, line = LINE): string | undefined {
  const key = readHostKey(line)
  return key && withHostKey(text, 'h', key, line)
}

// ansible.builtin.known_hosts' answers to the same.
test.each([
  ['', LINE, `${LINE}\n`],
  ['# one', LINE, `# one\n${LINE}\n`],
  [`${LINE} comment\n`, LINE, undefined],
  [`h ssh-ed25519 OLD\nx ssh-rsa B\n`, LINE, `x ssh-rsa B\n${LINE}\n`],
  [`h ssh-rsa OTHER\n`, LINE, `h ssh-rsa OTHER\n${LINE}\n`],
  [`h,10.0.0.1 ssh-ed25519 ${KEY}\n`, LINE, `${LINE}\n`],
  [`${HASHED}\n`, HASHED, undefined],
  [`${HASHED}\n`, LINE, `${LINE}\n`],
  [`${LINE}\n`, HASHED, `${HASHED}\n`],
  [`@revoked h ssh-ed25519 ${KEY}\n`, LINE, `${LINE}\n`],
])('%j gets %j', (before, line, after) => {
  expect(add(before, line)).toBe(after)
})

test('all lines of a host go, or that with a key of the same type', () => {
  const text = `${HASHED}\nh ssh-rsa B\nx ssh-rsa C\n*.h ssh-rsa D\n`
  expect(withoutHostKey(text, 'h', undefined)).toBe('x ssh-rsa C\n*.h ssh-rsa D\n')
  expect(withoutHostKey(text, 'h', readHostKey('h ssh-rsa B'))).toBe(
    `${HASHED}\nx ssh-rsa C\n*.h ssh-rsa D\n`,
  )
  expect(withoutHostKey(text, 'other', undefined)).toBeUndefined()
})

const home = script('home file (own) .ssh/known_hosts', ['root:x:0:0:root:/root:/bin/sh', 'home', '.'])
const host = { ...rules(), ...directory('/root'), ...home }

test('the own file, with a hashed name', async () => {
  const args = { name: 'H', key: LINE, hash_host: true }
  const { plan, world, again } = await planWith(knownHosts, args, { ...host, ...directory('/root/.ssh') })
  expect(plan).toMatchObject({ status: 'change', result: { path: '/root/.ssh/known_hosts' } })
  if (plan.status !== 'change' || plan.diff[0]?.type !== 'text') throw new Error('no change')
  expect(plan.diff[0].after).toMatch(/^\|1\|\S+\|\S+ ssh-ed25519 AAAA/)
  expect(again(world.after(plan.effects)).status).toBe('ok')
})

test('a directory that is not there', async () => {
  const { plan } = await planWith(knownHosts, { name: 'h', key: LINE }, host)
  expect(plan).toMatchObject({ status: 'fail', message: 'the directory /root/.ssh does not exist' })
})

test.each([
  [{ name: 'h' }, 'a key is needed'],
  [{ name: 'h', key: 'nonsense' }, 'not a line'],
  [{ name: 'other', key: LINE }, 'about h, not about other'],
  [{ name: 'a,b', key: LINE }, 'several names'],
  [{ name: 'h', key: `${LINE}\nh ssh-rsa B` }, 'several lines'],
])('%j is refused: %s', (args, message) => {
  expect(() => knownHosts.prepare(knownHosts.params.parse(args), controllerWith())).toThrow(message)
})
