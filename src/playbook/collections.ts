import type { TaskModule } from '../task.ts'
import { findModule, moduleNames } from '../tasks/index.ts'
import type { YamlNode } from '../yaml/load.ts'
import type { Reader } from './reader.ts'

/** `collections`: where short names of modules are looked for. One that hakube does not know is no mistake by itself. */
export function readCollections(reader: Reader, node: YamlNode | undefined): readonly string[] | undefined {
  if (!node) return undefined
  return reader.texts(node, 'collections').flatMap(({ value, place }) => {
    if (/^[A-Za-z_]\w*\.[A-Za-z_]\w*$/.test(value)) return [value]
    reader.problem(`${value} is no name of a collection`, place, 'write NAMESPACE.COLLECTION')
    return []
  })
}

/** The module of a name as a task spells it: a short one is looked for in these collections first. */
export function resolveModule(name: string, collections: readonly string[]): TaskModule | undefined {
  const qualified = name.includes('.') ? [] : collections.map((collection) => `${collection}.${name}`)
  for (const candidate of [...qualified, name]) {
    const module = findModule(candidate)
    if (module) return module
  }
  return undefined
}

/** Why a module of this name is not there, as far as collections have to do with it. */
export function missingCollection(name: string, collections: readonly string[]): string | undefined {
  const known = new Set(['ansible.builtin', 'ansible.legacy', ...moduleNames().map(collectionOf)])
  const named = name.split('.').length > 2 ? [collectionOf(name)] : collections
  const unknown = named.filter((collection) => !known.has(collection))
  if (unknown.length === 0) return undefined
  return `hakube has no module of ${unknown.join(', ')}; \`hakube modules\` lists those that it has`
}

function collectionOf(name: string): string {
  return name.split('.').slice(0, 2).join('.')
}
