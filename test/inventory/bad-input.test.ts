import { execFile, spawnSync } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hakubeIn } from '../cli/support.ts'
import { inDirectory } from './support.ts'

let server: Server
let port = 0
let connections = 0

beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1
    socket.destroy()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (address !== null && typeof address === 'object') port = address.port
})

afterAll(() => {
  server.close()
})

const PLAYBOOK = '- hosts: all\n  gather_facts: false\n  tasks:\n    - command: echo {{ a | default(1) }}\n'
const host = (variables = ''): string => `n1 ansible_host=127.0.0.1 ansible_port=${port} ${variables}\n`

/** What a run says of these files; nothing may be connected to. */
async function said(
  files: Record<string, string>,
  source = 'inventory.ini',
  prepare?: (root: string) => Promise<unknown>,
): Promise<string> {
  return await inDirectory({ 'site.yml': PLAYBOOK, ...files }, async (root) => {
    await prepare?.(root)
    const before = connections
    const { code, err } = await hakubeIn(root, ['apply', join(root, 'site.yml'), '-i', join(root, source)])
    expect(code).toBe(1)
    expect(connections).toBe(before)
    expect(err).toContain('hint: ')
    return err
  })
}

describe('bad input ends a run before it connects anywhere', () => {
  it.each<[string, string, RegExp[]]>([
    [
      'a cycle of groups',
      '[a:children]\nb\n[b:children]\na\n',
      [/cannot be a child of/, /inventory\.ini:4:1/],
    ],
    ['a group as its own child', '[a:children]\na\n', [/its own child/, /inventory\.ini:2:1/]],
    ['an undefined group', '[a:children]\nwebb\n[web]\n', [/not declared/, /Did you mean web\?/, /:2:1/]],
    ['variables of an undefined group', '[web:vars]\na=1\n', [/belongs to no group/, /:1:2/]],
    ['a bad range', '[web]\nn[1-3].lan\n', [/is not a range/, /such as \[1:3\]/, /:2:1/]],
    ['an unbalanced quote', '[web]\n  n1 a="x\n', [/quote is not closed/, /:2:8/, /\n\s+\|\s+\^/]],
    ['an unknown section', '[web:var]\n', [/unknown type/, /\[web:vars\]/]],
    ['a value that Python refuses', "n1 a='{[1]: 2}'\n", [/not valid/, /:1:4/]],
  ])('%s', async (_, text, expected) => {
    const err = await said({ 'inventory.ini': host() + text })
    const shifted = expected.map(
      (one) =>
        new RegExp(
          one.source.replace(/:(\d+):(\d+)/, (_all, line, column) => `:${Number(line) + 1}:${column}`),
        ),
    )
    for (const one of shifted) expect(err).toMatch(one)
  })

  it('tells all mistakes of all files at once', async () => {
    const err = await said({
      'inventory.ini': `${host()}n2 b\n[x:children]\ny z\n[w:foo]\n`,
    })
    for (const place of [':2:4', ':4:1', ':5:1']) expect(err).toContain(`inventory.ini${place}`)
  })

  it('variables that refer to each other in a circle, as a chain', async () => {
    const err = await said({
      'inventory.ini': host('a="{{ b }}"'),
      'group_vars/all.yml': 'b: "x{{ c.d }}"\nc: {d: "{{ a }}"}\n',
    })
    expect(err).toMatch(/b \(.*all\.yml:1\) → c \(.*all\.yml:2\) → a \(.*inventory\.ini:1\) → b/)
  })

  it('a connection variable that refers to itself', async () => {
    expect(
      await said({ 'inventory.ini': `n1 ansible_host="{{ ansible_host }}" ansible_port=${port}\n` }),
    ).toMatch(/ansible_host \(.*\) → ansible_host/)
  })

  it.each([
    ['group_vars/all.yml', '- a\n', /must be a mapping of variables, not a list/],
    ['group_vars/all.yml', 'just text\n', /not text/],
    ['group_vars/all.yml', 'a: [1\n', /all\.yml:\d/],
    ['host_vars/n1.json', '{"a" 1}', /n1\.json:1/],
  ])('%s with %j', async (path, text, expected) => {
    expect(await said({ 'inventory.ini': host(), [path]: text })).toMatch(expected)
  })

  it('binary junk', async () => {
    const junk = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256))
    const err = await said({}, 'disk.img', async (root) => await writeFile(join(root, 'disk.img'), junk))
    expect(err).toMatch(/is not a text file/)
  })

  it('a file of 50 MB', async () => {
    const started = performance.now()
    const big = Buffer.alloc(50 * 1024 * 1024, 'a host\n')
    const err = await said({}, 'big', async (root) => await writeFile(join(root, 'big'), big))
    expect(err).toMatch(/bigger than 32 MiB/)
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  it('a socket', async () => {
    await inDirectory({}, async (root) => {
      const other = createServer().listen(join(root, 'socket'))
      expect(await said({}, join('..', root.split('/').at(-1) ?? '', 'socket'))).toMatch(/is a socket/)
      other.close()
    })
  })

  it('a pipe that nobody writes to', { timeout: 60_000 }, async () => {
    const err = await said(
      {},
      'pipe',
      async (root) => await promisify(execFile)('mkfifo', [join(root, 'pipe')]),
    )
    expect(err).toMatch(/nothing came out of the pipe/)
  })

  it.each([
    ['', /there is no inventory/],
    ['empty/', /holds no inventory file/],
  ])('a path that leads nowhere: %j', async (source, expected) => {
    expect(await said({ 'empty/readme.md': '' }, source === '' ? 'nothing' : source)).toMatch(expected)
  })

  it('a directory and a file without permission', { timeout: 60_000 }, async () => {
    await inDirectory({ 'dir/hosts': 'n1\n', 'file.ini': 'n1\n' }, async (root) => {
      await chmod(root, 0o755)
      await chmod(join(root, 'file.ini'), 0)
      await chmod(join(root, 'dir'), 0)
      for (const source of ['dir', 'file.ini']) {
        const err = asNobody(join(root, source))
        expect(err).toMatch(/^1 /)
        expect(err).toContain('permission denied')
        expect(err).toContain('Check its permissions')
      }
      await chmod(join(root, 'dir'), 0o755)
    })
  })
})

/** Exit code and messages of `hakube inventory`; root may read everything, so it becomes somebody else. */
function asNobody(source: string): string {
  const who = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  const { status, stderr } = spawnSync(
    process.execPath,
    [...tsx(), 'src/cli.ts', 'inventory', '-i', source],
    { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: '/nonexistent' }, ...who },
  )
  return `${status} ${stderr}`
}

function tsx(): string[] {
  return ['--import', new URL('../../node_modules/tsx/dist/esm/index.mjs', import.meta.url).href]
}
