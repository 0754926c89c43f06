import { Float } from '../value.ts'
import { allDefined, bind, type Bound, type Parameters, REQUIRED, textArgument } from './arguments.ts'
import { compare } from './operators.ts'
import { contains, equals, iterate, toList, truthy, typeName } from './compare.ts'
import { FILTERS } from './filters/index.ts'
import { Mistake } from './mistakes.ts'
import { arithmetic, asNumber, isFloat, isInt, plain } from './numbers.ts'
import { str } from './print.ts'
import { matchStart, matchWhole, search } from './regex.ts'
import type { Runtime } from './runtime.ts'
import { ADDRESS_TESTS } from './tests-address.ts'
import { RESULT_TESTS } from './tests-result.ts'
import { type Args, DictView, type Item, Opaque, Range } from './things.ts'
import { defined, Undefined } from './undefined.ts'
import { compareVersions } from './version.ts'

export type Test = (value: Item, args: Args, runtime: Runtime) => boolean

/** A test that only looks at the value, which may be undefined. */
function of(holds: (value: Item) => boolean): Test {
  return (value, args) => {
    bind({}, args)
    return holds(value)
  }
}

/** A test with parameters; value and arguments must be defined. */
export function test<P extends Parameters>(
  parameters: P,
  holds: (value: Item, args: Bound<P>, runtime: Runtime) => boolean,
): Test {
  return (value, args, runtime) => {
    defined(value)
    allDefined(args)
    return holds(value, bind(parameters, args), runtime)
  }
}

function comparison(operator: '==' | '!=' | '<' | '<=' | '>' | '>='): Test {
  return test({ other: REQUIRED }, (value, { other }) => compare(operator, value, other))
}

function regex(find: typeof search): Test {
  const parameters = { pattern: '', ignorecase: false, multiline: false }
  return test(parameters, (value, { pattern, ignorecase, multiline }) => {
    const flags = { ignoreCase: truthy(ignorecase), multiline: truthy(multiline) }
    return find(textArgument(pattern, 'pattern'), str(value), flags) !== undefined
  })
}

const FINDERS = new Map([
  ['search', search],
  ['match', matchStart],
  ['fullmatch', matchWhole],
])

const anyRegex: Test = (value, args, runtime) => {
  const given = bind({ pattern: '', ignorecase: false, multiline: false, match_type: 'search' }, args)
  const find = FINDERS.get(str(given.match_type))
  if (!find)
    throw new Mistake(`there is no match_type '${str(given.match_type)}'`, {
      hint: 'It knows: search, match, fullmatch.',
    })
  const { match_type: _kind, ...rest } = given
  return regex(find)(value, { positional: [], named: new Map(Object.entries(rest)) }, runtime)
}

const version = test(
  { version: REQUIRED, operator: 'eq', strict: null, version_type: null },
  (value, args) => {
    if (args.strict !== null && args.version_type !== null) {
      throw new Mistake("Cannot specify both 'strict' and 'version_type'")
    }
    const type =
      args.version_type === null
        ? args.strict !== null && truthy(args.strict)
          ? 'strict'
          : 'loose'
        : str(args.version_type)
    return compareVersions(value, { version: args.version, operator: args.operator, type })
  },
)

const subset = test({ b: REQUIRED }, (value, { b }) =>
  toList(value).every((item) => contains(toList(b), item)),
)
const superset = test({ b: REQUIRED }, (value, { b }) =>
  toList(b).every((item) => contains(toList(value), item)),
)
const notANumber = of((value) => Number.isNaN(value))

/** All tests by name. */
export const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ...Object.entries(RESULT_TESTS),
  ...Object.entries(ADDRESS_TESTS),
  ['defined', of((value) => !(value instanceof Undefined))],
  ['undefined', of((value) => value instanceof Undefined)],
  ['none', of((value) => value === null)],
  ['boolean', of((value) => typeof value === 'boolean')],
  ['true', of((value) => value === true)],
  ['false', of((value) => value === false)],
  ['integer', of((value) => isInt(value))],
  ['float', of((value) => isFloat(value))],
  ['number', of((value) => asNumber(value) !== undefined)],
  ['string', of((value) => typeof value === 'string')],
  ['mapping', of((value) => value instanceof Map)],
  ['sequence', of((value) => isSequence(value))],
  ['iterable', of((value) => isIterable(value))],
  [
    'callable',
    of((value) => value instanceof Opaque && !(value instanceof DictView || value instanceof Range)),
  ],
  ['escaped', of(() => false)],
  ['lower', of((value) => /\p{Ll}/u.test(str(value)) && str(value) === str(value).toLowerCase())],
  ['upper', of((value) => /\p{Lu}/u.test(str(value)) && str(value) === str(value).toUpperCase())],
  ['odd', test({}, (value) => equals(modulo(value, 2), 1))],
  ['even', test({}, (value) => equals(modulo(value, 2), 0))],
  ['divisibleby', test({ num: REQUIRED }, (value, { num }) => equals(modulo(value, num), 0))],
  ['sameas', (value, args) => isSame(value, bind({ other: REQUIRED }, args).other)],
  ['in', test({ seq: REQUIRED }, (value, { seq }) => contains(seq, value))],
  ['contains', test({ value: REQUIRED }, (container, { value }) => contains(container, value))],
  ['==', comparison('==')],
  ['eq', comparison('==')],
  ['equalto', comparison('==')],
  ['!=', comparison('!=')],
  ['ne', comparison('!=')],
  ['<', comparison('<')],
  ['lt', comparison('<')],
  ['lessthan', comparison('<')],
  ['<=', comparison('<=')],
  ['le', comparison('<=')],
  ['>', comparison('>')],
  ['gt', comparison('>')],
  ['greaterthan', comparison('>')],
  ['>=', comparison('>=')],
  ['ge', comparison('>=')],
  ['filter', test({}, (value) => FILTERS.has(str(value)))],
  ['test', test({}, (value) => TESTS.has(str(value)))],
  ['match', regex(matchStart)],
  ['search', regex(search)],
  ['regex', anyRegex],
  ['version', version],
  ['version_compare', version],
  ['any', test({}, (value) => [...iterate(value)].some(truthy))],
  ['all', test({}, (value) => [...iterate(value)].every(truthy))],
  ['subset', subset],
  ['issubset', subset],
  ['superset', superset],
  ['issuperset', superset],
  ['nan', notANumber],
  ['isnan', notANumber],
  ['truthy', test({ convert_bool: false }, (value, { convert_bool }) => isTrue(value, truthy(convert_bool)))],
  ['falsy', test({ convert_bool: false }, (value, { convert_bool }) => !isTrue(value, truthy(convert_bool)))],
  ['vault_encrypted', test({}, (value) => typeof value === 'string' && value.startsWith('$ANSIBLE_VAULT;'))],
])

function modulo(value: Item, by: Item): Item {
  const [a, b] = [asNumber(value), asNumber(by)]
  if (a === undefined || b === undefined) throw new Mistake(`takes numbers, not ${typeName(value)}`)
  return arithmetic('%', a, b)
}

function isSequence(value: Item): boolean {
  if (typeof value === 'string' || Array.isArray(value) || value instanceof Map) return true
  return value instanceof Opaque && value.typeName === 'range'
}

function isIterable(value: Item): boolean {
  defined(value)
  if (value instanceof Opaque) return value.elements() !== undefined
  return (
    typeof value === 'string' || (typeof value === 'object' && value !== null && !(value instanceof Float))
  )
}

/** Python's `is`: small values of one type are one object, a list is only itself. */
function isSame(value: Item, other: Item): boolean {
  const isScalar = (item: Item): boolean => typeof item !== 'object'
  if (isScalar(value) && isScalar(other)) return typeof value === typeof other && value === other
  return value === other
}

const TRUE = ['y', 'yes', 'on', '1', 'true', 't', '1.0']
const FALSE = ['n', 'no', 'off', '0', 'false', 'f', '0.0']

function isTrue(value: Item, convert: boolean): boolean {
  if (!convert) return truthy(value)
  const number = asNumber(value)
  const text =
    typeof value === 'string' ? value.toLowerCase().trim() : number === undefined ? '' : String(plain(number))
  if (TRUE.includes(text)) return true
  return FALSE.includes(text) ? false : truthy(value)
}

export function canonicalTest(name: string): string {
  return name.replace(/^(?:ansible\.(?:builtin|legacy|utils|netcommon)|community\.general)\./, '')
}

/** Runs a test. */
export function runTest(name: string, value: Item, args: Args, runtime: Runtime): boolean {
  const run = TESTS.get(canonicalTest(name))
  if (!run) throw new Mistake(`there is no test '${name}'`, { code: 'unknown-test' })
  try {
    return run(value, args, runtime)
  } catch (error) {
    if (!(error instanceof Mistake) || error.code === 'template-limit') throw error
    throw new Mistake(`is ${name}: ${error.message}`, { code: error.code, hint: error.hint, at: error.at })
  }
}
