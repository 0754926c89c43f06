import { basename, join } from 'node:path'
import validateArgumentSpec from '../tasks/validate_argument_spec.ts'
import { ARGUMENT_TYPES, typeHint } from '../tasks/argument-types.ts'
import { isDict, type Dict, type Value } from '../value.ts'
import { entryOf, toValue, type YamlMapping, type YamlNode } from '../yaml/load.ts'
import type { Within } from './loading.ts'
import type { Located, Task } from './model.ts'
import { isNothing } from './reader.ts'
import { roleYaml } from './role-files.ts'

/**
 * The task with which Ansible begins a role whose `argument_specs` say what it takes at this entry point (`main`, or what
 * tasks_from says). `meta` is the role's meta/main.yml; a meta/argument_specs.yml goes before it.
 */
export function validation(
  within: Within,
  {
    name,
    path,
    entryPoint,
    params,
  }: {
    name: string
    path: string
    entryPoint: string
    params: ReadonlyMap<string, Located>
  },
  meta: YamlNode | undefined,
): Task | undefined {
  const { role, loading } = within
  const { reader } = loading
  const own = roleYaml(loading, path, 'meta', 'argument_specs')
  const root = own ? own.root : meta
  const specs = root?.kind === 'mapping' ? entryOf(root, 'argument_specs')?.value : undefined
  if (!specs || isNothing(specs)) return undefined
  const spec = reader.mapping(specs, 'argument_specs')
  const entry = spec && entryOf(spec, basename(entryPoint))?.value
  const said =
    entry && !isNothing(entry) ? reader.mapping(entry, 'an entry point of argument_specs') : undefined
  if (!said) return undefined
  const options = entryOf(said, 'options')?.value
  const given = options && !isNothing(options) ? reader.mapping(options, 'options') : undefined
  if (given) checkSpec(within, given)
  const about = textOf(said, 'short_description')
  const place = said.place
  const located = (value: Value): Located => ({ value, place })
  return {
    type: 'task',
    origin: { dir: join(path, 'tasks'), role },
    name: `Validating arguments against arg spec '${basename(entryPoint)}'${about === undefined ? '' : ` - ${about}`}`,
    place,
    action: validateArgumentSpec.name,
    module: validateArgumentSpec,
    args: new Map([
      ['argument_spec', located(given ? bare(toValue(given)) : new Map())],
      ['provided_arguments', located(new Map([...params].map(([key, { value }]) => [key, value])))],
      [
        'validate_args_context',
        located(
          new Map<string, Value>([
            ['type', 'role'],
            ['name', name],
            ['argument_spec_name', basename(entryPoint)],
            ['path', path],
          ]),
        ),
      ],
    ]),
    when: [],
    loop: undefined,
    register: undefined,
    asyncLimit: undefined,
    listen: [],
    changedWhen: undefined,
    failedWhen: undefined,
    retry: undefined,
    include: undefined,
    vars: new Map(),
    environment: [],
    tags: ['always'],
  }
}

function textOf(mapping: YamlMapping, key: string): string | undefined {
  const value = entryOf(mapping, key)?.value
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined
}

/** Types that do not exist are mistakes of the role, whatever it is given. */
function checkSpec(within: Within, options: YamlMapping): void {
  const { reader } = within.loading
  for (const { key, value } of options.entries) {
    const option = reader.mapping(value, `the specification of ${String(key)}`)
    if (!option) continue
    for (const word of ['type', 'elements']) {
      const type = entryOf(option, word)?.value
      const name = type?.kind === 'scalar' && typeof type.value === 'string' ? type.value : undefined
      if (type && name !== undefined && !Object.hasOwn(ARGUMENT_TYPES, name))
        reader.problem(`${String(key)}: there is no type ${name} of arguments`, type.place, typeHint(name))
    }
    const inner = entryOf(option, 'options')?.value
    if (inner?.kind === 'mapping') checkSpec(within, inner)
  }
}

/** Without prose, in which braces may stand that are no templates; one line of it is kept for messages. */
function bare(options: Value): Value {
  if (!isDict(options)) return options
  return new Map([...options].map(([name, option]) => [name, isDict(option) ? bareOption(option) : option]))
}

function bareOption(option: Dict): Dict {
  return new Map(
    [...option].flatMap(([key, value]): [string, Value][] => {
      if (key === 'options') return [['options', bare(value)]]
      if (key !== 'description' && key !== 'version_added' && key !== 'author') return [[String(key), value]]
      const [line] = Array.isArray(value) ? value : [value]
      return key === 'description' && typeof line === 'string' && !line.includes('{')
        ? [['description', line]]
        : []
    }),
  )
}
