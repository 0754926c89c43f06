import { nearest } from '../suggest.ts'
import type { HostInput } from './input.ts'
import type { Problems } from './problems.ts'
import {
  type EndpointVariable,
  type Given,
  planned,
  plannedValues,
  type VariableName,
  variables,
} from './variables.ts'

/** The ha_* variables of one host, checked one by one. */
export function readVariables(host: HostInput, problems: Problems): Given {
  const given: Given = {}
  for (const [name, value] of host.variables) {
    if (!isKnown(name)) refuse(host.name, name, problems)
    else if (value !== null) Object.assign(given, readOne(host.name, name, value, problems))
  }
  return given
}

function isKnown(name: string): name is VariableName {
  return Object.hasOwn(variables, name)
}

function readOne(host: string, name: VariableName, value: unknown, problems: Problems): Given {
  const about = { code: 'ha-variable', host, variable: name }
  const result = variables[name].safeParse(value)
  if (!result.success) {
    for (const issue of result.error.issues) {
      const within = issue.path.length > 0 ? ` (${issue.path.join('.')})` : ''
      problems.add(`${name}${within} is ${show(name, value)}: ${wording(issue.message)}`, {
        ...about,
        hint: describe(name),
      })
    }
    return {}
  }
  if (plannedValues[name]?.includes(result.data)) {
    problems.add(`${name}: ${JSON.stringify(result.data)} is designed, but not built yet`, {
      ...about,
      hint: describe(name),
    })
    return {}
  }
  return { [name]: result.data }
}

function show(name: VariableName, value: unknown): string {
  return name === 'ha_auth_pass' ? 'not usable' : JSON.stringify(value)
}

function wording(message: string): string {
  return message.replace(/^Invalid option: expected one of /, 'must be one of ').replaceAll('|', ', ')
}

function describe(name: VariableName): string {
  return variables[name].description ?? ''
}

function refuse(host: string, name: string, problems: Problems): void {
  const soon = planned[name]
  if (soon !== undefined) {
    problems.add(`${name} (${soon}) is designed, but not built yet`, {
      code: 'ha-variable',
      host,
      variable: name,
      hint: 'leave it out',
    })
    return
  }
  const near = nearest(name, Object.keys(variables))
  problems.add(`there is no variable ${name}`, {
    code: 'ha-variable',
    host,
    variable: name,
    hint: near === undefined ? `hakube knows ${Object.keys(variables).join(', ')}` : `did you mean ${near}?`,
  })
}

/**
 * The one value of a variable of the whole endpoint. Set on some hosts of a group and not on others, or set to
 * different values, it is a mistake.
 */
export function oneValue<Name extends EndpointVariable>(
  name: Name,
  given: ReadonlyMap<string, Given>,
  groups: readonly (readonly string[])[],
  problems: Problems,
): Given[Name] | undefined {
  const set = [...given].filter(([, values]) => values[name] !== undefined)
  const [first] = set
  if (!first) return undefined
  const [owner, values] = first
  const differs = set.find(([, other]) => JSON.stringify(other[name]) !== JSON.stringify(values[name]))
  const gap = groups
    .find((group) => group.includes(owner))
    ?.find((host) => given.get(host)?.[name] === undefined)
  const other = differs?.[0] ?? gap
  if (other !== undefined) {
    const how = differs ? 'has another value' : 'is not set'
    problems.add(`${name} is set on ${owner}, but ${how} on ${other}`, {
      code: 'ha-differs',
      host: other,
      variable: name,
      hint: 'an endpoint has one value: set it once, under [all:vars] or the group’s :vars',
    })
  }
  return values[name]
}
