import { type Script, lines, sh } from '../shell/sh.ts'
import type { Plan } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { pathAttributes, pathBecomes } from '../world/path-effects.ts'
import { baseName, joinPath, normalPath, parentPath } from '../world/path-names.ts'
import type { PathReply } from '../world/replies.ts'
import type { World, WorldQuestion } from '../world/world.ts'
import { attributeScript, changeable, wantedAttributes } from './attributes.ts'
import { directoryQuestions, obstacleAbove, pathQuestion } from './make-directory.ts'
import { linkResult, resultOf } from './file-result.ts'
import { type FileTask, planAttributesOnly } from './file-states.ts'

type There = Extract<PathReply, { exists: true }>

/** What has to be known to make a link. A relative text leads on from the directory that holds the link. */
export function linkQuestions({ path, src }: FileTask): WorldQuestion[] {
  const targets = src === undefined ? [] : [targetOf(path, src), joinPath(path, src)]
  return [
    pathQuestion({ path, entries: true }),
    ...[path, ...targets].map((each) => pathQuestion({ path: each, follow: true })),
    ...directoryQuestions(parentPath(path)),
  ]
}

function targetOf(path: string, src: string): string {
  return src.startsWith('/') ? src : joinPath(parentPath(path), src)
}

/** A symbolic link with this text. */
export function planLink(task: FileTask, world: World): Plan {
  const { src, path } = task
  const at = normalPath(path)
  const own = world.get('path', { path })
  if (src === undefined) {
    if (own.exists && own.type === 'link') return planAttributesOnly(task, world, 'present')
    return { status: 'fail', message: `a new link at ${at} needs src` }
  }
  const refusal = refuseLink(task, own, world)
  if (refusal !== undefined) return { status: 'fail', message: refusal }
  if (own.exists && own.type === 'link' && own.target === src) {
    return withSource(planAttributesOnly(task, world, 'present'), at, src)
  }
  return planNewLink(task, own, src, world)
}

/** Another name of the same file. */
export function planHardLink(task: FileTask, world: World): Plan {
  const outside = world.get('path', { path: task.path, follow: true })
  if (task.src === undefined) {
    if (outside.exists) return planAttributesOnly(task, world, 'present')
    return { status: 'fail', message: `a new hard link at ${task.path} needs src` }
  }
  const { src } = task
  const inside = outside.exists && outside.type === 'directory'
  const path = inside ? joinPath(task.path, baseName(src)) : normalPath(task.path)
  const source = world.get('path', { path: src, follow: true })
  if (!source.exists) return { status: 'fail', message: `${src} does not exist` }
  const own = world.get('path', { path })
  if (own.exists && Number.isNaN(own.inode + source.inode)) {
    return { status: 'unknown', why: `whether ${path} and ${src} are one file` }
  }
  if (own.exists && own.type !== 'link' && isSame(own, source)) {
    return withSource(planAttributesOnly({ ...task, path }, world, 'present'), path, src)
  }
  if (own.exists && own.type === 'directory') return { status: 'fail', message: `${path} is a directory` }
  if (own.exists && own.type !== 'link' && !task.force) {
    return { status: 'fail', message: `${path} is another file`, hint: 'force: yes replaces it' }
  }
  const obstacle = obstacleAbove(path, world)
  if (obstacle !== undefined) return { status: 'fail', message: obstacle }
  if (!world.get('path', { path: parentPath(path), follow: true }).exists)
    return { status: 'fail', message: `the directory ${parentPath(path)} does not exist` }
  const wanted = wantedAttributes(task, world, source, { directory: false })
  if (wanted.problem !== undefined) return { status: 'fail', message: wanted.problem }
  const links = source.links + 1
  const made = { ...changeable(wanted), type: source.type, inode: source.inode, device: source.device, links }
  return {
    status: 'change',
    summary: `link ${path} to ${src}`,
    diff: [{ type: 'fields', subject: path, fields: [stateField(own, `hard link to ${src}`)] }],
    apply: lines(replaceBy(sh`ln ${src}`, path), attributeScript([{ path, wanted }])),
    effects: [pathBecomes(path, made), pathAttributes(src, changeable(wanted), { others: { links } })],
    result: { ...resultOf(path, 'hard', wanted, source.size), src },
    notes: wanted.notes,
  }
}

function refuseLink(task: FileTask, own: PathReply, world: World): string | undefined {
  const { path, force, src = '' } = task
  const itself = normalPath(targetOf(path, src)) === normalPath(path)
  if (itself && own.exists && !(own.type === 'link' && own.target === src)) {
    return `${path} cannot be replaced by a link to itself`
  }
  const inside = own.exists && own.type === 'directory' && !src.startsWith('/')
  const target = inside ? joinPath(path, src) : targetOf(path, src)
  if (!force && !world.get('path', { path: target, follow: true }).exists) {
    return `${src} does not exist; force: yes makes the link all the same`
  }
  if (!own.exists || own.type === 'link') return undefined
  if (!force) return `${path} is a ${own.type}; force: yes replaces it by a link`
  if (own.type === 'directory' && (own.entries ?? []).length > 0) {
    return `${path} is a directory that is not empty, and is not replaced by a link`
  }
  return undefined
}

function planNewLink(task: FileTask, own: PathReply, src: string, world: World): Plan {
  const at = normalPath(task.path)
  const obstacle = obstacleAbove(at, world)
  if (obstacle !== undefined) return { status: 'fail', message: obstacle }
  const parent = world.get('path', { path: parentPath(at), follow: true })
  if (!parent.exists) return { status: 'fail', message: `the directory ${parentPath(at)} does not exist` }
  const real = targetOf(at, src)
  const target = world.peek('path', { path: real, follow: true })
  const subject = task.follow && hasWishes(task) ? world.get('path', { path: real, follow: true }) : undefined
  const linkWishes = task.follow ? {} : { owner: task.owner, group: task.group }
  const link = wantedAttributes(linkWishes, world, undefined, { directory: false, parent })
  const wanted = subject?.exists
    ? wantedAttributes(task, world, subject, { directory: subject.type === 'directory' })
    : link
  if (wanted.problem !== undefined) return { status: 'fail', message: wanted.problem }
  const remove = own.exists && own.type === 'directory' ? sh`rmdir ${at} || exit 1` : sh`:`
  const attributed = subject?.exists ? { path: real, wanted } : { path: at, wanted, link: true }
  return {
    status: 'change',
    summary: `link ${at} to ${src}`,
    diff: [{ type: 'fields', subject: at, fields: [stateField(own, `link to ${src}`)] }],
    apply: lines(remove, replaceBy(sh`ln -s ${src}`, at), attributeScript([attributed])),
    effects: [
      pathBecomes(at, {
        type: 'link',
        ...changeable(link),
        mode: 0o777,
        target: src,
        dangling: !(target instanceof Unknown) && !target.exists,
      }),
      ...(subject?.exists && wanted.fields.length > 0 ? [pathAttributes(real, changeable(wanted))] : []),
    ],
    result: linkResult(at, src, link),
    notes: wanted.notes,
  }
}

/**
 * Makes a name beside and moves it over the old one, so that at no time nothing is there. Ends with `exit 1` where that
 * fails.
 */
export function replaceBy(link: Script, path: string): Script {
  const directory = parentPath(path)
  return sh`hk_new=$(mktemp -u ${joinPath(directory, '.hakube.XXXXXX')}) || exit 1
${link} "$hk_new" || exit 1
hk_said=$(mv -Tf "$hk_new" ${path} 2>&1) ||
  # busybox refuses to replace a link to a directory.
  { [ -L ${path} ] && [ -d ${path} ] && rm -f ${path} && mv -f "$hk_new" ${path}; } ||
  { printf '%s\n' "$hk_said" >&2; rm -f "$hk_new"; exit 1; }`
}

function hasWishes({ mode, owner, group }: FileTask): boolean {
  return mode !== undefined || owner !== undefined || group !== undefined
}

function withSource(plan: Plan, dest: string, src: string): Plan {
  if (plan.status !== 'ok' && plan.status !== 'change') return plan
  return { ...plan, result: { ...plan.result, dest, src } }
}

function stateField(own: PathReply, after: string): { name: string; before: string; after: string } {
  if (!own.exists) return { name: 'state', before: 'absent', after }
  return { name: 'state', before: own.type === 'link' ? `link to ${own.target ?? ''}` : own.type, after }
}

function isSame(first: There, second: There): boolean {
  return first.inode === second.inode && first.device === second.device
}
