import { VARIABLES } from '../inventory/connection-names.ts'
import { CONNECTIONS } from '../inventory/connection-vars.ts'
import { str } from '../jinja/index.ts'
import { didYouMean } from '../suggest.ts'
import type { Value } from '../value.ts'
import { renderTree, type TaskScope } from '../variables/scope.ts'
import type { YamlNode } from '../yaml/load.ts'
import type { Located } from './model.ts'
import { hasTemplate, type Reader } from './reader.ts'

/** Keywords that say how to reach a host. */
export interface WayKeywords {
  connection?: Located
  remoteUser?: Located
  port?: Located
  becomeFlags?: Located
  becomeExe?: Located
}

/** How to reach a host, as connection variables by name: of its own and, where it has none, out of keywords. */
export type Way = ReadonlyMap<string, Value>

const SETTINGS = [
  ['connection', 'connection'],
  ['remoteUser', 'user'],
  ['port', 'port'],
  ['becomeFlags', 'becomeFlags'],
  ['becomeExe', 'becomeExe'],
] as const

/** As in Ansible, variables beat keywords. An address that a task's own vars name counts, too. */
export function wayOf(keywords: WayKeywords, scope: TaskScope): Way {
  const way = new Map<string, Value>()
  const own = (names: readonly string[]): boolean => {
    for (const name of names) {
      const value = scope.lookup(name) ?? null
      if (value !== null) way.set(name, value)
    }
    return names.some((name) => way.has(name))
  }
  own(VARIABLES.address)
  for (const [keyword, setting] of SETTINGS) {
    const located = keywords[keyword]
    if (own(VARIABLES[setting]) || !located) continue
    const value = renderTree(located, scope)
    if (value !== null && value !== '') way.set(VARIABLES[setting][0], value)
  }
  return way
}

/** Whether it leads to the machine hakube runs on. */
export function isLocal(way: Way): boolean {
  return /^(?:ansible\.builtin\.)?local$/.test(str(way.get('ansible_connection') ?? ''))
}

/** Whether two ways lead to the same place by the same means. */
export function sameWay(one: Way, other: Way): boolean {
  return one === other || wayKey(one) === wayKey(other)
}

/** Names a way among those to one host. */
export function wayKey(way: Way): string {
  return JSON.stringify([...way].map(([name, value]) => `${name}=${str(value)}`).sort())
}

/** Refuses connections that there are not here, as far as the text says it. */
export function checkConnection(reader: Reader, node: YamlNode | undefined): void {
  const word = reader.text(node, 'connection')
  if (!node || word === undefined || hasTemplate(word) || CONNECTIONS.includes(word)) return
  reader.problem(
    `connection: ${word} is not supported`,
    node.place,
    didYouMean(word, CONNECTIONS) ?? 'write ssh, or local for the machine hakube runs on',
  )
}
