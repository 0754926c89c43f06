import { HakubeError } from '../../errors.ts'
import type { Value } from '../../value.ts'
import { parseYaml, toValue as fromNode } from '../../yaml/load.ts'
import { intArgument } from '../arguments.ts'
import { truthy } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import { toValue } from '../result.ts'
import type { Item } from '../things.ts'
import { dumpYaml } from '../yaml-dump.ts'
import { filter, type Filters } from './define.ts'

const writing = { indent: 2, width: 80, sort_keys: true, explicit_start: false, explicit_end: false }

/** Filters to and from YAML. */
export const yaml: Filters = {
  to_yaml: filter({ ...writing, default_flow_style: null }, write),
  to_nice_yaml: filter({ ...writing, indent: 4, default_flow_style: false }, write),
  from_yaml: filter({}, (value) => (typeof value === 'string' ? single(documents(value)) : value)),
  from_yaml_all: filter({}, (value) => (typeof value === 'string' ? documents(value) : value)),
}

type Writing = Record<keyof typeof writing | 'default_flow_style', Item>

function write(value: Item, args: Writing): string {
  return dumpYaml(toValue(value), {
    indent: intArgument(args.indent, 'indent'),
    width: intArgument(args.width, 'width'),
    sortKeys: truthy(args.sort_keys),
    explicitStart: truthy(args.explicit_start),
    explicitEnd: truthy(args.explicit_end),
    flow: args.default_flow_style === null ? 'leaves' : truthy(args.default_flow_style) ? 'all' : 'none',
  })
}

function single(all: Value[]): Value {
  if (all.length <= 1) return all[0] ?? null
  throw new Mistake('the text holds more than one document', { hint: 'Use from_yaml_all.' })
}

function documents(text: string): Value[] {
  try {
    return parseYaml(text, 'the text', { jsonIsYaml: true }).map(({ root }) => (root ? fromNode(root) : null))
  } catch (error) {
    // Its place is one in the text, which the user may never have seen: the filter's place helps more.
    if (error instanceof HakubeError) throw new Mistake(`the text is no YAML: ${error.message}`)
    throw error
  }
}
