import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { str } from '../../src/jinja/index.ts'
import module from '../../src/tasks/find.ts'
import { isDict, toJson, type Value } from '../../src/value.ts'
import { pathBecomes, pathGone } from '../../src/world/path-effects.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, look, planOf, runTask, shells } from './harness.ts'

/** a.log, b.txt, .hid, d/c.log, d/e/deep.log, l → d, "sp ace.log" */
function tree(): string {
  const root = scratch()
  mkdirSync(join(root, 'd/e'), { recursive: true })
  const write = (name: string, text: string) => writeFileSync(join(root, name), text)
  write('a.log', 'first\nsecond line\n')
  write('b.txt', 'x'.repeat(5000))
  write('.hid', 'hidden\n')
  write('d/c.log', 'second\n')
  write('d/e/deep.log', '')
  write('sp ace.log', ' second\n')
  symlinkSync('d', join(root, 'l'))
  const old = Date.now() / 1000 - 3 * 86_400
  utimesSync(join(root, 'a.log'), old, old)
  return root
}

function pathsIn(files: Value | undefined, field = 'path'): string[] {
  return Array.isArray(files) ? files.map((file) => (isDict(file) ? str(file.get(field) ?? null) : '')) : []
}

const CASES: [string, Record<string, unknown>, string[]][] = [
  ['files', {}, ['a.log', 'b.txt', 'sp ace.log']],
  ['a glob', { patterns: '*.log' }, ['a.log', 'sp ace.log']],
  ['globs', { patterns: ['a*', '[b]*'] }, ['a.log', 'b.txt']],
  ['excludes', { patterns: '*.log', excludes: 'a*' }, ['sp ace.log']],
  [
    'expressions fit from the beginning',
    { patterns: ['.*g$', 'txt'], use_regex: true },
    ['a.log', 'sp ace.log'],
  ],
  ['recurse', { patterns: '*.log', recurse: true }, ['a.log', 'd/c.log', 'd/e/deep.log', 'sp ace.log']],
  ['depth', { patterns: '*.log', recurse: true, depth: 2 }, ['a.log', 'd/c.log', 'sp ace.log']],
  ['hidden', { hidden: true }, ['.hid', 'a.log', 'b.txt', 'sp ace.log']],
  ['directories', { file_type: 'directory', recurse: true }, ['d', 'd/e']],
  ['links', { file_type: 'link' }, ['l']],
  ['any', { file_type: 'any' }, ['a.log', 'b.txt', 'd', 'l', 'sp ace.log']],
  ['old', { age: '2d' }, ['a.log']],
  ['young', { age: '-1h' }, ['b.txt', 'sp ace.log']],
  ['large', { size: '4k' }, ['b.txt']],
  ['small', { size: '-20' }, ['a.log', 'sp ace.log']],
  ['a line from its beginning', { contains: 'second', recurse: true }, ['a.log', 'd/c.log']],
  ['what grep does not know', { contains: '(?i)SECOND', recurse: true }, ['a.log', 'd/c.log']],
  ['anywhere in the file', { contains: 'first.second', read_whole_file: true }, []],
  ['over lines', { contains: 'first\\nsec', read_whole_file: true }, ['a.log']],
  ['through links', { follow: true, recurse: true, patterns: 'c.*' }, ['d/c.log', 'l/c.log']],
]

describe.each(shells)('find with $name', (host) => {
  test.each(CASES)('%s', async (_name, args, expected) => {
    const root = tree()
    const { plan, result } = await runTask(module, { paths: root, ...args }, host)
    expect(plan.status).toBe('ok')
    expect(pathsIn(result['files']).map((path) => path.slice(root.length + 1))).toEqual(expected)
    expect(result).toMatchObject({ matched: expected.length, msg: 'All paths examined' })
  })

  test('the fields of each, and a path that is none', async () => {
    const root = tree()
    const { result } = await runTask(
      module,
      { paths: [root, `${root}/none`], get_checksum: true, patterns: 'a.log' },
      host,
    )
    expect(toJson(result['files'] ?? null)).toEqual([
      expect.objectContaining({
        path: `${root}/a.log`,
        size: 18,
        isreg: true,
        isdir: false,
        mode: '0644',
        checksum: expect.stringMatching(/^[0-9a-f]{40}$/),
        wusr: true,
        xoth: false,
      }),
    ])
    expect(toJson(result['skipped_paths'] ?? null)).toEqual({
      [`${root}/none`]: `'${root}/none' is not a directory`,
    })
    expect(result['msg']).toMatch(/^Not all/)
    expect(result['examined']).toBe(6)
  })

  test('what check mode expects to be there, and not to be there', async () => {
    const root = tree()
    const prepared = await module.prepare(
      module.params.parse({ paths: root, recurse: true, contains: 'new' }),
      controllerWith(),
    )
    const owner = { uid: 0, gid: 0, owner: 'root', group: 'root' }
    const world = look(host, module.asks(prepared)).after([
      pathGone(`${root}/a.log`),
      pathBecomes(`${root}/n`, { type: 'directory', mode: 0o755, ...owner }),
      pathBecomes(`${root}/n/f`, { type: 'file', mode: 0o600, ...owner, content: Buffer.from('new\n') }),
      pathBecomes(`${root}/b.txt`, {
        type: 'file',
        mode: 0o600,
        ...owner,
        content: Buffer.from('new too\n'),
      }),
    ])
    const plan = planOf(module, prepared, world)
    const files = plan.status === 'ok' ? plan.result?.['files'] : undefined
    expect(pathsIn(files).map((path) => path.slice(root.length))).toEqual(['/b.txt', '/n/f'])
    expect(pathsIn(files, 'size')).toEqual(['8', '4'])
    const unread = world.after([pathBecomes(`${root}/q`, { type: 'file', mode: 0o600, ...owner })])
    expect(planOf(module, prepared, unread)).toMatchObject({ status: 'unknown' })
  })
})

test.each([
  [{ paths: '/a', age: '3x' }, /age/],
  [{ paths: '/a', size: 'big' }, /size/],
])('%j is refused', (args, says) => {
  expect(() => module.prepare(module.params.parse(args), controllerWith())).toThrow(says)
})

test('the root', async () => {
  const prepared = await module.prepare(
    module.params.parse({ paths: '/', file_type: 'directory' }),
    controllerWith(),
  )
  const [host] = shells
  if (!host) throw new Error('no shell')
  const plan = planOf(module, prepared, look(host, module.asks(prepared)))
  expect(plan.status === 'ok' ? pathsIn(plan.result?.['files']) : []).toContain('/etc')
})
