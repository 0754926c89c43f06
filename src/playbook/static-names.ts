import { HakubeError, isKnown, type Place } from '../errors.ts'
import { str, type Scope } from '../jinja/index.ts'
import type { Value } from '../value.ts'
import { parentsOf } from '../variables/role-layers.ts'
import { renderTree, type ScopeEnvironment } from '../variables/scope.ts'
import type { RawVariables } from '../variables/store.ts'
import type { Within } from './loading.ts'
import type { Located } from './model.ts'
import { hasTemplate } from './reader.ts'

/**
 * A name that must be known before the run, such as that of an imported file: what is written, or what its template makes of
 * -e and the variables of plays, blocks and roles around it. The reader has the problem where that does not suffice.
 */
export function staticName(
  within: Within,
  { value, place }: Located<string>,
  { what, hint, own = new Map() }: { what: string; hint?: string | undefined; own?: RawVariables },
): string | undefined {
  if (!hasTemplate(value)) return value
  try {
    return str(renderTree({ value, place }, new StaticScope(within, own, place)))
  } catch (error) {
    if (!isKnown(error)) throw error
    return within.loading.reader.problem(
      `${what} must be known before the run: ${error.message}`,
      place,
      hint ?? 'it may use -e and variables of the play and of its roles',
      'not-static',
    )
  }
}

/** What is known before the run has hosts. */
class StaticScope implements Scope {
  readonly environment: ScopeEnvironment
  readonly #layers: readonly RawVariables[]
  readonly #magic: ReadonlyMap<string, Value>
  readonly #place: Place
  readonly #chain: string[] = []

  constructor({ loading, role, lent, playVars }: Within, own: RawVariables, place: Place) {
    const roles = role ? [role, ...parentsOf(role)] : []
    this.environment = loading.environment ?? {}
    this.#place = place
    this.#layers = [
      loading.extraVars ?? new Map(),
      ...roles.map((use) => use.params),
      own,
      lent.vars ?? new Map(),
      ...roles.flatMap((use) => [use.vars, use.entryVars]),
      playVars,
      ...roles.map((use) => use.defaults),
    ]
    this.#magic = new Map<string, Value>([
      ['playbook_dir', loading.playbookDir],
      ...(role
        ? ([
            ['role_path', role.path],
            ['role_name', role.name],
          ] as const)
        : []),
    ])
  }

  lookup(name: string): Value | undefined {
    const magic = this.#magic.get(name)
    if (magic !== undefined) return magic
    const raw = this.#layers.find((layer) => layer.has(name))?.get(name)
    if (!raw) return undefined
    if (this.#chain.includes(name))
      throw new HakubeError(`the variable ${name} refers to itself`, {
        code: 'recursive-variable',
        place: raw.place ?? this.#place,
      })
    this.#chain.push(name)
    try {
      return renderTree(raw, this)
    } finally {
      this.#chain.pop()
    }
  }

  *names(): Iterable<string> {
    yield* this.#magic.keys()
    for (const layer of this.#layers) yield* layer.keys()
  }
}
