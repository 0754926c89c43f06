import { readFileSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { HakubeError, isKnown, showPlace } from '../errors.ts'
import { selectHosts } from '../inventory/patterns.ts'
import { showWarning, type Inventory } from '../inventory/model.ts'
import type { Play } from '../playbook/model.ts'
import type { RawVariables } from '../variables/store.ts'
import type { Sources } from '../playbook/sources.ts'
import { advise, type Advice } from './advise.ts'
import { aboutOwnPlugins } from './own-plugins.ts'
import { lintFile } from './file.ts'
import { targetsBelow, type Target } from './targets.ts'
import { fileTree, playbookTree, roleTree, tasksTree, type Tree, type TreeOptions } from './tree.ts'

export interface LintOptions {
  sources: Sources
  rolesPath: readonly string[]
  /** Modules that are no mistakes, although hakube does not have them. */
  without?: ReadonlySet<string>
  /** Of -e. */
  extraVars?: RawVariables | undefined
  /** Ids of advice that is not wanted. */
  skip: ReadonlySet<string>
  /** Against which the hosts patterns are held; undefined = they are not checked. */
  inventory: Inventory | undefined
}

export interface LintResult {
  /** What `hakube apply` would refuse, each once, by file and line. */
  problems: readonly HakubeError[]
  advice: readonly Advice[]
  /** What was not looked at, a sentence each. */
  notes: readonly string[]
  /** How many files were read. */
  files: number
}

/** The playbooks and roles below a folder. Throws HakubeError `lint-nothing` where there are none. */
export function targetsIn(folder: string): Target[] {
  const found = targetsBelow(folder, (file) => readFileSync(file, 'utf8'))
  if (found.length > 0) return found
  throw new HakubeError(`there is neither a playbook nor a role in ${folder}`, {
    code: 'lint-nothing',
    hint: 'name a playbook, a role folder, a file of tasks or a template',
  })
}

/** Loads what the targets are made of, and looks at how it is written. Connects nowhere, reads no inventory. */
export function lintTargets(targets: readonly Target[], options: LintOptions): LintResult {
  const trees: Tree[] = []
  const files = new Map<string, string>()
  const reached = new Set<string>()
  for (const target of targets) {
    // A playbook that another one imports, or a role that a playbook uses, has been looked at.
    if (trees.some((tree) => covers(tree, target))) continue
    const tree = treeOf(target, options)
    trees.push(tree)
    for (const [path, { text, hidden }] of tree.files) {
      // A file that is reached on two ways, over a link, is looked at once.
      if (!hidden && !reached.has(realPath(path))) files.set(path, text)
      reached.add(realPath(path))
    }
  }
  const plays = trees.flatMap((tree) => tree.plays)
  const whole = targets.every(({ kind }) => kind === 'playbook' || kind === 'role') && plays.length > 0
  const scene = { files: [...files].map(([path, text]) => lintFile(path, text)), whole }
  return {
    problems: inOrder(trees.flatMap((tree) => tree.problems)).map(aboutOwnPlugins),
    advice: advise(scene, options.skip),
    notes: notesOf(trees, plays, options.inventory),
    files: reached.size,
  }
}

function covers(tree: Tree, { kind, path }: Target): boolean {
  if (kind === 'playbook') return tree.files.has(resolve(path))
  return kind === 'role' && tree.roles.has(resolve(path))
}

function treeOf({ kind, path }: Target, options: TreeOptions): Tree {
  // Roles stand beside the playbook, or beside each other.
  const beside = kind === 'role' ? [dirname(resolve(path))] : []
  const rolesPath = [...options.rolesPath, ...beside]
  if (kind === 'playbook') return playbookTree(path, options)
  if (kind === 'role') return roleTree(resolve(path), { ...options, rolesPath })
  return kind === 'tasks' ? tasksTree(path, options) : fileTree(path, kind, options)
}

/** What hosts patterns name and the inventory has not: a run warns of it and goes on. */
function patternNotes(plays: readonly Play[], inventory: Inventory): string[] {
  return plays.flatMap(({ hosts }) => {
    if (hosts.value.includes('{{')) return []
    try {
      const { warnings } = selectHosts(inventory, hosts.value)
      return warnings.map((warning) => `${showPlace(hosts.place)}: ${showWarning(warning)}`)
    } catch (error) {
      if (!isKnown(error)) throw error
      return [`${showPlace(hosts.place)}: ${error.message}`]
    }
  })
}

function notesOf(trees: readonly Tree[], plays: readonly Play[], inventory: Inventory | undefined): string[] {
  const open = trees.reduce((sum, tree) => sum + tree.open, 0)
  const locked = [...new Set(trees.flatMap((tree) => [...tree.locked]))]
  const absent = [...new Set(trees.flatMap((tree) => tree.missingRoles))]
  return [
    ...(inventory ? patternNotes(plays, inventory) : []),
    ...(plays.length > 0 && !inventory ? ['without an inventory (-i), hosts patterns are not checked'] : []),
    ...(open > 0
      ? [
          `${open === 1 ? 'an include is' : `${open} includes are`} named by variables: what they bring is checked as far as it lies in the role`,
        ]
      : []),
    ...absent.map((message) => `${message}: what it brings is not checked`),
    ...locked.map((file) => `${file} is encrypted and no password fits: it is not checked`),
  ]
}

function inOrder(problems: readonly HakubeError[]): HakubeError[] {
  const unique = new Map(problems.map((one) => [`${one.message} ${placeKey(one)}`, one]))
  const order = [...new Set([...unique.values()].map(({ place }) => place?.file ?? ''))]
  return [...unique.values()].toSorted(
    (a, b) =>
      order.indexOf(a.place?.file ?? '') - order.indexOf(b.place?.file ?? '') ||
      (a.place?.line ?? 0) - (b.place?.line ?? 0),
  )
}

function placeKey({ place }: HakubeError): string {
  return place ? JSON.stringify([realPath(place.file), place.line, place.column]) : ''
}

function realPath(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    // A file that only messages name, such as a role that is not there.
    return resolve(file)
  }
}
