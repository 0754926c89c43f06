import { order, typeName } from './compare.ts'
import { Mistake, suggestion } from './mistakes.ts'
import { str } from './print.ts'
import type { Item } from './things.ts'
import { parseInteger } from './filters/numbers.ts'

const OPERATORS: Record<string, (order: number) => boolean> = {
  '==': (result) => result === 0,
  '=': (result) => result === 0,
  eq: (result) => result === 0,
  '<': (result) => result < 0,
  lt: (result) => result < 0,
  '<=': (result) => result <= 0,
  le: (result) => result <= 0,
  '>': (result) => result > 0,
  gt: (result) => result > 0,
  '>=': (result) => result >= 0,
  ge: (result) => result >= 0,
  '!=': (result) => result !== 0,
  '<>': (result) => result !== 0,
  ne: (result) => result !== 0,
}

type Compare = (left: string, right: string) => number
const TYPES: Record<string, Compare> = {
  loose: (left, right) => compareParts(looseParts(left), looseParts(right)),
  strict: (left, right) => compareParts(strictParts(left), strictParts(right)),
  semver: compareSemantic,
  semantic: compareSemantic,
  pep440: (left, right) => compareParts(pep440Parts(left), pep440Parts(right)),
}

/** Ansible's `version` test. */
export function compareVersions(value: Item, args: { version: Item; operator: Item; type: string }): boolean {
  if (value === null || value === '' || value === 0) throw new Mistake('Input version value cannot be empty')
  if (args.version === null || args.version === '') {
    throw new Mistake('Version parameter to compare against cannot be empty')
  }
  const compare = pick(TYPES, args.type, 'version type')
  const holds = pick(OPERATORS, str(args.operator), 'operator')
  return holds(compare(str(value), str(args.version)))
}

function pick<T>(table: Record<string, T>, name: string, what: string): T {
  const found = Object.hasOwn(table, name) ? table[name] : undefined
  if (found !== undefined) return found
  const names = Object.keys(table)
  throw new Mistake(`Invalid ${what} (${name})`, {
    hint: suggestion(name, names) ?? `It knows: ${names.join(', ')}.`,
  })
}

/** Numbers and words, as distutils' LooseVersion splits them. */
function looseParts(version: string): Item[] {
  return version
    .split(/(\d+|[a-z]+|\.)/)
    .filter((part) => part !== '' && part !== '.')
    .map((part) => parseInteger(part, 10) ?? part)
}

function compareParts(left: Item[], right: Item[]): number {
  for (const [index, part] of left.entries()) {
    const other = right[index]
    if (other === undefined) return 1
    if (typeName(part) !== typeName(other)) {
      const types = `'${typeName(part)}' and '${typeName(other)}'`
      throw new Mistake(`Version comparison failed: '<' not supported between instances of ${types}`)
    }
    const result = order(part, other)
    if (result !== 0) return result
  }
  return left.length - right.length
}

function strictParts(version: string): Item[] {
  const found = /^(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?$/.exec(version)
  if (!found) throw new Mistake(`Version comparison failed: invalid version number '${version}'`)
  const [, major, minor, patch = '0', kind, number = '0'] = found
  // A release comes after its alphas and betas.
  return [Number(major), Number(minor), Number(patch), kind ?? 'z', Number(number)]
}

const SEMANTIC =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*))*))?(?:\+[\da-zA-Z-]+(?:\.[\da-zA-Z-]+)*)?$/

function compareSemantic(left: string, right: string): number {
  const [a, b] = [semantic(left), semantic(right)]
  const core = compareParts(a.core, b.core)
  if (core !== 0 || a.pre === b.pre) return core
  if (a.pre === undefined) return 1
  if (b.pre === undefined) return -1
  return comparePre(a.pre.split('.'), b.pre.split('.'))
}

function semantic(version: string): { core: Item[]; pre: string | undefined } {
  const found = SEMANTIC.exec(version)
  if (!found) throw new Mistake(`Version comparison failed: invalid semantic version '${version}'`)
  return { core: found.slice(1, 4).map(Number), pre: found[4] }
}

function comparePre(left: string[], right: string[]): number {
  for (const [index, part] of left.entries()) {
    const other = right[index]
    if (other === undefined) return 1
    const [isNumber, otherNumber] = [/^\d+$/.test(part), /^\d+$/.test(other)]
    if (isNumber !== otherNumber) return isNumber ? -1 : 1
    const result = isNumber ? Number(part) - Number(other) : order(part, other)
    if (result !== 0) return result
  }
  return left.length - right.length
}

const PEP440 =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(?:post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z\d]+(?:[-_.][a-z\d]+)*))?$/
const PHASES: Record<string, number> = { a: 1, alpha: 1, b: 2, beta: 2, c: 3, rc: 3, pre: 3, preview: 3 }

/** Python's own versions in the order of PEP 440. */
function pep440Parts(version: string): Item[] {
  const found = PEP440.exec(version.trim().toLowerCase())
  if (!found) throw new Mistake(`Version comparison failed: Invalid version: '${version}'`)
  const [, epoch = '0', release = '', phase, phaseNumber, post, postNumber, dev, devNumber, local] = found
  const isPost = post !== undefined || postNumber !== undefined
  // A development release comes before its alphas, a release after its candidates.
  const phaseRank = phase === undefined ? (dev !== undefined && !isPost ? 0 : 4) : (PHASES[phase] ?? 4)
  const numbers = release
    .replace(/(?:\.0+)+$/, '')
    .split('.')
    .map(Number)
  const padded = Array.from({ length: 12 }, (_, index) => numbers[index] ?? 0)
  return [
    Number(epoch),
    ...padded,
    phaseRank,
    Number(phaseNumber ?? 0),
    isPost ? Number(post ?? postNumber ?? 0) : -1,
    dev === undefined ? Number.MAX_SAFE_INTEGER : Number(devNumber ?? 0),
    local ?? '',
  ]
}
