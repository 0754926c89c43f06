import { isKnown } from '../errors.ts'
import { loadYaml, type Warning, type YamlNode } from '../yaml/load.ts'
import { writtenEntries, type WrittenEntry } from './written.ts'

/** A file that belongs to what is looked at. */
export interface LintFile {
  path: string
  text: string
  /** Undefined for templates, and for a file whose YAML cannot be read. */
  root: YamlNode | undefined
  entries: readonly WrittenEntry[]
  /** What the YAML reader found odd. */
  warnings: readonly Warning[]
}

/** Reads a file as it is written. Mistakes in it are loading's to tell. */
export function lintFile(path: string, text: string): LintFile {
  const warnings: Warning[] = []
  if (!/\.(?:ya?ml|json)$/.test(path)) return { path, text, root: undefined, entries: [], warnings }
  try {
    const root = loadYaml(text, path, { onWarning: (warning) => warnings.push(warning) })
    return { path, text, root, entries: writtenEntries(root, path), warnings }
  } catch (error) {
    if (!isKnown(error)) throw error
    return { path, text, root: undefined, entries: [], warnings: [] }
  }
}
