import type { TaskModule } from '../task.ts'
import includeRole from '../tasks/include_role.ts'
import includeTasks from '../tasks/include_tasks.ts'
import { entryOf, type YamlMapping, type YamlNode } from '../yaml/load.ts'
import { inherited } from './inherited.ts'
import { BLOCK_KEYWORDS, INCLUDE_KEYWORDS, hintOf } from './keywords.ts'
import type { Include, Inherited } from './model.ts'
import type { Reader } from './reader.ts'

export function isIncluding(module: TaskModule): boolean {
  return [includeTasks, includeRole].some((one: TaskModule) => one === module)
}

/** A module's parameters as it sees them: `apply` of an include holds keywords and is read as such. */
export function withoutApply<Node extends YamlNode | undefined>(module: TaskModule, parameters: Node): Node {
  if (!isIncluding(module) || parameters?.kind !== 'mapping') return parameters
  return { ...parameters, entries: parameters.entries.filter(({ key }) => key !== 'apply') }
}

/** What an include lends to the tasks that it brings. As in Ansible, most keywords of the include itself do not. */
export function readInclude(
  reader: Reader,
  mapping: YamlMapping,
  { parameters, shared }: { parameters: readonly (YamlNode | undefined)[]; shared: Inherited },
): Include {
  for (const { key, keyPlace } of mapping.entries) {
    const refused = hintOf(INCLUDE_KEYWORDS, String(key))
    if (refused !== undefined)
      reader.problem(`${String(key)} does not work with an include`, keyPlace, refused)
  }
  const apply = parameters
    .map((node) => (node?.kind === 'mapping' ? entryOf(node, 'apply')?.value : undefined))
    .find((node) => node !== undefined)
  const lent = apply && reader.mapping(apply, 'apply')
  const given = lent ? reader.keywords(lent, BLOCK_KEYWORDS, 'apply') : new Map<string, YamlNode>()
  return {
    vars: shared.vars,
    apply: inherited(reader, given),
    when: reader.conditions(given.get('when'), 'when'),
  }
}
