/**
 * Answers of ansible-core 2.14.18 to generated inventories, variable files and patterns: those that say most of some
 * thirty thousand on which both agreed. In the data {"i": "7"} is an int, {"f": "1.0"} a float, and {"d": [...]} a
 * dict with its entries in order.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import type { Inventory } from '../../src/inventory/model.ts'
import { pythonText } from '../../src/inventory/passwords.ts'
import { selectHosts } from '../../src/inventory/patterns.ts'
import { Float, isDict, type Value } from '../../src/value.ts'
import { errorsOf, inDirectory } from './support.ts'

interface Case {
  files: Record<string, string>
  sources: string[]
  playbook_dir?: string
  error?: true
  hosts?: Record<string, Record<string, unknown>>
  groups?: Record<string, { hosts: string[]; children: string[] }>
  pattern?: string
  /** Hosts of the pattern, and of all with the pattern as limit; null where Ansible refuses it. */
  selected?: string[] | null
  limited?: string[] | null
}

const cases: Case[] = JSON.parse(
  readFileSync(new URL('../conformance/inventory/generated.json', import.meta.url), 'utf8'),
)

async function load(one: Case): Promise<Inventory> {
  return await inDirectory(one.files, async (root) => {
    const playbookDir = one.playbook_dir === undefined ? undefined : join(root, one.playbook_dir)
    return await loadInventory(
      one.sources.map((source) => join(root, source)),
      { playbookDir },
    )
  })
}

function tagged(value: Value): unknown {
  if (Array.isArray(value)) return value.map(tagged)
  if (isDict(value)) return { d: [...value].map(([key, item]) => [tagged(key), tagged(item)]) }
  const isInt = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
  if (isInt) return { i: String(value) }
  return typeof value === 'number' || value instanceof Float ? { f: pythonText(value) } : value
}

function answer(inventory: Inventory): Pick<Case, 'hosts' | 'groups'> {
  const hosts = [...inventory.hosts.values()].map(({ name, variables }) => {
    const own = [...variables].map(([key, { value }]) => [key, tagged(value)] as const)
    return [name, Object.fromEntries(own)] as const
  })
  const groups = [...inventory.groups.values()].map((group) => {
    const members = { hosts: group.name === 'all' ? [] : [...group.hosts], children: [...group.children] }
    return [group.name, members] as const
  })
  return { hosts: Object.fromEntries(hosts), groups: Object.fromEntries(groups) }
}

/** Sorted: below the second level Ansible's own order varies. Null for a pattern that is refused. */
function selected(inventory: Inventory, pattern: string, limit?: string): string[] | null {
  try {
    return [...selectHosts(inventory, pattern, limit).hosts].sort()
  } catch (error) {
    if (error instanceof HakubeError) return null
    throw error
  }
}

const sorted = (names: readonly string[] | null | undefined): string[] | null =>
  names ? [...names].sort() : null
const isPattern = (one: Case): boolean => one.pattern !== undefined
const show = (one: Case): string => JSON.stringify(Object.values(one.files).join(' ')).slice(0, 100)

describe("Ansible's answers to generated inventories", () => {
  it.each(cases.filter((one) => !isPattern(one)).map((one) => [show(one), one] as const))(
    '%s',
    async (_, one) => {
      if (one.error) expect((await errorsOf(load(one))).length).toBeGreaterThan(0)
      else expect(answer(await load(one))).toEqual({ hosts: one.hosts, groups: one.groups })
    },
  )
})

describe("Ansible's answers to generated patterns", () => {
  it.each(cases.filter(isPattern).map((one) => [one.pattern ?? '', one] as const))(
    '%s',
    async (pattern, one) => {
      const inventory = await load(one)
      expect(selected(inventory, pattern)).toEqual(sorted(one.selected))
      // A limit that leaves nothing is an error here, and for Ansible's commands too.
      expect(selected(inventory, 'all', pattern) ?? []).toEqual(sorted(one.limited) ?? [])
    },
  )
})
