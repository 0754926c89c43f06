import { dirname, resolve } from 'node:path'
import type { ControllerFiles } from '../playbook/controller-files.ts'
import { templateEnvironment, type LookupRun } from '../playbook/environment.ts'
import type { Inclusion, Origin, RoleUse, Task } from '../playbook/model.ts'
import { rolesAt } from '../playbook/public-roles.ts'
import type { PlayRun } from '../playbook/step.ts'
import type { Value } from '../value.ts'
import { parentsOf, roleLayers, type RoleLayers } from '../variables/role-layers.ts'
import { TaskScope, type Layers, type ScopeEnvironment } from '../variables/scope.ts'
import type { Inputs } from './inputs.ts'
import { magicVariables } from './magic.ts'
import type { RunOptions } from './options.ts'

/** The variables of a task (of the play without one) for a host, above and below the inventory and the facts. */
export type LayersOf = (
  host: string,
  run: PlayRun,
  task: Task | undefined,
  where?: { inclusions?: readonly Inclusion[]; position: number },
) => Layers

/** Magic variables of a host, play and place, and what roles bring to a play, are made once. */
export function layersOf(inputs: Inputs, options: RunOptions, files: ControllerFiles): LayersOf {
  const magic = new Map<RoleUse | undefined, Map<string, ReadonlyMap<string, Value>>>()
  // What roles lend a play changes when one of them is included in public.
  const roles = new Map<readonly RoleUse[], Map<RoleUse | undefined, RoleLayers>>()
  const playbookDir = resolve(dirname(options.playbook))
  const settled = (path: string) => files.settled(path)
  const environments = environmentsOf(playbookDir, options, { ...inputs.lookups, settled })
  const magicOf = (host: string, run: PlayRun, { dir, role }: Origin): ReadonlyMap<string, Value> => {
    // Who is unreachable shows only after the connections, which need variables themselves.
    const key = `${inputs.store.unreachable.size} ${inputs.store.growth} ${run.index} ${host}`
    let ofRole = magic.get(role)
    if (!ofRole) magic.set(role, (ofRole = new Map()))
    const known = ofRole.get(`${key} ${dir}`)
    if (known) return known
    const own = magicVariables(host, run, inputs.store, {
      ...options,
      tags: options.tags.only,
      skipTags: options.tags.skip,
    })
    const path = [...(role ? [role, ...parentsOf(role)].map((one) => one.path) : []), dir, playbookDir]
    own.set('ansible_search_path', [...new Set(path)])
    for (const [name, value] of role ? roleMagic(role) : []) own.set(name, value)
    ofRole.set(`${key} ${dir}`, own)
    return own
  }
  const ofPlay: Origin = { dir: playbookDir, role: undefined }
  return (host, run, task, { inclusions = [], position } = { position: -1 }) => {
    const role = task?.origin.role
    const seen = rolesAt(run.seen, position)
    let known = roles.get(seen)
    if (!known) roles.set(seen, (known = new Map()))
    let layers = known.get(role)
    if (!layers) known.set(role, (layers = roleLayers(role, seen)))
    const { store, varsFiles } = inputs
    const hasFacts = store.hosts.get(host)?.facts !== undefined
    const fromFiles = varsFiles.of(run.play, host, hasFacts, (earlier) => {
      const { defaults } = roleLayers(undefined, seen)
      const environment = environments(ofPlay)
      const texts = [...earlier, run.play.vars]
      const magic = magicOf(host, run, ofPlay)
      return new TaskScope(store, host, 0, { magic, loop: NONE, environment, texts, defaults })
    })
    return {
      magic: magicOf(host, run, task?.origin ?? ofPlay),
      loop: new Map(),
      environment: environments(task?.origin ?? ofPlay),
      included: includedLoop(host, inclusions),
      params: [...inclusions.map((one) => one.vars), ...layers.params],
      texts: [...(task ? [task.vars] : []), ...layers.vars, ...fromFiles, run.play.vars],
      defaults: layers.defaults,
    }
  }
}

const NONE: ReadonlyMap<string, Value> = new Map()

/** The loop variables of the includes around a task; the innermost one counts. */
function includedLoop(host: string, inclusions: readonly Inclusion[]): ReadonlyMap<string, Value> {
  if (inclusions.length === 0) return NONE
  return new Map(inclusions.toReversed().flatMap((one) => [...(one.hosts.get(host) ?? NONE)]))
}

/** One for each folder and role: lookups search beside the task. */
function environmentsOf(
  playbookDir: string,
  options: RunOptions,
  lookups: LookupRun,
): (origin: Origin) => ScopeEnvironment {
  const known = new Map<RoleUse | undefined, Map<string, ScopeEnvironment>>()
  return (origin) => {
    let ofRole = known.get(origin.role)
    if (!ofRole) known.set(origin.role, (ofRole = new Map()))
    let environment = ofRole.get(origin.dir)
    if (!environment) {
      environment = templateEnvironment(playbookDir, options.env, options.vault, origin, lookups)
      ofRole.set(origin.dir, environment)
    }
    return environment
  }
}

function roleMagic(role: RoleUse): [string, Value][] {
  const parents = role.included ? parentsOf(role) : []
  return [
    ['role_path', role.path],
    ['role_name', role.name],
    ['ansible_role_name', role.name],
    // Of a role that is in no collection.
    ['ansible_collection_name', null],
    ...(parents.length === 0 ? [] : parentNames(parents)),
  ]
}

function parentNames(parents: readonly RoleUse[]): [string, Value][] {
  return [
    ['ansible_parent_role_names', parents.map((one) => one.name)],
    ['ansible_parent_role_paths', parents.map((one) => one.path)],
  ]
}
