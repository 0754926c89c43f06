import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, vi } from 'vitest'

// These tests start many processes; a busy machine needs its time.
vi.setConfig({ testTimeout: 30_000 })

/** A directory of its own for every call, gone after the test. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'hakube-test-'))
  made.push(directory)
  return directory
}

const made: string[] = []

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true })
})

/** Owners can only be changed by root. */
export const isRoot = process.getuid?.() === 0
