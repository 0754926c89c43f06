import { HakubeError, showPlace, type Place } from '../errors.ts'
import { freeVariables, isTemplate } from '../jinja/index.ts'
import type { Expression, Statement } from '../jinja/ast.ts'
import { parseTemplate, PLAYBOOK_OPTIONS } from '../jinja/template.ts'
import { isDict, type Value } from '../value.ts'

/** A variable as far as this matters here. */
interface Written {
  value: Value
  place: Place | undefined
}

/** Variables that refer to each other in a circle, the first one last again. */
export interface Recursion {
  chain: readonly string[]
  places: readonly (Place | undefined)[]
}

/** Finds circles among variables; shared values are looked at once, however many hosts have them. */
export class RecursionFinder {
  readonly #known = new WeakMap<object, readonly string[]>()
  readonly #texts = new Map<string, readonly string[]>()

  /**
   * The first circle of variables that is there whatever the values of others are: a reference within `if`, or
   * behind `and` and `or`, may never be followed. `isOpen` names variables that something else may set later.
   */
  find(variables: ReadonlyMap<string, Written>, isOpen: (name: string) => boolean): Recursion | undefined {
    const done = new Set<string>()
    const path: string[] = []
    const visit = (name: string): Recursion | undefined => {
      const start = path.indexOf(name)
      if (start !== -1) return circle([...path.slice(start), name], variables)
      const variable = variables.get(name)
      if (!variable || done.has(name) || isOpen(name)) return undefined
      path.push(name)
      for (const other of this.#references(variable)) {
        const found = visit(other)
        if (found) return found
      }
      path.pop()
      done.add(name)
      return undefined
    }
    for (const [name, { value }] of variables) {
      const found = typeof value === 'string' && !isTemplate(value) ? undefined : visit(name)
      if (found) return found
    }
    return undefined
  }

  #references({ value, place }: Written): readonly string[] {
    if (typeof value === 'string') return this.#ofText(value, place)
    if (typeof value !== 'object' || value === null) return []
    const known = this.#known.get(value)
    if (known) return known
    const names = new Set<string>()
    const walk = (item: Value): void => {
      if (typeof item === 'string') for (const name of this.#ofText(item, place)) names.add(name)
      else if (Array.isArray(item)) item.forEach(walk)
      else if (isDict(item)) item.forEach(walk)
    }
    walk(value)
    const found = [...names]
    this.#known.set(value, found)
    return found
  }

  #ofText(text: string, place: Place | undefined): readonly string[] {
    if (!isTemplate(text)) return []
    const known = this.#texts.get(text)
    if (known) return known
    const names = referencesOf(text, place ?? { file: 'inventory' })
    this.#texts.set(text, names)
    return names
  }
}

function circle(chain: readonly string[], variables: ReadonlyMap<string, Written>): Recursion {
  return { chain, places: chain.map((name) => variables.get(name)?.place) }
}

/** What is wrong, as a message about one host. */
export function recursionError({ chain, places }: Recursion, host: string): HakubeError {
  const [first = ''] = chain
  const steps = chain.slice(0, -1).map((name, index) => {
    const place = places[index]
    return place
      ? `${name} (${showPlace({ file: place.file, ...(place.line === undefined ? {} : { line: place.line }) })})`
      : name
  })
  return new HakubeError(`the variable ${first} refers to itself: ${[...steps, first].join(' → ')}`, {
    code: 'recursive-variable',
    place: places[0],
    host,
    hint: 'Give one of the variables of this chain a value of its own, or another name.',
  })
}

/** Names that a template reads whenever it is rendered. A template with mistakes reads none: they are told elsewhere. */
function referencesOf(text: string, place: Place): string[] {
  try {
    const free = new Set(freeVariables(text, place))
    const names = new Set<string>()
    const { body } = parseTemplate(text, place, PLAYBOOK_OPTIONS)
    for (const statement of body) for (const name of certain(statement)) names.add(name)
    return [...names].filter((name) => free.has(name))
  } catch (error) {
    if (error instanceof HakubeError) return []
    throw error
  }
}

function certain(statement: Statement): string[] {
  if (statement.kind === 'output') return read(statement.value)
  if (statement.kind === 'set') return read(statement.value)
  if (statement.kind === 'for') return read(statement.over)
  return statement.kind === 'if' ? read(statement.branches[0]?.condition) : []
}

/** The names that are read for sure when an expression is evaluated. */
function read(node: Expression | undefined): string[] {
  switch (node?.kind) {
    case 'name':
      return [node.name]
    case 'attribute':
      return read(node.object)
    case 'item':
      return [...read(node.object), ...read(node.index)]
    case 'filter':
    case 'test':
      return [...read(node.operand), ...node.args.positional.flatMap(read)]
    case 'call':
      return node.args.positional.flatMap(read)
    case 'not':
    case 'negative':
    case 'positive':
      return read(node.operand)
    case 'binary':
      return [...read(node.left), ...read(node.right)]
    case 'and':
    case 'or':
      return read(node.left)
    case 'concat':
    case 'list':
    case 'tuple':
      return node.items.flatMap(read)
    case 'compare':
      return read(node.first)
    case 'choice':
      return read(node.condition)
    default:
      return []
  }
}
