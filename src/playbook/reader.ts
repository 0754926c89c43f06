import { HakubeError, type Place } from '../errors.ts'
import { didYouMean } from '../suggest.ts'
import { truthOf } from '../truth.ts'
import { isDict, type Value } from '../value.ts'
import { EncryptedText } from '../vault/encrypted-text.ts'
import { describe, toValue, type Warning, type YamlMapping, type YamlNode } from '../yaml/load.ts'
import { isKeyword } from '../keywords/index.ts'
import { elsewhere } from './misplaced.ts'
import type { Support } from './keywords.ts'
import type { Condition, Located } from './model.ts'

/** Reads pieces of a playbook and collects every mistake instead of stopping at the first. */
export class Reader {
  readonly problems: HakubeError[] = []
  /** What is legal but surely not meant, such as a key that is there twice. */
  readonly warnings: Warning[] = []
  /** Modules that hakube does not have and that are no mistakes: the user says that no host reaches them. */
  readonly without: ReadonlySet<string>

  constructor(without: ReadonlySet<string> = new Set()) {
    this.without = without
  }

  problem(message: string, place: Place, hint?: string, code = 'playbook-syntax', docs?: string): undefined {
    this.problems.push(new HakubeError(message, { code, place, hint, docs }))
    return undefined
  }

  mapping(node: YamlNode, what: string): YamlMapping | undefined {
    if (node.kind === 'mapping') return node
    return this.problem(`${what} must be a mapping, this is ${describe(node)}`, node.place)
  }

  /** The items of a list; nothing (an empty key) is an empty list. */
  items(node: YamlNode | undefined, what: string): readonly YamlNode[] {
    if (node === undefined || isNothing(node)) return []
    if (node.kind === 'sequence') return node.items
    this.problem(`${what} must be a list, this is ${describe(node)}`, node.place, 'begin each item with "- "')
    return []
  }

  text(node: YamlNode | undefined, what: string): string | undefined {
    if (node === undefined) return undefined
    if (node.kind === 'scalar' && typeof node.value === 'string') return node.value
    if (node.kind === 'scalar' && typeof node.value === 'number') return String(node.value)
    return this.problem(`${what} must be text, this is ${describe(node)}`, node.place)
  }

  /** A plain truth value, in any of YAML's words. */
  flag(node: YamlNode | undefined, what: string): boolean | undefined {
    return this.truth(this.located(node), what)
  }

  /** The same of a value that has been read. */
  truth(located: Located | undefined, what: string): boolean | undefined {
    if (!located || located.value === null) return undefined
    return truthOf(located.value) ?? this.problem(`${what} must be yes or no`, located.place)
  }

  located(node: YamlNode | undefined): Located | undefined {
    return node && { value: toValue(node), place: node.place }
  }

  /** One text or a list of texts. */
  texts(node: YamlNode | undefined, what: string): Located<string>[] {
    if (node === undefined || isNothing(node)) return []
    const nodes = node.kind === 'sequence' ? node.items : [node]
    return nodes.flatMap((item) => {
      const value = this.text(item, what)
      return value === undefined ? [] : [{ value, place: item.place }]
    })
  }

  /** One condition or a list of them, all of which must hold. YAML booleans are conditions too. */
  conditions(node: YamlNode | undefined, what: string): Condition[] {
    if (node === undefined) return []
    const nodes = node.kind === 'sequence' ? node.items : [node]
    return nodes.flatMap((item) => {
      // As in Ansible, a condition that says nothing holds.
      if (item.kind === 'scalar' && (item.value === null || item.value === '')) return []
      if (item.kind === 'scalar' && typeof item.value === 'boolean') {
        return [{ value: item.value ? 'true' : 'false', place: item.place }]
      }
      const value = this.text(item, what)
      return value === undefined ? [] : [{ value, place: item.place }]
    })
  }

  variables(node: YamlNode | undefined, what: string): ReadonlyMap<string, Located> {
    const out = new Map<string, Located>()
    if (node === undefined || isNothing(node)) return out
    const mapping = this.mapping(node, what)
    for (const { key, keyPlace, value } of mapping?.entries ?? []) {
      const name = String(key)
      if (!/^[A-Za-z_]\w*$/.test(name)) {
        this.problem(
          `${name} is no name for a variable`,
          keyPlace,
          'use letters, digits and underscores only',
        )
      } else out.set(name, { value: toValue(value), place: value.place })
    }
    return out
  }

  /** Refuses keys that are not keywords, or not supported ones. Returns the others by name. */
  keywords(
    mapping: YamlMapping,
    table: Readonly<Record<string, Support>>,
    what: string,
    other: (key: string) => boolean = () => false,
  ): Map<string, YamlNode> {
    const out = new Map<string, YamlNode>()
    for (const { key, keyPlace, value } of mapping.entries) {
      const name = String(key)
      const support = Object.hasOwn(table, name) ? table[name] : undefined
      if (support === 'yes' || (support === undefined && other(name))) out.set(name, value)
      else if (support === undefined) {
        const hint = elsewhere(name, what) ?? didYouMean(name, Object.keys(table))
        this.problem(
          `${name} is no keyword of ${article(what)} ${what}`,
          keyPlace,
          hint,
          undefined,
          docsOf(name),
        )
      } else this.problem(`${name} is not supported here`, keyPlace, support, undefined, docsOf(name))
    }
    return out
  }
}

/** The page of the docs about a keyword: each that there is has a section of its own. */
function docsOf(name: string): string {
  return isKeyword(name) ? `docs/keywords.md#${name}` : 'docs/keywords.md'
}

function article(what: string): string {
  return /^[aeiou]/.test(what) ? 'an' : 'a'
}

export function isNothing(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === null
}

/** Whether a value holds a template anywhere, or something encrypted: what it is shows only when it is rendered. */
export function hasTemplate(value: Value): boolean {
  if (value instanceof EncryptedText) return true
  if (typeof value === 'string') return value.includes('{{') || value.includes('{%')
  if (Array.isArray(value)) return value.some(hasTemplate)
  if (isDict(value)) return [...value].some(([key, item]) => hasTemplate(key) || hasTemplate(item))
  return false
}
