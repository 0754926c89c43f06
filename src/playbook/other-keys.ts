import { didYouMean } from '../suggest.ts'
import type { TaskModule } from '../task.ts'
import { findModule } from '../tasks/index.ts'
import type { YamlEntry, YamlNode } from '../yaml/load.ts'
import { elsewhere } from './misplaced.ts'
import { isMeta, type Meta } from './model.ts'
import type { Reader } from './reader.ts'

/** Keys beside the module that are no keywords. Gives the names of parameters that stand there instead of below it. */
export function refuseOthers(
  reader: Reader,
  [action, ...others]: readonly YamlEntry[],
  module: TaskModule | Meta | undefined,
  { handler, table }: { handler: boolean; table: Readonly<Record<string, string>> },
): readonly string[] {
  if (!action) return []
  const parameters = others.filter(({ key }) => isParameter(module, String(key)))
  const [first] = parameters
  if (first) {
    const names = parameters.map(({ key }) => String(key))
    const [are, them] = names.length === 1 ? ['is a parameter', 'it'] : ['are parameters', 'them']
    const how = /^\S+=/.test(textOf(action.value))
      ? `write ${them} as name=value, or all of them one a line below`
      : `indent ${them} below`
    reader.problem(
      `${names.join(', ')} ${are} of ${String(action.key)} and ${names.length === 1 ? 'stands' : 'stand'} beside it`,
      first.keyPlace,
      `${how} ${String(action.key)}:`,
    )
    return names
  }
  const [second] = others
  if (second)
    refuseSecond(reader, action, second, { known: Object.keys(table), what: handler ? 'handler' : 'task' })
  return []
}

function textOf(node: YamlNode): string {
  return node.kind === 'scalar' && typeof node.value === 'string' ? node.value : ''
}

function isParameter(module: TaskModule | Meta | undefined, name: string): boolean {
  if (!module || isMeta(module) || findModule(name)) return false
  return Object.hasOwn(module.params.shape, name) || Object.hasOwn(module.paramAliases ?? {}, name)
}

function refuseSecond(
  reader: Reader,
  first: YamlEntry,
  second: YamlEntry,
  { known, what }: { known: string[]; what: string },
): void {
  const [odd, other] =
    findModule(String(second.key)) && !findModule(String(first.key)) ? [first, second] : [second, first]
  const name = String(odd.key)
  reader.problem(
    `a task has one module: ${String(other.key)} stands beside ${name}`,
    odd.keyPlace,
    elsewhere(name, what) ??
      didYouMean(name, known) ??
      'indent a parameter below its module, or make it a task of its own',
  )
}
