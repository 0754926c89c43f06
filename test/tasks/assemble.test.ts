import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { joinFragments } from '../../src/tasks/assemble-plan.ts'
import module from '../../src/tasks/assemble.ts'
import { pathBecomes } from '../../src/world/path-effects.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, look, planOf, runTask, shells } from './harness.ts'

function fragments(): string {
  const folder = scratch()
  mkdirSync(join(folder, 'f/sub'), { recursive: true })
  for (const [name, text] of [
    ['20 b', 'b\n'],
    ['10a', 'a'],
    ['.hid', 'h\n'],
    ['note.txt', 'n\n'],
  ] as const)
    writeFileSync(join(folder, 'f', name), text)
  return folder
}

describe.each(shells)('assemble with $name', (host) => {
  test.each([true, false])('fragments, with remote_src: %s', async (remote_src) => {
    const folder = fragments()
    const args = {
      src: join(folder, 'f'),
      dest: join(folder, 'out'),
      remote_src,
      regexp: '^\\d',
      mode: '0600',
    }
    const done = await runTask(module, { ...args, delimiter: '--\\n' }, host)
    expect(done).toMatchObject({ plan: { status: 'change' }, again: { status: 'ok' }, mispredicted: [] })
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('a\n--\nb\n')
    const hidden = await runTask(
      module,
      { ...args, regexp: undefined, ignore_hidden: true, backup: true },
      host,
    )
    expect(hidden.result['backup_file']).toBeDefined()
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('a\nb\nn\n')
    expect((await runTask(module, { ...args, validate: 'false %s' }, host)).failure).toMatch(
      /validation failed/,
    )
  })

  test('fragments that check mode expects', async () => {
    const folder = fragments()
    const args = { src: join(folder, 'f'), dest: join(folder, 'out'), regexp: '^[0-9]' }
    const prepared = await module.prepare(module.params.parse(args), controllerWith())
    const made = { type: 'file' as const, mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root' }
    const world = look(host, module.asks(prepared)).after([
      pathBecomes(join(folder, 'f/15'), { ...made, content: Buffer.from('new\n') }),
    ])
    expect(planOf(module, prepared, world)).toMatchObject({ diff: [{ after: 'a\nnew\nb\n' }] })
    const blind = world.after([pathBecomes(join(folder, 'f/16'), made)])
    expect(planOf(module, prepared, blind)).toMatchObject({ status: 'unknown' })
  })

  test('a file that would be one of its own fragments', async () => {
    const folder = fragments()
    symlinkSync('f', join(folder, 'link'))
    const plan = async (src: string, dest: string, more = {}) =>
      (await runTask(module, { src: join(folder, src), dest: join(folder, dest), ...more }, host)).plan
    for (const [src, dest] of [
      ['f', 'f/out'],
      ['f', 'link/out'],
      ['link', 'f/out'],
    ] as const)
      expect(await plan(src, dest)).toMatchObject({
        status: 'fail',
        message: expect.stringContaining('one of its own fragments'),
      })
    expect(await plan('f', 'f/.out', { ignore_hidden: true })).toMatchObject({ status: 'change' })
    expect(await plan('f', 'f/sub/out')).toMatchObject({ status: 'change' })
    // All that is there is the file itself.
    expect(await plan('f', 'f/20 b', { regexp: '^20' })).toMatchObject({ status: 'ok' })
  })

  test('what is no directory', async () => {
    const args = { src: '/none/at/all', dest: '/tmp/x' }
    expect((await runTask(module, args, host)).plan).toMatchObject({ status: 'fail' })
  })
})

test.each([
  [['a', 'b\n'], undefined, 'a\nb\n'],
  [['a\n', 'b'], '#', 'a\n#\nb'],
  [['a', 'b'], '#\n', 'a\n#\nb'],
  [['', 'b'], '', '\nb'],
  [[], '#', ''],
])('%j with %j between', (texts, delimiter, joined) => {
  const all = texts.map((text, index) => ({ name: String(index), content: Buffer.from(text) }))
  expect(joinFragments(all, { regexp: undefined, ignoreHidden: false, delimiter }).toString()).toBe(joined)
})
