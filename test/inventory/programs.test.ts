import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import { hostsOf, type Inventory } from '../../src/inventory/model.ts'
import { Float, toJson } from '../../src/value.ts'
import { errorsOf, inDirectory } from './support.ts'

const env = { PATH: process.env['PATH'] }

/** Runs `use` with the paths of these programs, written as shell scripts. */
async function withPrograms<T>(
  programs: Record<string, string>,
  use: (root: string) => Promise<T>,
  mode = 0o755,
): Promise<T> {
  const files = Object.entries(programs).map(([name, text]): [string, string] => [
    name,
    `#!/bin/sh\n${text}\n`,
  ])
  return await inDirectory(Object.fromEntries(files), async (root) => {
    for (const name of Object.keys(programs)) await chmod(join(root, name), mode)
    return await use(root)
  })
}

async function printed(json: unknown, rest = ''): Promise<Inventory> {
  const script = `cat <<'END'\n${JSON.stringify(json)}\nEND\n${rest}`
  return await withPrograms(
    { inv: script },
    async (root) => await loadInventory([join(root, 'inv')], { env }),
  )
}

function valuesOf(inventory: Inventory, host: string): unknown {
  const variables = inventory.hosts.get(host)?.variables ?? new Map<string, never>()
  return Object.fromEntries([...variables].map(([name, { value }]) => [name, toJson(value)]))
}

describe('inventories that are programs', () => {
  it('takes groups in all their forms, and variables from _meta', async () => {
    const inventory = await printed({
      _meta: { hostvars: { h1: { a: 1 }, ghost: { x: 1 } } },
      web: { hosts: ['h1', 'h2:22'], vars: { v: '{{ x }}' }, children: ['sub'] },
      sub: ['h3'],
      solo: { ansible_host: '10.0.0.9' },
      all: { children: ['ungrouped', 'web'], vars: { z: 1 } },
      ungrouped: { hosts: ['u1'] },
    })
    expect(hostsOf(inventory, 'web')).toEqual(['h1', 'h2:22', 'h3'])
    expect(hostsOf(inventory, 'ungrouped')).toEqual(['u1'])
    expect(inventory.hosts.has('ghost')).toBe(false)
    expect(valuesOf(inventory, 'h1')).toEqual({ a: 1, v: '{{ x }}', z: 1 })
    expect(valuesOf(inventory, 'solo')).toEqual({ ansible_host: '10.0.0.9', z: 1 })
  })

  it('keeps floats floats and the keys of an object in order', async () => {
    const json =
      '{"_meta": {"hostvars": {"h": {"f": 1.0, "big": 12345678901234567890}}}, "2": ["h"], "1": ["h"]}'
    await withPrograms({ inv: `echo '${json}'` }, async (root) => {
      const inventory = await loadInventory([join(root, 'inv')], { env })
      expect([...inventory.groups.keys()]).toEqual(['all', 'ungrouped', '2', '1'])
      expect(inventory.hosts.get('h')?.variables.get('f')?.value).toEqual(new Float(1))
      expect(inventory.hosts.get('h')?.variables.get('big')?.value).toBe(12345678901234567890n)
    })
  })

  it('asks an old program about each host', async () => {
    const script = `case $1 in
      --list) echo '{"web": ["o1", "o2"]}' ;;
      --host) [ "$2" = o2 ] || echo "{\\"me\\": \\"$2\\"}" ;;
    esac`
    await withPrograms({ inv: script }, async (root) => {
      const inventory = await loadInventory([join(root, 'inv')], { env })
      expect(valuesOf(inventory, 'o1')).toEqual({ me: 'o1' })
      expect(valuesOf(inventory, 'o2')).toEqual({})
    })
  })

  it('runs those in a directory, and passes on what they complain about', async () => {
    const programs = {
      'inv/10.sh': `echo '{"web": {"hosts": ["a"]}, "_meta": {"hostvars": {}}}'; echo slow >&2`,
    }
    await withPrograms(programs, async (root) => {
      const inventory = await loadInventory([join(root, 'inv')], { env })
      expect([...inventory.hosts.keys()]).toEqual(['a'])
      expect(inventory.warnings).toMatchObject([{ code: 'inventory-script', message: /slow/ }])
    })
  })

  it('reads an executable text without #! as a text', async () => {
    await inDirectory({ hosts: '[web]\nn1\n' }, async (root) => {
      await chmod(join(root, 'hosts'), 0o755)
      expect((await loadInventory([join(root, 'hosts')], { env })).hosts.size).toBe(1)
    })
  })

  it.each([
    ['echo boom >&2; exit 3', /ended with exit code 3:\n {2}boom$/],
    ['exit 1', /exit code 1 and said nothing/],
    ['kill -9 $$', /was ended by SIGKILL/],
    ['echo hello', /printed no JSON: hello/],
    ['true', /printed nothing/],
    ['echo "[]"', /printed JSON, but no object/],
    [`echo '{"web": {"hosts": "n1"}}'`, /the "hosts" of the group web are no list/],
    [`echo '{"web": {"hosts": [1]}}'`, /hold something that is no name/],
    [`echo '{"web": {"vars": []}}'`, /the "vars" of the group web/],
    [`echo '{"_meta": {"hostvars": []}}'`, /"hostvars" of "_meta"/],
    [`echo '{"w": ["h"], "_meta": {"hostvars": {"h": 1}}}'`, /the variables of h in "_meta"/],
    ['[ $1 = --list ] && echo \'{"w": ["h"]}\' || exit 4', /--host h ended with exit code 4/],
    ['sleep 20', /did not end within 0.3 s/],
  ])('refuses %s', async (script, message) => {
    await withPrograms({ inv: script }, async (root) => {
      const [error] = await errorsOf(
        loadInventory([join(root, 'inv')], { env: { ...env, HAKUBE_INVENTORY_TIMEOUT: '0.3' } }),
      )
      expect(error?.code).toBe('inventory-script')
      expect(error?.message).toMatch(message)
      expect(error?.place?.file).toBe(join(root, 'inv'))
      expect(error?.hint).toBeTruthy()
    })
  })

  it('tells a program that is not executable, or whose interpreter is missing', async () => {
    await withPrograms(
      { inv: 'echo "{}"\nfoo bar' },
      async (root) => {
        const errors = await errorsOf(loadInventory([join(root, 'inv')], { env }))
        expect(errors).toHaveLength(1)
        expect(errors[0]?.hint).toContain(`chmod +x ${join(root, 'inv')}`)
      },
      0o644,
    )
    await inDirectory({ inv: '#!/no/such/python\n' }, async (root) => {
      await chmod(join(root, 'inv'), 0o755)
      const [error] = await errorsOf(loadInventory([join(root, 'inv')], { env }))
      expect(error?.message).toContain('its interpreter is not there')
    })
  })
})
