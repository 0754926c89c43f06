import type { Float } from '../value.ts'

/** Expressions. `at` is the offset of the token that an error should point at. */
export type Expression =
  | { kind: 'constant'; at: number; value: null | boolean | number | bigint | string | Float }
  | { kind: 'name'; at: number; name: string }
  | { kind: 'attribute'; at: number; object: Expression; name: string }
  | { kind: 'item'; at: number; object: Expression; index: Expression }
  | { kind: 'slice'; at: number; start?: Expression; stop?: Expression; step?: Expression }
  | CallExpression
  | FilterExpression
  | TestExpression
  | { kind: 'not' | 'negative' | 'positive'; at: number; operand: Expression }
  | { kind: 'and' | 'or'; at: number; left: Expression; right: Expression }
  | { kind: 'binary'; at: number; operator: BinaryOperator; left: Expression; right: Expression }
  | { kind: 'compare'; at: number; first: Expression; rest: Comparison[] }
  | { kind: 'concat' | 'list' | 'tuple'; at: number; items: Expression[] }
  | { kind: 'dict'; at: number; entries: { key: Expression; value: Expression }[] }
  | { kind: 'choice'; at: number; condition: Expression; yes: Expression; no: Expression | undefined }

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**'
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in'
export interface Comparison {
  operator: CompareOperator
  at: number
  operand: Expression
}

export interface Arguments {
  positional: Expression[]
  named: { name: string; at: number; value: Expression }[]
  /** `*list` and `**dict` */
  list?: Expression
  dict?: Expression
}
export interface CallExpression {
  kind: 'call'
  at: number
  callee: Expression
  args: Arguments
}
export interface FilterExpression {
  kind: 'filter'
  at: number
  name: string
  /** undefined: the body of a filter block or of a `set` block */
  operand: Expression | undefined
  args: Arguments
}
export interface TestExpression {
  kind: 'test'
  at: number
  name: string
  operand: Expression
  args: Arguments
}

/** What can be assigned to. */
export type Target =
  | { kind: 'name'; at: number; name: string }
  | { kind: 'tuple'; at: number; items: Target[] }
  | { kind: 'field'; at: number; object: string; name: string }

export interface Parameter {
  name: string
  default?: Expression
}

export type Statement =
  | { kind: 'text'; text: string }
  | { kind: 'output'; at: number; value: Expression }
  | ForStatement
  | { kind: 'if'; branches: { condition: Expression; body: Statement[] }[]; otherwise: Statement[] }
  | { kind: 'set'; at: number; target: Target; value: Expression }
  | { kind: 'capture'; at: number; target: Target; filter: FilterExpression | undefined; body: Statement[] }
  | MacroStatement
  | { kind: 'call'; at: number; call: CallExpression; parameters: Parameter[]; body: Statement[] }
  | { kind: 'filter'; at: number; filter: FilterExpression; body: Statement[] }
  | { kind: 'with'; bindings: { target: Target; value: Expression }[]; body: Statement[] }
  | { kind: 'include'; at: number; template: Expression; ignoreMissing: boolean; withContext: boolean }
  | { kind: 'import'; at: number; template: Expression; name: string; withContext: boolean }
  | { kind: 'from'; at: number; template: Expression; names: ImportName[]; withContext: boolean }
  | { kind: 'block'; at: number; name: string; scoped: boolean; required: boolean; body: Statement[] }
  | { kind: 'extends'; at: number; template: Expression }

export interface ImportName {
  name: string
  as: string
}
export interface ForStatement {
  kind: 'for'
  at: number
  target: Target
  over: Expression
  condition: Expression | undefined
  recursive: boolean
  body: Statement[]
  otherwise: Statement[]
}
export interface MacroStatement {
  kind: 'macro'
  at: number
  name: string
  parameters: Parameter[]
  body: Statement[]
}
