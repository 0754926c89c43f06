import { bind, textArgument } from './arguments.ts'
import { equals, truthy } from './compare.ts'
import { Mistake } from './mistakes.ts'
import type { Runtime } from './runtime.ts'
import { urlParts } from './filters/urls.ts'
import { str } from './print.ts'
import type { Args, Item, ItemDict } from './things.ts'
import { defined } from './undefined.ts'
import { typeName, contains } from './compare.ts'

type Test = (value: Item, args: Args, runtime: Runtime) => boolean

/** A test on what a task registered. */
function result(holds: (result: ItemDict) => boolean): Test {
  return (value) => {
    defined(value)
    if (value instanceof Map) return holds(value)
    const hint = 'Give it the variable that a task registered, not one of its fields.'
    throw new Mistake(`takes a registered result (a dict), not ${typeName(value)}`, { hint })
  }
}

function flag(name: string): (result: ItemDict) => boolean {
  return (registered) => truthy(registered.get(name) ?? false)
}

const isFailed = flag('failed')
const failed = result(isFailed)
const succeeded = result((registered) => !isFailed(registered))
const changed = result(isChanged)
const skipped = result(flag('skipped'))

/** A loop's result has changed when one of its rounds has. */
function isChanged(registered: ItemDict): boolean {
  const own = registered.get('changed')
  if (own !== undefined) return truthy(own)
  const rounds = registered.get('results')
  if (!Array.isArray(rounds)) return false
  return rounds.some((round) => round instanceof Map && truthy(round.get('changed') ?? false))
}

/** Of a task that was not started in the background, both hold. */
function background(name: string): Test {
  return result((registered) => equals(registered.get(name) ?? 1, 1))
}

/** A test on a path of the controller, as far as the environment lets templates look. */
function path(holds: (kind: 'file' | 'directory' | 'other' | undefined) => boolean): Test {
  return (value, _args, runtime) => {
    const { environment } = runtime
    if (environment.stat) return holds(environment.stat(pathText(defined(value))))
    throw new Mistake('files cannot be looked at here', { hint: 'Use the module stat on the host.' })
  }
}

/** A path; Python takes numbers for open files, which templates never have, and refuses lists and dicts. */
function pathText(value: Item): string {
  if (!Array.isArray(value) && !(value instanceof Map)) return str(value)
  throw new Mistake(`takes a path, not ${typeName(value)}`)
}

const isMount: Test = (value, _args, runtime) => {
  const { environment } = runtime
  if (environment.isMount) return environment.isMount(pathText(defined(value)))
  throw new Mistake('files cannot be looked at here', { hint: 'Use the module stat on the host.' })
}

/** Something is there, be it a link that leads nowhere. */
const linkExists: Test = (value, args, runtime) =>
  isLink(value, args, runtime) || exists(value, args, runtime)

const isLink: Test = (value, _args, runtime) => {
  const { environment } = runtime
  if (environment.isLink) return environment.isLink(textArgument(defined(value), 'a path'))
  throw new Mistake('files cannot be looked at here', { hint: 'Use the module stat on the host.' })
}

const isSameFile: Test = (value, { positional: [other] }, runtime) => {
  const { environment } = runtime
  if (!environment.realpath)
    throw new Mistake('files cannot be looked at here', { hint: 'Use the module stat on the host.' })
  if (other === undefined) throw new Mistake('takes another path')
  const [a, b] = [value, other].map((path) => environment.realpath?.(textArgument(defined(path), 'a path')))
  return a === b
}

const isDirectory = path((kind) => kind === 'directory')
const isFile = path((kind) => kind === 'file')
const exists = path((kind) => kind !== undefined)
const isAbsolute: Test = (value) => textArgument(defined(value), 'a path').startsWith('/')

function uri(accepts: (parts: ItemDict) => boolean): Test {
  return (value, args) => {
    if (typeof defined(value) !== 'string') return false
    const parts = urlParts(str(value))
    const { schemes } = bind({ schemes: null }, args)
    return accepts(parts) && (!truthy(schemes) || contains(schemes, parts.get('scheme') ?? ''))
  }
}

/** Tests on registered results, paths and addresses of resources. */
export const RESULT_TESTS: Readonly<Record<string, Test>> = {
  failed,
  failure: failed,
  succeeded,
  success: succeeded,
  successful: succeeded,
  changed,
  change: changed,
  skipped,
  skip: skipped,
  unreachable: result(flag('unreachable')),
  reachable: result((registered) => !truthy(registered.get('unreachable') ?? false)),
  started: background('started'),
  finished: background('finished'),
  directory: isDirectory,
  is_dir: isDirectory,
  file: isFile,
  is_file: isFile,
  exists,
  link_exists: linkExists,
  mount: isMount,
  is_mount: isMount,
  link: isLink,
  is_link: isLink,
  same_file: isSameFile,
  is_same_file: isSameFile,
  abs: isAbsolute,
  is_abs: isAbsolute,
  uri: uri(() => true),
  url: uri((parts) => truthy(parts.get('netloc') ?? '') || parts.get('scheme') === 'file'),
  urn: uri((parts) => parts.get('scheme') === 'urn'),
}
