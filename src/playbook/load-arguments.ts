import type { Place } from '../errors.ts'
import { didYouMean } from '../suggest.ts'
import type { TaskModule } from '../task.ts'
import { toJson, type Value } from '../value.ts'
import { EncryptedText } from '../vault/encrypted-text.ts'
import { describe, toValue, type YamlEntry, type YamlNode } from '../yaml/load.ts'
import { argumentFor } from './argument.ts'
import { isHostPath } from './host-paths.ts'
import { splitKeyValue } from './key-value.ts'
import { hintOf } from './keywords.ts'
import type { Located } from './model.ts'
import { parameterFor } from './misplaced.ts'
import { defaultsFor, type ModuleDefaults } from './module-defaults.ts'
import { wrongValue } from './wrong-value.ts'
import { hasTemplate, isNothing, type Reader } from './reader.ts'

/** The arguments of a task under the module's own names, checked as far as they hold no template. */
export function loadArguments(
  reader: Reader,
  module: TaskModule,
  action: YamlEntry,
  {
    more,
    defaults,
    misplaced,
    here,
  }: {
    more: YamlNode | undefined
    defaults: ModuleDefaults
    misplaced: readonly string[]
    /** Relative paths may be meant: those of the controller go from the playbook's directory. */
    here: boolean
  },
): Map<string, Located> {
  const args = new Map<string, Located>()
  readArguments(reader, module, action.value, args)
  readArgs(reader, more, args)
  useOwnNames(reader, module, args)
  const lent = new Map(defaultsFor(module, defaults))
  useOwnNames(reader, module, lent)
  for (const [name, located] of lent) if (!args.has(name)) args.set(name, located)
  checkArguments(reader, module, args, { place: action.keyPlace, misplaced, here })
  return args
}

/** The module's value: a mapping of parameters, `k=v` text, or the free form of command and its like. */
function readArguments(reader: Reader, module: TaskModule, node: YamlNode, args: Map<string, Located>): void {
  if (isNothing(node)) return
  if (node.kind === 'mapping') {
    for (const { key, value } of node.entries)
      args.set(String(key), { value: toValue(value), place: value.place })
    return
  }
  if (node.kind === 'sequence' || node.value instanceof EncryptedText) {
    reader.problem(`${module.name} takes parameters, this is ${describe(node)}`, node.place)
    return
  }
  const text = String(toJson(toValue(node)))
  if (module.freeForm !== undefined) readFreeForm(module.freeForm, text, module, node.place, args)
  else readPairs(reader, module, text, node.place, args)
}

function readFreeForm(
  free: string,
  text: string,
  module: TaskModule,
  place: Place,
  args: Map<string, Located>,
): void {
  // Only the module's own parameters are taken out of the text: `FOO=1 make` stays a command.
  const own = (key: string) => Object.hasOwn(module.params.shape, key) && key !== free && key !== 'argv'
  const { pairs } = splitKeyValue(text)
  let rest = text
  for (const [key, value] of pairs) {
    if (!own(key)) continue
    args.set(key, { value, place })
    rest = rest.replace(new RegExp(`(^|\\s)${key}=("(?:[^"\\\\]|\\\\.)*"|'[^']*'|\\S+)`), '$1')
  }
  args.set(free, { value: rest.trim(), place })
}

function readPairs(
  reader: Reader,
  module: TaskModule,
  text: string,
  place: Place,
  args: Map<string, Located>,
): void {
  const { pairs, free } = splitKeyValue(text)
  for (const [key, value] of pairs) args.set(key, { value, place })
  if (free) {
    reader.problem(
      `${module.name} takes parameters, not the text "${free}"`,
      place,
      'write name=value, or one parameter a line',
    )
  }
}

function readArgs(reader: Reader, node: YamlNode | undefined, args: Map<string, Located>): void {
  if (!node) return
  const mapping = reader.mapping(node, 'args')
  for (const { key, value } of mapping?.entries ?? []) {
    if (!args.has(String(key))) args.set(String(key), { value: toValue(value), place: value.place })
  }
}

/** Puts parameters that go by another name under the module's own one: `dest` of file is its `path`. */
function useOwnNames(reader: Reader, module: TaskModule, args: Map<string, Located>): void {
  for (const [other, own] of Object.entries(module.paramAliases ?? {})) {
    const given = args.get(other)
    if (!given) continue
    args.delete(other)
    if (args.has(own))
      reader.problem(`${module.name}: ${other} and ${own} are the same`, given.place, `leave ${other} out`)
    else args.set(own, given)
  }
}

/** Checks names, and the values that hold no template, long before any host is touched. */
function checkArguments(
  reader: Reader,
  module: TaskModule,
  args: ReadonlyMap<string, Located>,
  { place, misplaced, here }: { place: Place; misplaced: readonly string[]; here: boolean },
): void {
  const docs = `docs/modules/${module.name}.md`
  const shape = module.params.shape
  const open =
    module.params.def.catchall !== undefined && module.params.def.catchall._zod.def.type !== 'never'
  for (const [name, { value, place: at }] of args) {
    const field = Object.hasOwn(shape, name) ? shape[name] : undefined
    const refused = hintOf(module.unsupported ?? {}, name)
    if (refused !== undefined) {
      // Whether it is there at all shows when it is rendered.
      if (mayBeOmitted(value)) continue
      reader.problem(`${module.name}: ${name} is not supported`, at, refused, 'unsupported-parameter', docs)
    } else if (!field && !open) {
      reader.problem(
        `${module.name} has no parameter ${name}`,
        at,
        parameterFor(name, module) ??
          didYouMean(name, Object.keys(shape)) ??
          `\`hakube modules ${module.name}\` lists them`,
        'unknown-parameter',
        docs,
      )
    } else if (field && !hasTemplate(value)) {
      const checked = field.safeParse(argumentFor(module.params, name, value))
      if (!checked.success && !(here && isHostPath(field))) {
        const { message, hint } = wrongValue(toJson(value), checked.error)
        reader.problem(`${module.name}: ${name}: ${message}`, at, hint, 'wrong-parameter', docs)
      }
    }
  }
  for (const [name, field] of Object.entries(shape)) {
    if (!args.has(name) && !misplaced.includes(name) && !field.safeParse(undefined).success) {
      reader.problem(`${module.name} needs ${name}`, place, undefined, 'missing-parameter', docs)
    }
  }
}

function mayBeOmitted(value: Value): boolean {
  return typeof value === 'string' && hasTemplate(value) && /\bomit\b/.test(value)
}
