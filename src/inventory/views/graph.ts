import { repr } from '../../jinja/index.ts'
import type { Value } from '../../value.ts'
import { compareText } from '../model.ts'
import { groupVariablesOf, ownHosts, variablesOf, type Shown } from './list.ts'

/** Groups and hosts as a tree, from one group down; with `variables`, each host's and each group's own below it. */
export function graphView(shown: Shown, top: string, variables: boolean): string {
  const lines: string[] = []
  const add = (text: string, depth: number): number =>
    lines.push(depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`)
  const addVariables = (of: ReadonlyMap<string, Value>, depth: number): void => {
    if (!variables) return
    const sorted = [...of].sort(([a], [b]) => compareText(a, b))
    for (const [name, value] of sorted) add(`{${name} = ${pythonText(value)}}`, depth)
  }
  const visit = (name: string, depth: number): void => {
    const group = shown.inventory.groups.get(name)
    if (!group) return
    add(`@${name}:`, depth)
    for (const child of group.children) visit(child, depth + 1)
    for (const hostName of ownHosts(group, shown)) {
      add(hostName, depth + 1)
      const host = shown.inventory.hosts.get(hostName)
      if (host) addVariables(variablesOf(host, shown), depth + 2)
    }
    addVariables(groupVariablesOf(group), depth + 1)
  }
  visit(top, 0)
  return `${lines.join('\n')}\n`
}

function pythonText(value: Value): string {
  return typeof value === 'string' ? value : repr(value)
}
