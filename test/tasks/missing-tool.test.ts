import { describe, expect, test } from 'vitest'
import type { TaskModule } from '../../src/task.ts'
import { effect, id } from '../../src/world/world.ts'
import { findModule } from '../../src/tasks/index.ts'
import { rules, script, user } from './accounts.ts'
import { controllerWith } from './harness.ts'
import { debian, el, planWith, type Answers } from './worlds.ts'

interface Case {
  module: string
  args: Record<string, unknown>
  host?: Answers
  /** What is missing. */
  message: RegExp
}

const selinux = script('selinux ', ['mode enforcing'])
const noTools = script('account rules', ['root yes'])
const withoutKeygen = script('account rules', ['tool usermod', 'tool useradd'])
const code = (status: number) => ({ code: status, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) })
const adjtime = { [id('path', '/etc/adjtime/.')]: { exists: false } }

const CASES: readonly Case[] = [
  { module: 'group', args: { name: 'g' }, host: noTools, message: /no groupadd/ },
  { module: 'user', args: { name: 'u' }, host: noTools, message: /no useradd/ },
  {
    module: 'user',
    args: { name: 'u', state: 'absent' },
    host: { ...user('u'), ...noTools },
    message: /no userdel/,
  },
  {
    module: 'user',
    args: { name: 'u', comment: 'x' },
    host: { ...user('u'), ...noTools },
    message: /no usermod/,
  },
  {
    module: 'user',
    args: { name: 'u', generate_ssh_key: true },
    host: { ...rules(), ...user('u'), ...withoutKeygen },
    message: /no ssh-keygen/,
  },
  {
    module: 'cron',
    args: { name: 'j', job: 'x' },
    host: script('crontab (own)', ['no tool']),
    message: /no crontab/,
  },
  { module: 'iptables', args: { chain: 'INPUT', jump: 'ACCEPT' }, message: /no iptables/ },
  { module: 'modprobe', args: { name: 'dummy' }, message: /no modprobe/ },
  {
    module: 'modprobe',
    args: { name: 'dummy' },
    host: script('module dummy ', ['tool yes', 'problem FATAL: Module dummy not found']),
    message: /Module dummy not found/,
  },
  {
    module: 'timezone',
    args: { name: 'Europe/Berlin' },
    host: debian,
    message: /no time zone Europe\/Berlin/,
  },
  { module: 'timezone', args: { hwclock: 'local' }, host: { ...debian, ...adjtime }, message: /no hwclock/ },
  { module: 'hostname', args: { name: 'h' }, host: debian, message: /no hostnamectl/ },
  {
    module: 'seport',
    args: { ports: 1, proto: 'tcp', setype: 't', ignore_selinux_state: true },
    message: /no semanage/,
  },
  {
    module: 'selinux_permissive',
    args: { domain: 'd_t', permissive: true },
    host: script('permissive domains ', ['enabled', 'semodule']),
    message: /no semanage/,
  },
  {
    module: 'seboolean',
    args: { name: 'b', state: true, persistent: true },
    host: script('seboolean b', ['enabled', 'now 0', 'kept 0']),
    message: /no setsebool/,
  },
  {
    module: 'seboolean',
    args: { name: 'b', state: true },
    host: script('seboolean b', ['enabled', 'tools']),
    message: /no boolean b/,
  },
  { module: 'selinux', args: { state: 'disabled' }, host: selinux, message: /no SELinux/ },
  {
    module: 'firewalld',
    args: { service: 'http', zone: 'public', permanent: true, state: 'enabled' },
    host: el,
    message: /firewalld is not installed/,
  },
]

describe('what a package of an earlier task may bring', () => {
  test.each(CASES.map((one) => [`${one.module} ${JSON.stringify(one.args)}`, one] as const))(
    '%s',
    async (_name, { module, args, host = {}, message }) => {
      await expectMissing(found(module), args, host, message)
    },
  )

  test('getent', async () => {
    const module = found('getent')
    const args = { database: 'passwd' }
    const prepared = await module.prepare(module.params.parse(args), controllerWith())
    const answers = Object.fromEntries(
      module
        .asks(prepared)
        .flatMap(({ kind, ask }) =>
          kind === 'script' && 'id' in ask ? [[id('script', ask.id), code(127)]] : [],
        ),
    )
    await expectMissing(module, args, answers, /no getent/)
  })
})

async function expectMissing(
  module: TaskModule,
  args: Record<string, unknown>,
  host: Answers,
  message: RegExp,
): Promise<void> {
  const { plan, world, again } = await planWith(module, args, host)
  expect(plan).toMatchObject({ status: 'fail', message: expect.stringMatching(message) })
  const brings = effect('package', 'some', () => ({ installed: '1', candidate: undefined }))
  expect(again(world.after([brings]))).toMatchObject({
    status: 'unknown',
    why: expect.stringMatching(/^whether the packages of the tasks before bring .* is not known$/),
  })
}

function found(name: string): TaskModule {
  const module = findModule(name)
  if (!module) throw new Error(`no module ${name}`)
  return module
}
