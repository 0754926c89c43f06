import type { Rule } from '../rule.ts'
import { CARE } from './care.ts'
import { COMMANDS } from './commands.ts'
import { CONDITIONS_AND_LOOPS } from './conditions.ts'
import { DEPRECATED } from './deprecated.ts'
import { FILE_MODES } from './modes.ts'
import { NAMES } from './names.ts'
import { VARIABLES } from './variables.ts'

/** Every piece of advice, in the order of the docs. */
export const RULES: readonly Rule[] = [
  ...CONDITIONS_AND_LOOPS,
  ...COMMANDS,
  ...FILE_MODES,
  ...CARE,
  ...NAMES,
  ...VARIABLES,
  ...DEPRECATED,
]
