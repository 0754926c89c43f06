import { readFile, readdir, readlink, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Plan } from '../task.ts'
import { joinWrites } from '../shell/write-file.ts'
import { joinPath } from '../world/path-names.ts'
import type { World, WorldQuestion } from '../world/world.ts'
import { attributeQuestions } from './attributes.ts'
import { type FileContent, fileQuestions, planFile } from './file-content.ts'
import { linkQuestions, planLink } from './file-links.ts'
import { type FileTask, planDirectory } from './file-states.ts'
import { directoryQuestions, pathQuestion } from './make-directory.ts'
import type { Mode } from './mode.ts'

/** A directory of the controller, to be on the host with all that is in it. */
export interface Tree {
  source: string
  /** Where its entries go to. */
  dest: string
  /** What the task says: where to, and whether the source ends with a slash. */
  given: { dest: string; slash: boolean }
  wishes: TreeWishes
  directories: readonly FileTask[]
  files: readonly FileContent[]
  links: readonly FileTask[]
}

/** What every file of a tree has in common. */
export type TreeWishes = Omit<FileContent, 'dest' | 'name' | 'source' | 'content' | 'mode'> & {
  mode: Mode | 'preserve' | undefined
  /** Copy what local links point to, instead of the links. */
  localFollow: boolean
}

/** Reads a directory with everything below it. */
export async function readTree(source: string, given: Tree['given'], wishes: TreeWishes): Promise<Tree> {
  const dest = given.slash ? given.dest : joinPath(given.dest, path.basename(source))
  const tree = { source, dest, given, wishes, directories: [], files: [], links: [] } satisfies Tree
  await readInto(tree, source, dest, wishes, [await realpath(source)])
  return tree
}

type Draft = { directories: FileTask[]; files: FileContent[]; links: FileTask[] }

async function readInto(
  tree: Draft,
  source: string,
  dest: string,
  wishes: TreeWishes,
  above: readonly string[],
): Promise<void> {
  const entries = await readdir(source, { withFileTypes: true })
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const from = path.join(source, entry.name)
    const to = joinPath(dest, entry.name)
    const target = entry.isSymbolicLink() ? await linkOf(from, wishes, above) : undefined
    if (target !== undefined)
      tree.links.push({ ...taskOf(to, wishes), state: 'link', src: target, force: true })
    else if ((await stat(from)).isDirectory()) {
      tree.directories.push({ ...taskOf(to, wishes), state: 'directory', mode: wishes.directoryMode })
      await readInto(tree, from, to, wishes, [...above, await realpath(from)])
    } else tree.files.push(await fileOf(from, to, wishes))
  }
}

/** The text of a link that is to be a link on the host too: by wish, or because there is nothing to copy. */
async function linkOf(
  link: string,
  wishes: TreeWishes,
  above: readonly string[],
): Promise<string | undefined> {
  const text = await readlink(link)
  if (!wishes.localFollow) return text
  const real = await realpath(link).catch(() => undefined)
  return real === undefined || above.includes(real) ? text : undefined
}

async function fileOf(from: string, to: string, wishes: TreeWishes): Promise<FileContent> {
  const mode = wishes.mode === 'preserve' ? { octal: (await stat(from)).mode & 0o7777 } : wishes.mode
  return { ...wishes, mode, dest: to, name: undefined, source: from, content: await readFile(from) }
}

function taskOf(to: string, { owner, group }: TreeWishes): FileTask {
  const keep = { accessTime: 'preserve', modificationTime: 'preserve' } as const
  return { path: to, owner, group, recurse: false, force: false, follow: false, ...keep }
}

export function treeQuestions(tree: Tree): WorldQuestion[] {
  const { dest, directories, files, links } = tree
  return [
    ...directoryQuestions(dest),
    pathQuestion({ path: dest }),
    ...directories.flatMap(({ path }) => [pathQuestion({ path }), ...directoryQuestions(path)]),
    ...files.flatMap(fileQuestions),
    ...links.flatMap(linkQuestions),
    ...attributeQuestions(tree.wishes),
  ]
}

/**
 * Directories first, each planned over what the ones before it do to the World, then files, which do not depend on
 * each other, then links, which may lead to any of them.
 */
export function planTree(tree: Tree, world: World): Plan {
  const plans: Plan[] = []
  let after = world
  const add = (plan: Plan): void => {
    plans.push(plan)
    if (plan.status === 'change') after = after.after(plan.effects)
  }
  const top = world.get('path', { path: tree.dest, follow: true })
  if (!top.exists) add(planDirectory(topOf(tree), after))
  else if (top.type !== 'directory') {
    return { status: 'fail', message: `${tree.dest} is a ${top.type}, not a directory` }
  }
  for (const directory of tree.directories) add(planDirectory(directory, after))
  const files = tree.files.map((file) => planFile(file, after))
  plans.push(...files)
  after = after.after(files.flatMap((plan) => (plan.status === 'change' ? plan.effects : [])))
  for (const link of tree.links) add(planLink(link, after))
  return joinPlans(plans, tree)
}

/** The directory itself is made, but what is there keeps its attributes. */
function topOf({ dest, wishes }: Tree): FileTask {
  return { ...taskOf(dest, wishes), state: 'directory', mode: wishes.directoryMode, follow: true }
}

/** Many plans as one. */
export function joinPlans(
  plans: readonly Plan[],
  { source, dest, given }: Pick<Tree, 'source' | 'dest' | 'given'>,
): Plan {
  const result = { dest: given.dest.replace(/\/?$/, '/'), src: given.slash ? `${source}/` : source }
  const other = plans.find((plan) => plan.status === 'fail' || plan.status === 'unknown')
  if (other) return other
  const changes = plans.filter((plan) => plan.status === 'change')
  if (changes.length === 0) return { status: 'ok', reason: `${dest} has all of ${source}`, result }
  const count = changes.length === 1 ? 'one thing' : `${changes.length} things`
  return {
    status: 'change',
    summary: `put ${count} into ${dest}`,
    diff: changes.flatMap((plan) => plan.diff),
    apply: joinWrites(changes.map((plan) => plan.apply)),
    effects: changes.flatMap((plan) => plan.effects),
    result,
    notes: changes.flatMap((plan) => plan.notes ?? []),
  }
}
