import { entryOf, type YamlNode } from '../../yaml/load.ts'
import type { Found, Rule } from '../rule.ts'
import { textsIn, type WrittenEntry } from '../written.ts'

const CONDITIONS = ['when', 'changed_when', 'failed_when', 'until']

function conditionsOf({ mapping }: WrittenEntry): { key: string; node: YamlNode }[] {
  return CONDITIONS.flatMap((key) => {
    const node = entryOf(mapping, key)?.value
    return node ? [{ key, node }] : []
  })
}

const template: Rule = {
  id: 'template-in-when',
  alsoKnownAs: ['no-jinja-when', 'jinja-in-when'],
  summary: '`{{ }}` in a condition',
  why: 'A condition is an expression already. With `{{ }}` it is rendered first, and the text that comes out is evaluated once more: a value from a host may then be code.',
  bad: '- name: Tell\n  debug:\n    msg: on\n  when: "{{ haproxy_enabled }}"\n',
  good: '- name: Tell\n  debug:\n    msg: on\n  when: haproxy_enabled\n',
  entry: (entry) =>
    conditionsOf(entry).flatMap(({ key, node }) =>
      textsIn(node)
        .filter(({ text }) => text.includes('{{') || text.includes('{%'))
        .map(({ place }): Found => ({
          place,
          message: `${key} is an expression already, without {{ }}`,
          hint: 'leave the braces out',
        })),
    ),
}

const LITERAL =
  /(?<![\w.])([\w.]+)\s*(==|!=)\s*([Tt]rue|[Ff]alse)\b|\b([Tt]rue|[Ff]alse)\s*(==|!=)\s*([\w.]+)/
const EMPTY = /(?<![\w.])([\w.]+)\s*(==|!=)\s*(?:''|"")(?!\s*[\w~+%|.])/

const literal: Rule = {
  id: 'literal-compare',
  alsoKnownAs: ['empty-string-compare'],
  summary: '`x == true`, `x == ""`',
  why: 'A variable that holds the text "yes" is not equal to true. `x`, `not x` and `x | length == 0` say what is meant; `x | bool` reads texts, too.',
  bad: '- name: Tell\n  debug:\n    msg: on\n  when: haproxy_enabled == true\n',
  good: '- name: Tell\n  debug:\n    msg: on\n  when: haproxy_enabled | bool\n',
  entry: (entry) =>
    conditionsOf(entry).flatMap(({ key, node }) =>
      textsIn(node).flatMap(({ text, place }): Found[] => {
        const bare = LITERAL.exec(text)
        if (bare) {
          const name = bare[1] ?? bare[6] ?? 'it'
          const truth = /true/i.test(bare[3] ?? bare[4] ?? '') === ((bare[2] ?? bare[5]) === '==')
          const hint = truth
            ? `write ${name}, or ${name} | bool`
            : `write not ${name}, or not (${name} | bool)`
          return [{ place, message: `${key} compares with ${bare[3] ?? bare[4]}`, hint }]
        }
        const empty = EMPTY.exec(text)
        if (!empty) return []
        const hint = `write ${empty[1]} | length ${empty[2] === '==' ? '== 0' : '> 0'}`
        return [{ place, message: `${key} compares with an empty text`, hint }]
      }),
    ),
}

const BARE_LOOPS = new Set([
  'loop',
  'with_items',
  'with_list',
  'with_dict',
  'with_nested',
  'with_flattened',
  'with_together',
  'with_subelements',
  'with_indexed_items',
])

const bare: Rule = {
  id: 'bare-variable',
  alsoKnownAs: ['deprecated-bare-vars'],
  summary: 'a loop over the name of a variable',
  why: 'Without `{{ }}` it is a text, and the loop has one item: the name itself. Ansible 1 looked the variable up.',
  bad: '- name: Install\n  package:\n    name: "{{ item }}"\n  with_items: haproxy_packages\n',
  good: '- name: Install\n  package:\n    name: "{{ item }}"\n  with_items: "{{ haproxy_packages }}"\n',
  task: ({ mapping }) =>
    mapping.entries.flatMap(({ key, value }): Found[] => {
      if (!BARE_LOOPS.has(String(key)) || value.kind !== 'scalar' || typeof value.value !== 'string')
        return []
      if (!/^[a-z_]\w*(?:\.\w+|\[.*\])*$/i.test(value.value)) return []
      const hint = `write "{{ ${value.value} }}"`
      return [{ place: value.place, message: `${String(key)} loops over the text "${value.value}"`, hint }]
    }),
}

/** Conditions and loops that say something else than they read. */
export const CONDITIONS_AND_LOOPS: readonly Rule[] = [template, literal, bare]
