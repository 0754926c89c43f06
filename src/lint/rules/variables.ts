import { isKnown } from '../../errors.ts'
import { freeVariables } from '../../jinja/index.ts'
import { parseTemplate, PLAYBOOK_OPTIONS } from '../../jinja/template.ts'
import { visitExpressions } from '../../jinja/visit.ts'
import { isSlip, nearest } from '../../suggest.ts'
import type { YamlNode } from '../../yaml/load.ts'
import type { LintFile } from '../file.ts'
import type { Found, Rule, Scene } from '../rule.ts'
import { textsIn } from '../written.ts'

const misspelt: Rule = {
  id: 'variable-misspelt',
  alsoKnownAs: [],
  summary: 'a variable that nobody sets, one letter off one that is set',
  why: 'An inventory may set any variable, so a name that nobody sets is no mistake by itself. One that differs in a letter or two from a variable of the same role or playbook, and is never tested with `is defined` or `default`, surely is.',
  bad: '- name: The nodes\n  hosts: all\n  vars:\n    haproxy_backends: []\n  tasks:\n    - name: Tell\n      debug:\n        msg: "{{ haproxy_backend | length }}"\n',
  good: '- name: The nodes\n  hosts: all\n  vars:\n    haproxy_backends: []\n  tasks:\n    - name: Tell\n      debug:\n        msg: "{{ haproxy_backends | length }}"\n',
  scene: (scene): Found[] => {
    const known = namesSet(scene)
    // Short names are near to each other without being misspelt.
    const long = [...known].filter((name) => name.length >= 8)
    const reads = scene.files.flatMap(readsOf)
    const guarded = new Set(reads.filter((read) => read.guarded).map((read) => read.name))
    return reads.flatMap(({ name, place }): Found[] => {
      if (known.has(name) || guarded.has(name) || name.length < 8 || MAGIC.test(name)) return []
      const near = nearest(
        name,
        long.filter((one) => Math.abs(one.length - name.length) <= 1),
      )
      if (near === undefined || !isSlip(name, near)) return []
      return [{ place, message: `nobody sets ${name}, but ${near} is set`, hint: `did you mean ${near}?` }]
    })
  },
}

/** Set without anybody’s doing. */
const MAGIC =
  /^(?:ansible_.*|hakube_version|inventory_(?:hostname|hostname_short|dir|file)|playbook_dir|role_(?:path|name|names)|play_hosts|template_\w+|group_names|hostvars|environment)$/

/** Every name that any of the files may set, generously: every key of every mapping, and every word behind register. */
function namesSet({ files }: Scene): Set<string> {
  const out = new Set<string>()
  const walk = (node: YamlNode | undefined): void => {
    if (node?.kind === 'sequence') node.items.forEach(walk)
    if (node?.kind !== 'mapping') return
    for (const { key, value } of node.entries) {
      out.add(String(key))
      if (NAMING.has(String(key)))
        for (const { text } of textsIn(value)) for (const word of text.match(/\w+/g) ?? []) out.add(word)
      walk(value)
    }
  }
  for (const { root, text } of files) {
    walk(root)
    for (const [, names = ''] of text.matchAll(/\{%-?\s*(?:set|for|macro|import|with)\s+([^]*?)%\}/g))
      for (const word of names.match(/\w+/g) ?? []) out.add(word)
    for (const [, word = ''] of text.matchAll(/(\w+)=/g)) out.add(word)
  }
  return out
}

const NAMING = new Set([
  'register',
  'loop_var',
  'index_var',
  'set_fact',
  'name',
  'include_vars',
  'vars_prompt',
])

interface Read {
  name: string
  place: Found['place']
  /** Tested with `is defined`, or with a default. */
  guarded: boolean
}

function readsOf({ path, text, root }: LintFile): Read[] {
  const parts = root
    ? textsIn(root).filter((one) => one.text.includes('{{') || one.text.includes('{%'))
    : [{ text, place: { file: path, line: 1 } }]
  const placeOf = (name: string, place: Found['place']) =>
    root ? place : { file: path, line: lineOf(name, text) }
  return parts.flatMap(({ text: part, place }) => {
    try {
      const guarded = guardedIn(part, place)
      return freeVariables(part, place).map((name) => ({
        name,
        place: placeOf(name, place),
        guarded: guarded.has(name),
      }))
    } catch (error) {
      // A mistake in a template is loading's to tell.
      if (!isKnown(error)) throw error
      return []
    }
  })
}

/** The line of a template on which a name first stands. */
function lineOf(name: string, text: string): number {
  const at = text.search(new RegExp(`\\b${name}\\b`))
  return text.slice(0, Math.max(0, at)).split('\n').length
}

function guardedIn(text: string, place: Found['place']): Set<string> {
  const out = new Set<string>()
  visitExpressions(parseTemplate(text, place, PLAYBOOK_OPTIONS).body, (node) => {
    const guards =
      (node.kind === 'test' && /^(?:un)?defined$/.test(node.name)) ||
      (node.kind === 'filter' && /^(?:d|default)$/.test(node.name))
    if (guards && node.operand?.kind === 'name') out.add(node.operand.name)
  })
  return out
}

/** Variables. */
export const VARIABLES: readonly Rule[] = [misspelt]
