import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import module from '../../src/tasks/reboot.ts'
import { staleUnits } from '../../src/tasks/unit-task.ts'
import { Script } from '../../src/shell/sh.ts'
import { replyWith } from '../../src/world/script-reply.ts'
import { Unknown } from '../../src/world/kind.ts'
import { id, World } from '../../src/world/world.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, look, planOf, shells } from './harness.ts'
import { unit } from './worlds.ts'

const remote = controllerWith({ variable: () => undefined })

async function planned(args: Record<string, unknown>, world?: World) {
  const prepared = await module.prepare(module.params.parse(args), remote)
  const [host] = shells
  if (!host) throw new Error('no shell')
  const plan = planOf(module, prepared, world ?? look(host, module.asks(prepared)))
  if (plan.status !== 'change' || !plan.absence) throw new Error(JSON.stringify(plan))
  return { ...plan, absence: plan.absence }
}

/** A program that writes down its arguments. */
function program(name: string): { folder: string; called: () => string } {
  const folder = join(scratch(), 'bin')
  mkdirSync(folder)
  writeFileSync(join(folder, name), `#!/bin/sh\nprintf '%s|' "$@" >${folder}/called\n`, { mode: 0o755 })
  return { folder, called: () => readFileSync(join(folder, 'called'), 'utf8') }
}

describe.each(shells)('reboot with $name', (host) => {
  test('shutdown is found and told when, and what for', async () => {
    const { folder, called } = program('shutdown')
    const { apply } = await planned({
      search_paths: ['/no', folder],
      pre_reboot_delay: 130,
      msg: "it's time",
    })
    expect(host.run(apply).code).toBe(0)
    expect(called()).toBe("-r|2|it's time|")
  })

  test('another command, and one that is not there', async () => {
    const { folder, called } = program('again')
    const { apply } = await planned({ search_paths: folder, reboot_command: 'again -f "a b" $((1 + 1))' })
    expect(host.run(apply).code).toBe(0)
    expect(called()).toBe('-f|a b|2|')
    const missing = await planned({ search_paths: folder, reboot_command: 'no-such' })
    expect(host.run(missing.apply)).toMatchObject({ code: 1 })
  })

  test('the same boot is not another one', async () => {
    const { absence } = await planned({})
    expect(host.run(absence.isBack).code).toBe(1)
    const file = join(scratch(), 'boot')
    writeFileSync(file, '1\n')
    const own = await planned({ boot_time_command: `cat ${file}`, test_command: 'test 1 = 1' })
    expect(host.run(own.absence.isBack).code).toBe(1)
    writeFileSync(file, '')
    expect(host.run(own.absence.isBack).code).toBe(1)
    writeFileSync(file, '2\n')
    expect(host.run(own.absence.isBack).code).toBe(0)
    expect(host.run(own.absence.isReady).code).toBe(0)
  })
})

test('delays and times', async () => {
  const { absence } = await planned({
    pre_reboot_delay: 70,
    post_reboot_delay: 5,
    reboot_timeout: 30,
    connect_timeout: 2,
  })
  expect(absence).toMatchObject({ gone: true, delay: 65, timeout: 30, connectTimeout: 2 })
})

test('what runs afterwards is unknown', async () => {
  const { effects } = await planned({})
  const world = new World(new Map(Object.entries(unit('a.service')))).after(effects)
  expect(world.peek('unit', { name: 'a.service' })).toBeInstanceOf(Unknown)
  const boot = {
    [id('script', 'boot x')]: { code: 1, stdout: Buffer.alloc(0), stderr: Buffer.from('no x\n') },
  }
  await expect(planned({ boot_time_command: 'x' }, new World(new Map(Object.entries(boot))))).rejects.toThrow(
    'no x',
  )
})

test.each([
  ['script', 'mounts', true],
  ['script', 'iptables ipv4 filter INPUT ', true],
  ['script', 'module br_netfilter ', true],
  ['script', 'module files', false],
  ['script', 'selinux ', true],
  ['script', 'selinux ports', false],
  ['script', 'crontab (own)', false],
  ['path', '/proc/sys/net', true],
  ['path', '/run/x', true],
  ['path', '/etc/x', false],
] as const)('%s %s: unknown %j', async (kind, key, unknown) => {
  const { effects } = await planned({})
  const before = kind === 'path' ? { exists: false } : replyWith(['x'])
  const ask =
    kind === 'path' ? { kind, ask: { path: key } } : { kind, ask: { id: key, text: new Script('') } }
  const world = new World(new Map<string, unknown>([[id(kind, key), before]])).after(effects)
  const after = ask.kind === 'path' ? world.peek('path', ask.ask) : world.peek('script', ask.ask)
  expect(after instanceof Unknown).toBe(unknown)
})

test('systemd knows all of its files afterwards', async () => {
  const { effects } = await planned({})
  const stale = replyWith(['a.service'])
  const world = new World(new Map([[id('script', staleUnits.id), stale]])).after(effects)
  expect(world.get('script', staleUnits).stdout).toHaveLength(0)
})

test('not the machine that hakube runs on', () => {
  expect(() => module.prepare(module.params.parse({}), controllerWith({ variable: () => 'local' }))).toThrow(
    /the machine that hakube runs on/,
  )
})
