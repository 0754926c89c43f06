import type { Arguments, Expression, FilterExpression, TestExpression } from './ast.ts'
import { canonicalFilter, FILTERS } from './filters/index.ts'
import { BUILT_IN_LOOKUPS } from './lookups-pure.ts'
import { shortName, unknownLookup } from './lookups.ts'
import { Mistake, suggestion } from './mistakes.ts'
import { canonicalTest, TESTS } from './tests.ts'

/** Checks names while parsing, so that a misspelt filter is found before anything runs. */
export interface Names {
  checkFilter(node: FilterExpression): void
  checkTest(node: TestExpression): void
  checkCall(callee: Expression, args: Arguments): void
}

/** Filters and tests must be known; lookups only where the caller says which ones there are. */
export function knownNames(lookups: ReadonlySet<string> | undefined): Names {
  return {
    checkFilter(node) {
      checkFilterName(node.name, node.at)
      checkApplied(node)
    },
    checkTest(node) {
      checkTestName(node.name, node.at)
    },
    checkCall(callee, args) {
      if (lookups) checkLookup(callee, args, lookups)
    },
  }
}

function checkFilterName(name: string, at: number): void {
  if (FILTERS.has(canonicalFilter(name))) return
  const instead = FILTERS_INSTEAD.get(canonicalFilter(name))
  const hint =
    instead ??
    asTest(name) ??
    suggestion(name, FILTERS.keys()) ??
    'docs/playbooks.md lists the filters there are.'
  throw new Mistake(`there is no filter '${name}'`, { code: 'unknown-filter', hint, at })
}

/** Ansible's tests were filters, too, before its release 2.9. */
function asTest(name: string): string | undefined {
  const test = canonicalTest(name)
  if (!TESTS.has(test)) return undefined
  const word = test === 'version_compare' ? 'version' : test
  return `It is a test: write "is ${word}" in place of "| ${name}".`
}

function checkTestName(name: string, at: number): void {
  if (TESTS.has(canonicalTest(name))) return
  const hint = suggestion(name, TESTS.keys()) ?? 'docs/playbooks.md lists the tests there are.'
  throw new Mistake(`there is no test '${name}'`, { code: 'unknown-test', hint, at })
}

/** What to write for filters of Ansible's that are not there. */
export const FILTERS_INSTEAD: ReadonlyMap<string, string> = new Map([
  ['vault', 'Encrypt with ansible-vault beforehand.'],
  ['unvault', 'Keep the decrypted value in a vars file.'],
  ['fileglob', "Write lookup('fileglob', 'pattern')."],
  ['urlize', 'Write the HTML out.'],
  ['jc', 'Let the command print JSON, and use from_json.'],
  ['hashids_encode', 'Use hash or to_uuid.'],
  ['hashids_decode', 'Keep the numbers in a variable.'],
  ['from_xml', 'Let the command print JSON, and use from_json.'],
  ['to_xml', 'Write the XML in a template.'],
  ['validate', 'Check with the module assert.'],
  ['consolidate', 'Use combine, groupby or lists_mergeby.'],
  ['parse_cli', 'Use regex_findall.'],
  ['parse_xml', 'Let the command print JSON, and use from_json.'],
])

const APPLY_FILTER = new Map([['map', 0]])
const APPLY_TEST = new Map([
  ['select', 0],
  ['reject', 0],
  ['selectattr', 1],
  ['rejectattr', 1],
])

/** map, select and the like name another filter or test in their arguments. */
function checkApplied(node: FilterExpression): void {
  const name = canonicalFilter(node.name)
  const filter = constantArgument(node.args, APPLY_FILTER.get(name))
  if (filter) checkFilterName(filter.name, filter.at)
  const test = constantArgument(node.args, APPLY_TEST.get(name))
  if (test) checkTestName(test.name, test.at)
}

function constantArgument(
  args: Arguments,
  index: number | undefined,
): { name: string; at: number } | undefined {
  const node = index === undefined ? undefined : args.positional[index]
  if (node?.kind !== 'constant' || typeof node.value !== 'string') return undefined
  return { name: node.value, at: node.at }
}

function checkLookup(callee: Expression, args: Arguments, lookups: ReadonlySet<string>): void {
  if (callee.kind !== 'name' || !['lookup', 'query', 'q'].includes(callee.name)) return
  const named = constantArgument(args, 0)
  if (!named) return
  const short = shortName(named.name)
  if (lookups.has(short) || BUILT_IN_LOOKUPS.has(short)) return
  throw unknownLookup(named.name, [...lookups, ...BUILT_IN_LOOKUPS.keys()], named.at)
}
