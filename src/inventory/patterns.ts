import { HakubeError } from '../errors.ts'
import { nearest } from '../suggest.ts'
import { parseAddress } from './address.ts'
import { compileTerm } from './match.ts'
import { LOCALHOSTS, hostsOf } from './model.ts'
import type { Selectable, Warning } from './model.ts'

export interface Selection {
  /** In the order of the pattern, each host once. */
  hosts: string[]
  warnings: Warning[]
}

interface Term {
  sign: '' | '&' | '!'
  text: string
}

interface Context {
  inventory: Selectable
  warnings: Warning[]
  /** The name that the unlisted localhost was first called by: all of its names are one host. */
  local: string | undefined
}

const SUBSCRIPT = /^(.+)\[(?:(-?[0-9]+)|([0-9]+)([:-])([0-9]*))\]$/
// A pattern is cut at colons and blanks; brackets and what is in them stay in one piece.
const COLON_TERM = /(?:[^\s:[\]]|\[[^\]]*\])+/g

/**
 * The hosts that a pattern selects, as in `hosts:` of a play, narrowed by `limit` (--limit; see readLimit for files in it).
 * Terms are separated by commas or colons: first all plain ones are united, then `&term` intersects, then `!term`
 * takes away. A term is a host, a group, a glob, or `~regex`, and may end in `[0]`, `[1:3]` or `[-1]`.
 * A term that matches nothing gives a warning. Throws HakubeError for an empty or malformed pattern, and for a limit
 * that leaves no host of the whole inventory.
 */
export function selectHosts(
  inventory: Selectable,
  pattern: string | readonly string[],
  limit?: string | readonly string[],
): Selection {
  const warnings: Warning[] = []
  const hosts = evaluate(inventory, splitPattern(pattern).map(toTerm), warnings)
  if (limit === undefined || limit === '') return { hosts, warnings }
  const allowed = limitedTo(inventory, limit, warnings)
  return { hosts: hosts.filter((host) => allowed.has(host)), warnings }
}

function limitedTo(
  inventory: Selectable,
  limit: string | readonly string[],
  warnings: Warning[],
): Set<string> {
  const terms = (typeof limit === 'string' ? splitPattern(limit) : limit).map(toTerm)
  const allowed = new Set(evaluate(inventory, terms, warnings))
  const isEmpty = ![...allowed].some((host) => inventory.hosts.has(host))
  if (!isEmpty) return allowed
  throw invalid(
    `the limit "${typeof limit === 'string' ? limit : limit.join(',')}" leaves no host of the inventory`,
    hintFor(inventory, terms[0]?.text ?? ''),
  )
}

/** Cuts a pattern into terms. Throws HakubeError if there is none, or a bracket has no partner. */
export function splitPattern(pattern: string | readonly string[]): string[] {
  const parts = typeof pattern === 'string' ? split(pattern) : pattern.flatMap(split)
  const terms = parts.map((part) => part.trim()).filter((part) => part !== '')
  const shown = typeof pattern === 'string' ? pattern : pattern.join(',')
  const lone = terms.find((term) => term === '&' || term === '!')
  if (lone !== undefined) {
    const hint = `Write the name right behind it: ${lone}web. An IPv6 address needs a comma in the pattern: all,${lone}fd00::1`
    throw invalid(`nothing follows the "${lone}" in the host pattern "${shown}"`, hint)
  }
  if (terms.length > 0) return terms
  throw invalid(`the host pattern "${shown}" names no host`, 'Write "all" for all hosts.')
}

function split(pattern: string): string[] {
  if (pattern.includes(',')) return pattern.split(',')
  // The colons of an address separate nothing.
  if (parseAddress(pattern)) return [pattern]
  const terms = pattern.match(COLON_TERM) ?? []
  const rest = pattern.replaceAll(COLON_TERM, '')
  if (!/[[\]]/.test(rest)) return [...terms]
  throw invalid(
    `a bracket in the host pattern "${pattern}" has no partner`,
    'Close it: group[0] or host[ab].',
  )
}

function toTerm(text: string): Term {
  const sign = text.startsWith('&') ? '&' : text.startsWith('!') ? '!' : ''
  return { sign, text: text.slice(sign.length) }
}

/** The order of the terms does not matter: plain ones come first, then &, then !. */
function evaluate(inventory: Selectable, terms: readonly Term[], warnings: Warning[]): string[] {
  const context: Context = { inventory, warnings, local: undefined }
  const plain = terms.filter((term) => term.sign === '')
  const start = plain.length > 0 ? plain : [{ sign: '', text: 'all' } as const]
  let hosts = [...new Set(start.flatMap((term) => matchTerm(term, context)))]
  for (const sign of ['&', '!'] as const) {
    for (const term of terms.filter((one) => one.sign === sign)) {
      const found = new Set(matchTerm(term, context))
      hosts = hosts.filter((host) => found.has(host) === (sign === '&'))
    }
  }
  return hosts
}

function matchTerm({ sign, text }: Term, context: Context): string[] {
  const { inventory, warnings } = context
  // The exact name of a host means that host, even where a group has the same name.
  if (sign === '' && inventory.hosts.has(text)) return [text]
  const subscript = text.startsWith('~') ? null : SUBSCRIPT.exec(text)
  const found = enumerate(subscript?.[1] ?? text, context)
  return subscript ? applySubscript(found, subscript, text, warnings) : found
}

function enumerate(text: string, context: Context): string[] {
  const { inventory, warnings } = context
  const matches = compileTerm(text)
  const groups = [...inventory.groups.keys()].filter(matches)
  const found = groups.flatMap((group) => hostsOf(inventory, group))
  if (groups.length === 0 || /^~|[.?*[]/.test(text)) {
    found.push(...[...inventory.hosts.keys()].filter(matches))
  }
  if (found.length === 0 && LOCALHOSTS.includes(text)) {
    // One of them that is listed stands for all; otherwise the name that came first does.
    found.push(LOCALHOSTS.find((alias) => inventory.hosts.has(alias)) ?? (context.local ??= text))
  }
  if (found.length === 0 && groups.length === 0) {
    warnings.push({
      code: 'unmatched-pattern',
      message: `no host and no group matches "${text}"`,
      hint: hintFor(inventory, text),
    })
  }
  return found
}

function applySubscript(
  hosts: string[],
  subscript: RegExpExecArray,
  text: string,
  warnings: Warning[],
): string[] {
  const [, base = '', index, start = '0', separator, end = ''] = subscript
  if (hosts.length === 0) return hosts
  if (separator === '-') {
    const message = `"${text}" counts hosts: it means item ${start} to ${end === '' ? 'the last' : end} of ${base}`
    const hint = `Write ${base}[${start}:${end}] if that is meant.`
    warnings.push({ code: 'subscript-range', message, hint })
  }
  if (index === undefined && end !== '0') {
    return hosts.slice(Number(start), end === '' ? undefined : Number(end) + 1)
  }
  // Ansible takes [2:0] for [2].
  const host = hosts.at(Number(index ?? start))
  if (host !== undefined) return [host]
  throw invalid(
    `"${text}" asks for an item that ${base} does not have`,
    `${base} has ${hosts.length} host(s), counted from 0.`,
  )
}

function hintFor(inventory: Selectable, text: string): string {
  const near = nearest(text, [...inventory.groups.keys(), ...inventory.hosts.keys()])
  return near === undefined ? 'See the names with: hakube inventory --graph' : `Did you mean "${near}"?`
}

function invalid(message: string, hint: string): HakubeError {
  return new HakubeError(message, { code: 'host-pattern', hint })
}
