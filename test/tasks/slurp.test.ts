import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import module from '../../src/tasks/slurp.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import { scratch } from '../world/hosts.ts'
import { runTask, shells } from './harness.ts'
import { planWith } from './worlds.ts'

describe.each(shells)('slurp with $name', (host) => {
  test('small files come with the question, large ones in a round trip of their own', async () => {
    const src = join(scratch(), 'f')
    writeFileSync(src, Buffer.from([0, 255, 10]))
    const small = await runTask(module, { src }, host)
    expect(small.plan).toMatchObject({ status: 'ok' })
    expect(small.result).toEqual({ content: 'AP8K', encoding: 'base64', source: src })
    const large = Buffer.alloc(1_200_000, 'ab\n')
    writeFileSync(src, large)
    const read = await runTask(module, { src }, host)
    expect(read.plan).toMatchObject({ status: 'change', counts: false, effects: [] })
    expect(read.result['content'] === large.toString('base64')).toBe(true)
  })

  test('what is no file fails', async () => {
    const src = scratch()
    mkdirSync(join(src, 'd'))
    expect((await runTask(module, { src: `${src}/none` }, host)).plan).toMatchObject({
      status: 'fail',
      message: `file not found: ${src}/none`,
    })
    expect((await runTask(module, { src: `${src}/d` }, host)).plan).toMatchObject({ status: 'fail' })
  })
})

test('a file that check mode expects, and whose content nobody knows, is unknown', async () => {
  const made = replyOf({ type: 'file', mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root' })
  const { plan } = await planWith(module, { src: '/f' }, { 'path /f/.': made })
  expect(plan).toMatchObject({ status: 'unknown', why: expect.stringContaining('/f') })
})
