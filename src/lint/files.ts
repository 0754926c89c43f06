import { HakubeError } from '../errors.ts'
import type { ReadText, Sources } from '../playbook/sources.ts'

/** The files of a playbook as they are read, and what was not read and why. */
export interface Recorded {
  sources: Sources
  /** Path → text, in the order of reading. */
  read: Map<string, ReadText>
  /** Encrypted files for which there was no password. */
  locked: Set<string>
}

/**
 * Remembers every file that is read through `sources`. A file whose vault password is not at hand counts as an empty
 * one: what stands in it is not checked.
 */
export function recording(sources: Sources): Recorded {
  const read = new Map<string, ReadText>()
  const locked = new Set<string>()
  const reading: Sources = {
    ...sources,
    read(file) {
      const text = unlocked(sources, file, locked)
      if (text && !locked.has(file)) read.set(file, text)
      return text
    },
  }
  return { sources: reading, read, locked }
}

function unlocked(sources: Sources, file: string, locked: Set<string>): ReadText | undefined {
  try {
    return sources.read(file)
  } catch (error) {
    if (!(error instanceof HakubeError) || !error.code.startsWith('vault-password')) throw error
    locked.add(file)
    return { text: '', hidden: true }
  }
}
