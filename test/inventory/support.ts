import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { HakubeError, HakubeErrors } from '../../src/errors.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import type { Inventory } from '../../src/inventory/model.ts'
import type { Value } from '../../src/value.ts'
import { Float } from '../../src/value.ts'

/** Runs `use` with a directory that holds these files and is removed afterwards. */
export async function inDirectory<T>(
  files: Record<string, string>,
  use: (root: string) => Promise<T>,
): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'hakube-inventory-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), text)
    }
    return await use(root)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

/** The inventory of one INI text, with further files beside it. */
export async function inventoryOf(ini: string, files: Record<string, string> = {}): Promise<Inventory> {
  return await inDirectory(
    { 'inventory.ini': ini, ...files },
    async (root) => await loadInventory([join(root, 'inventory.ini')]),
  )
}

/** All errors that a promise is rejected with. */
export async function errorsOf(promise: Promise<unknown>): Promise<readonly HakubeError[]> {
  try {
    await promise
  } catch (error) {
    if (error instanceof HakubeErrors) return error.errors
    if (error instanceof HakubeError) return [error]
    throw error
  }
  throw new Error('no error')
}

/** Python's repr of a number. */
export function repr(value: Value): string {
  if (value instanceof Float) return `${value.value}.0`
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  throw new Error('not a number')
}
