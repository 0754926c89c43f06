import { HakubeError, type Place } from '../errors.ts'
import {
  isTemplate,
  renderValue,
  staysText,
  type Environment,
  type Scope,
  type VariablePath,
} from '../jinja/index.ts'
import { isDict, type Dict, type Key, type Value } from '../value.ts'
import { EncryptedText } from '../vault/encrypted-text.ts'
import { Vault } from '../vault/vault.ts'
import { LazyDict } from './lazy-dict.ts'
import { NotYet } from './not-yet.ts'
import type { Raw, RawVariables, VariableStore } from './store.ts'

/** What the templates of a run may use of the controller, and what opens its encrypted values. */
export interface ScopeEnvironment extends Environment {
  decrypt?(value: EncryptedText): string
}

/** What stands between the task's own variables and the inventory: magic names, loop items, vars of task and play. */
export interface Layers {
  /** Above all others: the names of another host, whose variables are read through hostvars. */
  own?: ReadonlyMap<string, Value>
  /** Names nobody can override: inventory_hostname, groups, playbook_dir, … */
  magic: ReadonlyMap<string, Value>
  /** Loop variables: final values. */
  loop: ReadonlyMap<string, Value>
  /** Loop variables of the includes around the task. */
  included?: ReadonlyMap<string, Value>
  /** What its templates may use of the controller. */
  environment: ScopeEnvironment
  /** Above what tasks set: parameters of roles and includes, highest first. */
  params?: readonly RawVariables[]
  /** vars of the task and its blocks, of roles, of vars_files and of the play, highest first. */
  texts: readonly RawVariables[]
  /** Below the inventory: defaults of roles, highest first. */
  defaults?: readonly RawVariables[]
}

/**
 * The variables of one task on one host in Ansible's order of precedence, rendered at use: a variable that
 * nobody reads is never looked at, and one that refers to itself is an error that shows the chain.
 */
export class TaskScope implements Scope {
  readonly host: string
  readonly position: number
  readonly environment: ScopeEnvironment
  readonly #store: VariableStore
  readonly #layers: Layers
  readonly #rendered = new Map<string, Value>()
  readonly #chain: string[] = []

  constructor(store: VariableStore, host: string, position: number, layers: Layers) {
    this.#store = store
    this.host = host
    this.position = position
    this.#layers = layers
    this.environment = layers.environment
  }

  /** The same variables with these loop variables on top; for an item, as its place in the loop sees them. */
  withLoop(loop: ReadonlyMap<string, Value>, position: number = this.position): TaskScope {
    return new TaskScope(this.#store, this.host, position, { ...this.#layers, loop })
  }

  /** The same variables with those of a task and its roles beside them. */
  within({
    params,
    above,
    defaults,
  }: {
    params: readonly RawVariables[]
    above: readonly RawVariables[]
    defaults: readonly RawVariables[]
  }): TaskScope {
    const texts = [...above, ...this.#layers.texts]
    return new TaskScope(this.#store, this.host, this.position, { ...this.#layers, params, texts, defaults })
  }

  /** The loop variables of the task itself, and of the includes around it. */
  get loop(): ReadonlyMap<string, Value> {
    return this.#layers.loop
  }

  /** The same variables with these on top of the loop's, such as the task's own result. */
  plus(names: ReadonlyMap<string, Value>): TaskScope {
    return this.withLoop(new Map([...this.#layers.loop, ...names]))
  }

  lookup(name: string): Value | undefined {
    const found = this.#find(name)
    if (!found) return undefined
    return 'raw' in found ? this.#render(name, found.raw) : found.value
  }

  keepsText([name, ...keys]: VariablePath, text: string): boolean {
    const found = this.#find(name)
    if (!found) return false
    if ('value' in found) {
      return keys.length === 0 && this.#store.isKeptText(this.host, name, this.position, text)
    }
    const { value, place = { file: 'inventory' }, final } = found.raw
    return (
      final !== true && staysText(value, keys, text, { place, scope: this, environment: this.environment })
    )
  }

  /** What a name means here: a value, or what is rendered to one. */
  #find(name: string): { value: Value } | { raw: Raw } | undefined {
    const { own, magic, loop, included: around, params = [], texts, defaults = [] } = this.#layers
    const special = this.#special(name)
    if (special !== undefined) return { value: special }
    for (const layer of [own, magic, loop, around]) {
      const value = layer?.get(name)
      if (value !== undefined) return { value }
    }
    const extra = this.#store.extra.get(name)
    if (extra) return { raw: extra }
    for (const layer of params) {
      const raw = layer.get(name)
      if (raw) return { raw }
    }
    const written = this.#store.written(this.host, name, this.position)
    if (written !== undefined) return { value: written }
    const included = this.#store.included(this.host, name, this.position)
    if (included) return { raw: included }
    for (const layer of texts) {
      const raw = layer.get(name)
      if (raw) return { raw }
    }
    const fact = this.#fact(name)
    if (fact !== undefined) return { value: fact }
    const raw = this.#store.hosts.get(this.host)?.inventory.get(name)
    if (raw) return { raw }
    if (this.#store.needsFacts(this.host, name)) throw new NotYet({ kind: 'facts', host: this.host })
    for (const layer of defaults) {
      const raw = layer.get(name)
      if (raw) return { raw }
    }
    return undefined
  }

  /** Where the inventory says something of a host. */
  placeOf(host: string, name: string): Place | undefined {
    return this.#store.hosts.get(host)?.inventory.get(name)?.place
  }

  /** Where the value of a variable is written, as far as it is written anywhere. */
  origin(name: string): Place | undefined {
    const { params = [], texts, defaults = [] } = this.#layers
    const inventory = this.#store.hosts.get(this.host)?.inventory
    const layers = [this.#store.extra, ...params, ...texts, ...(inventory ? [inventory] : []), ...defaults]
    return layers.find((layer) => layer.has(name))?.get(name)?.place
  }

  *names(): Iterable<string> {
    yield* this.#layers.magic.keys()
    yield* this.#layers.loop.keys()
    yield* this.#layers.included?.keys() ?? []
    const { params = [], texts, defaults = [] } = this.#layers
    for (const layer of [...params, ...texts, ...defaults]) yield* layer.keys()
    yield* this.#store.names(this.host)
  }

  /** What was gathered of the host, and over it what tasks have gathered since. */
  #fact(name: string): Value | undefined {
    const fact = this.#store.fact(this.host, name)
    if (name !== 'ansible_facts') return this.#store.given(this.host, name, this.position) ?? fact
    const given = this.#store.givenFacts(this.host, this.position)
    return isDict(fact) && given.size > 0 ? new Map([...fact, ...given]) : fact
  }

  #special(name: string): Value | undefined {
    if (name === 'hostvars') return this.#hostvars()
    if (name === 'vars') {
      return new LazyDict({ get: (key) => this.lookup(String(key)), keys: () => new Set(this.names()) })
    }
    return undefined
  }

  #hostvars(): Dict {
    const store = this.#store
    return new LazyDict({
      get: (key: Key) => (store.hosts.has(String(key)) ? this.#variablesOf(String(key)) : undefined),
      keys: () => store.hosts.keys(),
    })
  }

  #variablesOf(host: string): Dict {
    const store = this.#store
    const record = store.hosts.get(host)
    const own = new Map<string, Value>([
      ['inventory_hostname', host],
      ['inventory_hostname_short', host.split('.')[0] ?? host],
      ['group_names', [...(record?.groups ?? [])]],
    ])
    const position = host === this.host ? this.position : (store.line?.floor(this.position) ?? this.position)
    const scope = new TaskScope(store, host, position, {
      ...this.#layers,
      own,
      loop: new Map(),
      included: new Map(),
      params: [],
      texts: [],
      defaults: [],
    })
    return new LazyDict({
      get: (key) => {
        const name = String(key)
        if (host !== this.host) store.expectSettled(host, name, position)
        return scope.lookup(name)
      },
      keys: () => new Set(scope.names()),
    })
  }

  #render(name: string, raw: Raw): Value {
    const known = this.#rendered.get(name)
    if (known !== undefined) return known
    if (this.#chain.includes(name)) {
      const chain = [...this.#chain.slice(this.#chain.indexOf(name)), name].join(' -> ')
      throw new HakubeError(`the variable ${name} refers to itself: ${chain}`, {
        code: 'recursive-variable',
        place: raw.place,
        hint: 'give one of the variables of this chain a value of its own',
        host: this.host,
      })
    }
    this.#chain.push(name)
    try {
      const value = renderTree(raw, this)
      this.#rendered.set(name, value)
      return value
    } finally {
      this.#chain.pop()
    }
  }
}

/** Renders every text of a value, however deep; keys of dicts too. What was encrypted is final, as in Ansible. */
export function renderTree(raw: Raw, scope: Scope & { environment: ScopeEnvironment }): Value {
  if (raw.final === true) return raw.value
  const place = raw.place ?? { file: 'inventory' }
  const walk = (value: Value): Value => {
    if (typeof value === 'string')
      return isTemplate(value) ? renderValue(value, placeOf(value, place), scope, scope.environment) : value
    if (Array.isArray(value)) return value.map(walk)
    if (value instanceof EncryptedText) return reveal(value, scope.environment)
    if (isDict(value) && !(value instanceof LazyDict)) {
      return new Map([...value].map(([key, item]): [Key, Value] => [walkKey(key), walk(item)]))
    }
    return value
  }
  const walkKey = (key: Key): Key => {
    const rendered = walk(key)
    return typeof rendered === 'object' && rendered !== null ? key : rendered
  }
  return walk(raw.value)
}

/** Where a text begins that is part of the value at this place: found in its line, else no column is claimed. */
function placeOf(text: string, place: Place): Place {
  const [first = ''] = text.split('\n', 1)
  const at = place.source?.indexOf(first) ?? -1
  return { ...place, column: at + 1 }
}

function reveal(value: EncryptedText, environment: ScopeEnvironment): string {
  return environment.decrypt ? environment.decrypt(value) : new Vault([]).reveal(value)
}
