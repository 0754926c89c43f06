import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import sysctl from '../../src/tasks/sysctl.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import { pathKey } from '../../src/world/path-names.ts'
import { sysctlPath } from '../../src/world/sysctl.ts'
import { id } from '../../src/world/world.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, runTask, shells } from './harness.ts'
import { applyOf, planWith } from './worlds.ts'

// The file only: the running kernel belongs to the machine. test/e2e sets parameters for real.
describe.each(shells)('sysctl with $name', (host) => {
  const args = { name: 'net.ipv4.ip_forward', value: 'yes', reload: false }

  test('a file is made, and found as it is to be', async () => {
    const file = join(scratch(), 'a.conf')
    const { plan, again, mispredicted } = await runTask(sysctl, { ...args, sysctl_file: file }, host)
    expect(plan).toMatchObject({
      status: 'change',
      summary: `set net.ipv4.ip_forward to 1 in ${file}`,
      diff: [{ type: 'text', before: '', after: 'net.ipv4.ip_forward=1\n' }],
    })
    expect(again?.status).toBe('ok')
    expect(mispredicted).toEqual([])
  })

  test('a line is taken away', async () => {
    const file = join(scratch(), 'a.conf')
    writeFileSync(file, '# mine\nnet.ipv4.ip_forward = 1\n')
    const first = await runTask(sysctl, { name: args.name, state: 'absent', sysctl_file: file }, host)
    expect(first.again?.status).toBe('ok')
    const second = await runTask(sysctl, { name: args.name, state: 'absent', sysctl_file: file }, host)
    expect(second.plan).toMatchObject({ status: 'ok', reason: expect.stringContaining('says nothing') })
  })

  test('an empty file is only empty', async () => {
    const file = join(scratch(), 'a.conf')
    writeFileSync(file, '')
    expect((await runTask(sysctl, { ...args, sysctl_file: file }, host)).again?.status).toBe('ok')
  })

  test('a parameter that the kernel has not', async () => {
    const wrong = { name: 'net.ipv4.no_such', value: 1, sysctl_file: join(scratch(), 'a.conf') }
    expect((await runTask(sysctl, wrong, host)).plan).toMatchObject({
      status: 'fail',
      message: 'the kernel has no parameter net.ipv4.no_such',
    })
    expect((await runTask(sysctl, { ...wrong, ignoreerrors: true }, host)).again?.status).toBe('ok')
  })

  test('what the running kernel has already needs only the line', async () => {
    const file = join(scratch(), 'a.conf')
    const { plan, again } = await runTask(
      sysctl,
      { name: 'kernel.ostype', value: 'Linux', sysctl_file: file },
      host,
    )
    expect(plan).toMatchObject({ status: 'change', diff: [{ type: 'text' }] })
    expect(again).toMatchObject({ status: 'ok', reason: 'kernel.ostype is Linux' })
  })
})

test('a file that is right, and a kernel that is not', async () => {
  const file = replyOf({
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    owner: 'root',
    group: 'root',
    content: Buffer.from('net.x=1\n'),
  })
  const answers = {
    [id('path', pathKey('/etc/sysctl.conf', true))]: file,
    [id('sysctl', sysctlPath('net.x'))]: { value: '0' },
  }
  const { plan, world, again } = await planWith(sysctl, { name: 'net.x', value: true }, answers)
  expect(plan).toMatchObject({
    status: 'change',
    diff: [{ type: 'fields', fields: [{ name: 'net.x', before: '0', after: '1' }] }],
  })
  expect(applyOf(plan)).toContain('>/proc/sys/net/x')
  if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
})

test.each([
  [{ value: 1 }, 'needs the name'],
  [{ name: 'a' }, 'needs a value'],
  [{ name: 'a', value: ' ' }, 'needs a value'],
  [{ name: 'a b', value: 1 }, 'not the name'],
])('%j is refused: %s', async (args, message) => {
  expect(() => sysctl.prepare(sysctl.params.parse(args), controllerWith())).toThrow(message)
})
