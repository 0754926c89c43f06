import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import type { Inventory } from '../../src/inventory/model.ts'
import type { Value } from '../../src/value.ts'
import { toJson } from '../../src/value.ts'
import { HakubeError } from '../../src/errors.ts'
import { selectHosts } from '../../src/inventory/patterns.ts'
import { errorsOf, inDirectory, inventoryOf, repr } from './support.ts'

interface Case {
  name: string
  why: string
  ini: string
  files?: Record<string, string>
  sources?: string[]
  playbook_dir?: string
  expected?: {
    hosts: Record<string, Record<string, unknown>>
    groups: Record<string, { hosts: string[]; children: string[] }>
  }
  error?: true
  error_line?: number | null
  exact?: Record<string, Record<string, string>>
}

async function load(one: Case): Promise<Inventory> {
  const files = one.ini === '' && one.sources ? {} : { 'inventory.ini': one.ini }
  return await inDirectory({ ...files, ...one.files }, async (root) => {
    // A host list is no path, and neither are the names in it.
    const sources = (one.sources ?? ['inventory.ini']).map((source) =>
      source.includes(',') ? source : join(root, source),
    )
    const playbookDir = one.playbook_dir === undefined ? undefined : join(root, one.playbook_dir)
    return await loadInventory(sources, { playbookDir })
  })
}

function variablesOf(inventory: Inventory): Record<string, Record<string, unknown>> {
  const hosts = [...inventory.hosts.values()].map(({ name, variables }) => {
    const entries = [...variables].map(([key, { value }]): [string, unknown] => [key, toJson(value)])
    return [name, Object.fromEntries(entries)] as const
  })
  return Object.fromEntries(hosts)
}

function groupsOf(
  inventory: Inventory,
): Record<string, { hosts: readonly string[]; children: readonly string[] }> {
  const groups = [...inventory.groups.values()].map(({ name, hosts, children }) => {
    return [name, { hosts: name === 'all' ? [] : hosts, children }] as const
  })
  return Object.fromEntries(groups)
}

const cases: Case[] = JSON.parse(
  readFileSync(new URL('../conformance/inventory/cases.json', import.meta.url), 'utf8'),
)

describe("Ansible's answers to inventories", () => {
  it.each(cases.filter((one) => one.expected))('$name: $why', async (one) => {
    const inventory = await load(one)
    expect(variablesOf(inventory)).toEqual(one.expected?.hosts)
    expect(groupsOf(inventory)).toEqual(one.expected?.groups)
    for (const [host, variables] of Object.entries(one.exact ?? {})) {
      for (const [name, exact] of Object.entries(variables)) {
        const value: Value | undefined = inventory.hosts.get(host)?.variables.get(name)?.value
        expect(value === undefined ? undefined : repr(value)).toBe(exact)
      }
    }
  })

  it.each(cases.filter((one) => one.error))('refuses $name: $why', async (one) => {
    const [error, ...others] = await errorsOf(load(one))
    expect(others).toEqual([])
    expect(error?.place?.line).toBe(one.error_line ?? error?.place?.line)
    expect(error?.place?.line).toBeGreaterThan(0)
    expect(error?.hint).toBeTruthy()
  })
})

interface PatternCase {
  name: string
  why: string
  ini: string
  pattern: string
  expected_hosts: string[]
  ordered: boolean
  limit_hosts?: string[]
  limit_ordered?: boolean
  limit_error?: true
}

const patterns: PatternCase[] = JSON.parse(
  readFileSync(new URL('../conformance/inventory/patterns.json', import.meta.url), 'utf8'),
)

function inOrder(hosts: readonly string[], ordered: boolean | undefined): string[] {
  return ordered === true ? [...hosts] : [...hosts].sort()
}

/** The hosts of a pattern; a bad index, which Ansible reports and answers with nothing, counts as none. */
function hostsOrNone(inventory: Inventory, pattern: string): string[] {
  try {
    return selectHosts(inventory, pattern).hosts
  } catch (error) {
    if (error instanceof HakubeError && error.code === 'host-pattern') return []
    throw error
  }
}

describe("Ansible's answers to host patterns", () => {
  it.each(patterns)('$name: $why', async ({ ini, pattern, ...one }) => {
    const inventory = await inventoryOf(ini)
    expect(inOrder(hostsOrNone(inventory, pattern), one.ordered)).toEqual(
      inOrder(one.expected_hosts, one.ordered),
    )
    const limited = (): string[] => selectHosts(inventory, 'all', pattern).hosts
    if (one.limit_error) expect(limited).toThrow(HakubeError)
    else
      expect(inOrder(limited(), one.limit_ordered)).toEqual(inOrder(one.limit_hosts ?? [], one.limit_ordered))
  })
})
