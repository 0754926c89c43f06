import type { Arguments, Expression, Parameter, Statement } from './ast.ts'
import { MUTATING_METHODS } from './methods/index.ts'

type Visit = (node: Expression) => void

/** Visits every expression of a template or expression, parents first. */
export function visitExpressions(root: Expression | readonly Statement[], visit: Visit): void {
  if (isStatements(root)) for (const statement of root) visitStatement(statement, visit)
  else visitExpression(root, visit)
}

function isStatements(root: Expression | readonly Statement[]): root is readonly Statement[] {
  return Array.isArray(root)
}

function visitExpression(node: Expression | undefined, visit: Visit): void {
  if (!node) return
  visit(node)
  for (const child of children(node)) visitExpression(child, visit)
}

function children(node: Expression): (Expression | undefined)[] {
  switch (node.kind) {
    case 'constant':
    case 'name':
      return []
    case 'attribute':
      return [node.object]
    case 'item':
      return [node.object, node.index]
    case 'slice':
      return [node.start, node.stop, node.step]
    case 'call':
      return [node.callee, ...argumentNodes(node.args)]
    case 'filter':
    case 'test':
      return [node.operand, ...argumentNodes(node.args)]
    case 'not':
    case 'negative':
    case 'positive':
      return [node.operand]
    case 'and':
    case 'or':
    case 'binary':
      return [node.left, node.right]
    case 'compare':
      return [node.first, ...node.rest.map((part) => part.operand)]
    case 'dict':
      return node.entries.flatMap((entry) => [entry.key, entry.value])
    case 'choice':
      return [node.condition, node.yes, node.no]
    default:
      return node.items
  }
}

function argumentNodes(args: Arguments): (Expression | undefined)[] {
  return [...args.positional, ...args.named.map((arg) => arg.value), args.list, args.dict]
}

/** The expressions that stand directly in a statement, and the statements in it. */
export function parts(statement: Statement): {
  expressions: (Expression | undefined)[]
  bodies: Statement[][]
} {
  switch (statement.kind) {
    case 'text':
      return { expressions: [], bodies: [] }
    case 'output':
    case 'set':
      return { expressions: [statement.value], bodies: [] }
    case 'for':
      return {
        expressions: [statement.over, statement.condition],
        bodies: [statement.body, statement.otherwise],
      }
    case 'if': {
      const conditions = statement.branches.map((branch) => branch.condition)
      return {
        expressions: conditions,
        bodies: [...statement.branches.map((branch) => branch.body), statement.otherwise],
      }
    }
    case 'capture':
    case 'filter':
      return { expressions: [statement.filter], bodies: [statement.body] }
    case 'macro':
      return { expressions: defaults(statement.parameters), bodies: [statement.body] }
    case 'call':
      return { expressions: [statement.call, ...defaults(statement.parameters)], bodies: [statement.body] }
    case 'with':
      return { expressions: statement.bindings.map((binding) => binding.value), bodies: [statement.body] }
    case 'block':
      return { expressions: [], bodies: [statement.body] }
    default:
      return { expressions: [statement.template], bodies: [] }
  }
}

function defaults(parameters: Parameter[]): (Expression | undefined)[] {
  return parameters.map((parameter) => parameter.default)
}

function visitStatement(statement: Statement, visit: Visit): void {
  const { expressions, bodies } = parts(statement)
  for (const expression of expressions) visitExpression(expression, visit)
  for (const body of bodies) visitExpressions(body, visit)
}

/** Whether anything in it calls a method that changes its object. */
export function changesInPlace(root: Expression | readonly Statement[]): boolean {
  let found = false
  visitExpressions(root, (node) => {
    if (node.kind === 'attribute' && isMutator(node.name)) found = true
    if (node.kind === 'item' && node.index.kind === 'constant' && isMutator(node.index.value)) {
      found = true
    }
  })
  return found
}

function isMutator(name: unknown): boolean {
  return typeof name === 'string' && MUTATING_METHODS.has(name)
}
