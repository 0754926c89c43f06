import { equals } from '../jinja/compare.ts'
import { str } from '../jinja/index.ts'
import { didYouMean } from '../suggest.ts'
import { isDict, type Dict, type Value } from '../value.ts'
import { ARGUMENT_TYPES, typeHint } from './argument-types.ts'
import { checkRelations, listOf } from './argument-relations.ts'

/**
 * Holds arguments against a specification as `argument_specs` of a role have it, and says what is wrong: one sentence
 * each, which begins with the argument. Nothing is changed: defaults only count where something is required.
 */
export function checkArguments(spec: Dict, given: Dict, path = ''): string[] {
  const args = withAliases(spec, given)
  const problems = unknownOnes(spec, given, path)
  for (const [key, option] of spec) {
    if (!isDict(option)) {
      problems.push(`${path}${str(key)}: its specification is no mapping`)
      continue
    }
    const fallback = option.get('default') ?? null
    if (!args.has(key) && fallback !== null) args.set(key, fallback)
  }
  for (const [key, option] of spec) {
    if (!isDict(option)) continue
    const name = `${path}${str(key)}`
    const value = args.get(key)
    if (value === undefined) {
      if (option.get('required') === true) problems.push(`${name} is required${described(option)}`)
    } else if (value !== null) {
      const converted = checkOne(name, option, value, problems)
      if (converted !== undefined) args.set(key, converted)
    }
  }
  return [...problems, ...nested(spec, args, path)]
}

/** An option is also given by its other names. */
function withAliases(spec: Dict, given: Dict): Dict {
  const args = new Map(given)
  for (const [key, option] of spec) {
    for (const alias of listOf(isDict(option) ? option.get('aliases') : undefined)) {
      const value = args.get(str(alias))
      if (value !== undefined) args.set(key, value)
    }
  }
  return args
}

function unknownOnes(spec: Dict, given: Dict, path: string): string[] {
  const aliases = [...spec.values()].flatMap((option) =>
    listOf(isDict(option) ? option.get('aliases') : undefined),
  )
  const known = [...spec.keys(), ...aliases].map((name) => str(name))
  return [...given.keys()]
    .map((name) => str(name))
    .filter((name) => !known.includes(name))
    .map((name) => {
      const hint = didYouMean(name, known) ?? `there are: ${known.toSorted().join(', ')}`
      return `${path}${name} is no argument: ${hint}`
    })
}

/** Type, elements and choices. The converted value; undefined where it is wrong. */
function checkOne(name: string, option: Dict, value: Value, problems: string[]): Value | undefined {
  const secret = option.get('no_log') === true
  const converted = convert(name, option.get('type') ?? 'str', value, secret, problems)
  if (converted === undefined) return undefined
  const elements = option.get('elements')
  let items: Value = converted
  if (elements !== undefined && elements !== null) {
    if (!Array.isArray(converted)) problems.push(`${name}: elements belong to the type list only`)
    else
      items = converted.map(
        (item, index) => convert(`${name}[${index}]`, elements, item, secret, problems) ?? item,
      )
  }
  checkChoices(name, option.get('choices'), items, secret, problems)
  return items
}

function convert(
  name: string,
  type: Value,
  value: Value,
  secret: boolean,
  problems: string[],
): Value | undefined {
  const known = ARGUMENT_TYPES[str(type)]
  const converted = known?.convert(value)
  if (!known) {
    problems.push(
      `${name}: its specification has the type ${str(type)}, which there is not: ${typeHint(str(type))}`,
    )
  } else if (converted === undefined)
    problems.push(`${name} must be ${known.means}, not ${show(value, secret)}`)
  return converted
}

/** Of a list every item must be one of the choices. */
function checkChoices(
  name: string,
  choices: Value | undefined,
  value: Value,
  secret: boolean,
  problems: string[],
): void {
  if (choices === undefined || choices === null) return
  const known = listOf(choices)
  const isOne = (item: Value) => known.some((choice) => equals(choice, item)) || isWord(item, known)
  const wrong = (Array.isArray(value) ? value : [value]).filter((item) => !isOne(item))
  const words = known.map((choice) => str(choice))
  for (const item of wrong) {
    const near = secret || str(item).length < 3 ? undefined : didYouMean(str(item), words)
    problems.push(
      `${name} must be one of ${words.join(', ')}, not ${show(item, secret)}${near ? `: ${near}` : ''}`,
    )
  }
}

/** YAML makes a truth value of `yes`: it counts as the one choice that says the same. */
function isWord(item: Value, choices: readonly Value[]): boolean {
  const words =
    item === 'True'
      ? ['y', 'yes', 'on', '1', 'true', 't', 'True']
      : ['n', 'no', 'off', '0', 'false', 'f', 'False']
  if (item !== 'True' && item !== 'False') return false
  const same = choices.filter((choice) => words.includes(str(choice)))
  return same.length === 1
}

/** What options of options say, however deep. */
function nested(spec: Dict, args: Dict, path: string): string[] {
  const problems: string[] = []
  for (const [key, option] of spec) {
    if (!isDict(option)) continue
    const inner = option.get('options')
    const ofList = option.get('type') === 'list' && option.get('elements') === 'dict'
    if ((option.get('type') !== 'dict' && !ofList) || !isDict(inner)) continue
    const value = args.get(key) ?? (option.get('apply_defaults') === true ? new Map<string, Value>() : null)
    if (value === null) continue
    for (const [index, item] of (Array.isArray(value) ? value : [value]).entries()) {
      if (!isDict(item)) continue
      const name = `${path}${str(key)}${ofList ? `[${index}]` : ''}`
      problems.push(...checkArguments(inner, item, `${name}.`), ...checkRelations(name, option, inner, item))
    }
  }
  return problems
}

function show(value: Value, secret: boolean): string {
  if (secret) return '(hidden by no_log)'
  if (value === null) return 'nothing'
  const text = typeof value === 'string' ? JSON.stringify(value) : str(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

function described(option: Dict): string {
  const [text] = listOf(option.get('description'))
  return text === undefined || text === null ? '' : `: ${str(text).trim()}`
}
