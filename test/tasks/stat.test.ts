import { chmodSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import stat from '../../src/tasks/stat.ts'
import { pathBecomes } from '../../src/world/path-effects.ts'
import { World } from '../../src/world/world.ts'
import { toJson } from '../../src/value.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, type Host, look, planOf, runTask, shells } from './harness.ts'

async function statOf(host: Host, args: Record<string, unknown>): Promise<unknown> {
  const { plan, result } = await runTask(stat, args, host)
  expect(plan.status).toBe('ok')
  return toJson(result['stat'] ?? null)
}

describe.each(shells)('stat with $name', (host) => {
  test('a file', async () => {
    const path = join(scratch(), 'f')
    writeFileSync(path, 'x')
    chmodSync(path, 0o2751)
    expect(await statOf(host, { path })).toMatchObject({
      exists: true,
      path,
      isreg: true,
      isdir: false,
      islnk: false,
      mode: '2751',
      size: 1,
      uid: process.getuid?.(),
      pw_name: expect.any(String),
      checksum: '11f6ad8ec52a2984abaafd7c3b516503785c2072',
      isuid: false,
      isgid: true,
      rusr: true,
      xusr: true,
      wgrp: false,
      xgrp: true,
      roth: false,
      xoth: true,
      readable: true,
      nlink: 1,
      mtime: expect.any(Number),
    })
    expect(await statOf(host, { path, checksum_algorithm: 'md5' })).toMatchObject({
      checksum: '9dd4e461268c8034f5c8564e155c67a6',
    })
    expect(await statOf(host, { path, get_checksum: 'no' })).not.toHaveProperty('checksum')
  })

  test('nothing', async () => {
    expect(await statOf(host, { path: '/no/such' })).toEqual({ exists: false })
  })

  test('a link, and what is behind it', async () => {
    const root = scratch()
    writeFileSync(join(root, 'f'), 'x')
    symlinkSync('f', join(root, 'l'))
    const path = join(root, 'l')
    const link = await statOf(host, { path })
    expect(link).toMatchObject({ islnk: true, isreg: false, lnk_target: 'f', lnk_source: join(root, 'f') })
    expect(link).not.toHaveProperty('checksum')
    const behind = await statOf(host, { path, follow: true })
    expect(behind).toMatchObject({ islnk: false, isreg: true, checksum: expect.any(String) })
    expect(behind).not.toHaveProperty('lnk_source')
  })

  test('a directory', async () => {
    expect(await statOf(host, { path: '/' })).toMatchObject({ isdir: true, pw_name: 'root', gr_name: 'root' })
  })
})

test('before a predicted change, what nobody can tell is left out', async () => {
  const params = stat.params.parse({ path: '/no/such' })
  const prepared = await stat.prepare(params, controllerWith())
  const made = { type: 'file', mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root' } as const
  const content = Buffer.from('x')
  const before = shells[0] ? look(shells[0], stat.asks(prepared)) : new World()
  const plan = planOf(stat, prepared, before.after([pathBecomes('/no/such', { ...made, content })]))
  if (plan.status !== 'ok') throw new Error(plan.status)
  const result = toJson(plan.result?.['stat'] ?? null)
  expect(result).toMatchObject({ exists: true, size: 1, mode: '0644', checksum: expect.any(String) })
  for (const field of ['mtime', 'inode', 'dev']) expect(result).not.toHaveProperty(field)
})
