import { symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import type { Inventory } from '../../src/inventory/model.ts'
import { errorsOf, inDirectory } from './support.ts'

function valuesOf(inventory: Inventory, host: string): Record<string, unknown> {
  const variables = inventory.hosts.get(host)?.variables ?? new Map<string, never>()
  return Object.fromEntries([...variables].map(([name, { value }]) => [name, value]))
}

describe('directories', () => {
  it('reads all files in sorted order, directories included, and skips what is no inventory', async () => {
    const files = {
      'inv/20-b.ini': 'n2\nn1 x=second\n',
      'inv/10-a.ini': 'n1 x=first\n',
      'inv/sub/c': 'n3\n',
      'inv/sub/group_vars/all.yml': 'y: not next to the source\n',
      'inv/.hidden': 'no\n',
      'inv/old.ini~': 'no\n',
      'inv/notes.md': 'no\n',
      'inv/site.retry': 'no\n',
      'inv/ansible.cfg': 'no\n',
      'inv/group_vars/all.yml': 'z: 1\n',
    }
    await inDirectory(files, async (root) => {
      const inventory = await loadInventory([join(root, 'inv')])
      expect([...inventory.hosts.keys()]).toEqual(['n1', 'n2', 'n3'])
      expect(valuesOf(inventory, 'n1')).toEqual({ x: 'second', z: 1 })
    })
  })

  it('refuses a directory without an inventory', async () => {
    await inDirectory({ 'inv/readme.md': '', 'inv/group_vars/all.yml': 'a: 1' }, async (root) => {
      const [error] = await errorsOf(loadInventory([join(root, 'inv')]))
      expect(error).toMatchObject({ code: 'inventory-missing' })
    })
  })
})

describe('files', () => {
  it.each<[string, string | Uint8Array, string, RegExp]>([
    ['x.ini', Buffer.from('[a]\nb\0c\n'), 'inventory-file', /line 2 has a NUL/],
    [
      'x.ini',
      Buffer.from([0x61, 0x0a, 0x0a, 0xff, 0xfe, 0x0a]),
      'inventory-file',
      /line 3 has bytes that are not UTF-8/,
    ],
    ['x.yml', '- a\n', 'inventory-syntax', /must be a mapping of groups, this is a list/],
    ['x.json', '{"web": {"hosts": ["a"]}, "_meta": {}}', 'inventory-syntax', /inventory program prints/],
    ['x.yml', 'a:\n\tb: 1', 'yaml-syntax', /tabs/],
    ['x.yml', 'plugin: aws_ec2\n', 'inventory-syntax', /plugins are not supported/],
  ])('refuses %s with %j', async (name, content, code, message) => {
    await inDirectory({}, async (root) => {
      await writeFile(join(root, name), content)
      const [error, ...others] = await errorsOf(loadInventory([join(root, name)]))
      expect(others).toEqual([])
      expect(error?.code).toBe(code)
      expect(error?.message).toMatch(message)
      expect(error?.place?.file).toBe(join(root, name))
    })
  })

  it('refuses a socket and a device, and takes /dev/null for an empty inventory', async () => {
    await inDirectory({}, async (root) => {
      const server = createServer().listen(join(root, 's'))
      expect(await errorsOf(loadInventory([join(root, 's')]))).toMatchObject([{ code: 'inventory-file' }])
      server.close()
    })
    expect(await errorsOf(loadInventory(['/dev/zero']))).toMatchObject([{ code: 'inventory-file' }])
    expect((await loadInventory(['/dev/null'])).hosts.size).toBe(0)
  })

  it('tells what to write for a host, and the mistakes of all sources at once', async () => {
    await inDirectory({ 'x.ini': 'a b\n' }, async (root) => {
      const errors = await errorsOf(loadInventory(['web1', join(root, 'x.ini'), '/no/such']))
      expect(errors.map((error) => error.code)).toEqual([
        'inventory-missing',
        'inventory-syntax',
        'inventory-missing',
      ])
      expect(errors[0]?.hint).toContain('-i web1,')
    })
  })

  it('expands ~ and variables in the name', async () => {
    await inDirectory({ 'x.ini': 'n1\n' }, async (root) => {
      const env = { HOME: root, WHERE: root }
      for (const source of ['~/x.ini', '$WHERE/x.ini', '${WHERE}/x.ini']) {
        expect((await loadInventory([source], { env })).hosts.size).toBe(1)
      }
    })
  })
})

describe('inventories in YAML', () => {
  it('reads nested groups, ranges, ports, strings for mappings and priorities', async () => {
    const yaml = [
      'all:',
      '  vars: {v: all}',
      '  hosts: {n0: }',
      '  children:',
      '    top:',
      '      children:',
      '        web: {hosts: {"w[1:2]:22": {a: 1}}, vars: {ansible_group_priority: 10, v: web}}',
      '        app: {hosts: w1, vars: {v: app}}',
    ].join('\n')
    await inDirectory({ 'hosts.yml': yaml }, async (root) => {
      const inventory = await loadInventory([join(root, 'hosts.yml')])
      expect(valuesOf(inventory, 'w1')).toEqual({ v: 'web', a: 1, ansible_port: 22 })
      expect(inventory.hosts.get('w1')?.groups).toEqual(['app', 'top', 'web'])
      expect(inventory.groups.get('web')).toMatchObject({ depth: 2, priority: 10, parents: ['top'] })
      expect(inventory.hosts.get('w1')?.variables.get('a')?.origin).toMatchObject({ line: 7 })
      expect([...(inventory.groups.get('web')?.variables.keys() ?? [])]).toEqual(['v'])
    })
  })

  it('takes INI in a file whose name says YAML, and a file with nothing in it', async () => {
    await inDirectory({ 'a.yml': '[web]\nn1 x=1\n', 'b.yml': '# nothing\n' }, async (root) => {
      const inventory = await loadInventory(['a.yml', 'b.yml'].map((path) => join(root, path)))
      expect(inventory.groups.get('web')?.hosts).toEqual(['n1'])
    })
  })

  it('points at what cannot be, and warns about what has no effect', async () => {
    const yaml = 'web:\n  hosts:\n    - n1\n  n2: {}\ndb: 5\n1: {}\nx:\n  hosts:\n    "n[3:": {}\n'
    await inDirectory({ 'bad.yml': yaml, 'odd.yml': 'web:\n  n2: {}\ndb: 5\n' }, async (root) => {
      const errors = await errorsOf(loadInventory([join(root, 'bad.yml')]))
      expect(errors.map((error) => error.place?.line)).toEqual([3, 6, 9])
      const { warnings } = await loadInventory([join(root, 'odd.yml')])
      expect(warnings).toMatchObject([
        { code: 'ignored-section', place: { line: 2 } },
        { code: 'ignored-section', place: { line: 3 } },
      ])
    })
  })
})

describe('variable files', () => {
  it.each([
    ['group_vars/all.yml', 'a: {{ x }}\n', 'yaml-syntax', 1],
    ['group_vars/web/x.yml', '- a\n', 'vars-file', 1],
    ['host_vars/n1.yml', 'a: 1\nb: "x\n', 'yaml-syntax', 2],
    ['host_vars/n1', '$ANSIBLE_VAULT;1.1;AES256\n616\n', 'vault-format', 2],
    ['host_vars/n1.yml', 'a: !vault |\n  6162\n', 'vault-format', 2],
  ])('points at the mistake in %s: %j', async (path, text, code, line) => {
    await inDirectory({ 'inventory.ini': '[web]\nn1\n', [path]: text }, async (root) => {
      const [error] = await errorsOf(loadInventory([join(root, 'inventory.ini')]))
      expect(error).toMatchObject({ code, place: { file: join(root, path), line } })
    })
  })

  it('knows where each value comes from', async () => {
    const files = { 'i.ini': '[web]\nn1 a=1\n', 'group_vars/web.yml': 'a: 0\nb:\n  c: 1\n' }
    await inDirectory(files, async (root) => {
      const variables = (await loadInventory([join(root, 'i.ini')])).hosts.get('n1')?.variables
      expect(variables?.get('a')?.origin).toMatchObject({ file: join(root, 'i.ini'), line: 2, column: 4 })
      expect(variables?.get('b')?.origin).toMatchObject({ file: join(root, 'group_vars/web.yml'), line: 2 })
    })
  })

  it('warns about duplicate and odd names, and takes empty files', async () => {
    const files = {
      'i.ini': 'n1\n',
      'group_vars/all.yml': 'a: 1\na: 2\nyes: 3\n',
      'host_vars/n1.yml': '# nothing\n',
    }
    await inDirectory(files, async (root) => {
      const inventory = await loadInventory([join(root, 'i.ini')])
      expect(inventory.warnings.map((warning) => warning.code)).toEqual([
        'duplicate-key',
        'odd-variable-name',
      ])
      expect(valuesOf(inventory, 'n1')).toEqual({ a: 2, True: 3 })
    })
  })

  it('lets the last of two sources in one directory decide how strong the directory is', async () => {
    const files = {
      'a/1.ini': 'n1\n',
      'a/2.ini': 'n2\n',
      'b/x.ini': 'n3\n',
      'a/group_vars/all.yml': 'v: a',
      'b/group_vars/all.yml': 'v: b',
    }
    await inDirectory(files, async (root) => {
      const inventory = await loadInventory(['a/1.ini', 'b/x.ini', 'a/2.ini'].map((path) => join(root, path)))
      expect(valuesOf(inventory, 'n3')).toEqual({ v: 'a' })
    })
  })

  it('stops at a link to a directory above', async () => {
    await inDirectory({ 'i.ini': 'n1\n', 'group_vars/all/x.yml': 'a: 1\n' }, async (root) => {
      await symlink('..', join(root, 'group_vars/all/loop'))
      const [error] = await errorsOf(loadInventory([join(root, 'i.ini')]))
      expect(error?.hint).toContain('symbolic link')
    })
  })
})
