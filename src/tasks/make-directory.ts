import { type Script, lines, nothing, sh } from '../shell/sh.ts'
import type { Diff } from '../task.ts'
import { pathBecomes } from '../world/path-effects.ts'
import { ancestors, normalPath, parentPath } from '../world/path-names.ts'
import type { PathAsk } from '../world/replies.ts'
import type { Effect, World, WorldQuestion } from '../world/world.ts'
import {
  type AttributeWishes,
  type Changeable,
  attributeScript,
  changeable,
  type Wanted,
  wantedAttributes,
} from './attributes.ts'

export function pathQuestion(ask: PathAsk): WorldQuestion {
  return { kind: 'path', ask }
}

/** What has to be known to make this directory together with those above it. */
export function directoryQuestions(path: string): WorldQuestion[] {
  const all = ['/', ...ancestors(path), normalPath(path)]
  return [...new Set(all)].map((each) => pathQuestion({ path: each, follow: true }))
}

/** This directory and those above it that are not there, the topmost first. */
export function missingDirectories(path: string, world: World): string[] {
  const all = [...ancestors(path), normalPath(path)]
  return all.filter((each) => each !== '/' && !world.get('path', { path: each, follow: true }).exists)
}

/** Why nothing can be made at this path: something above it is no directory, or a link that leads nowhere. */
export function obstacleAbove(path: string, world: World): string | undefined {
  for (const above of ancestors(path)) {
    const obstacle = obstacleAt(above, world)
    if (obstacle !== undefined) return obstacle
  }
  return undefined
}

/** The same of the directory itself that is to be there. */
export function obstacleTo(directory: string, world: World): string | undefined {
  return obstacleAbove(directory, world) ?? obstacleAt(normalPath(directory), world)
}

function obstacleAt(path: string, world: World): string | undefined {
  const reply = world.get('path', { path, follow: true })
  if (reply.exists)
    return reply.type === 'directory' ? undefined : `${path} is a ${reply.type}, not a directory`
  return reply.real === undefined ? undefined : `${path} is a link to ${reply.real}, which does not exist`
}

export interface Making {
  script: Script
  effects: Effect[]
  diff: Diff[]
  /** Attributes of the last directory; undefined if there are none to make. */
  last: Wanted | undefined
}

/** How to make directories that are missing, each in the one before it. All get the attributes wished for. */
export function makeDirectories(paths: readonly string[], wishes: AttributeWishes, world: World): Making {
  const scripts: Script[] = []
  const out: Making = { script: nothing, effects: [], diff: [], last: undefined }
  let parent: Changeable | undefined
  for (const path of paths) {
    parent ??= directoryAt(parentPath(path), world)
    const wanted = wantedAttributes(wishes, world, undefined, { directory: true, parent })
    scripts.push(makeScript(path, wanted))
    out.effects.push(pathBecomes(path, { type: 'directory', ...changeable(wanted) }))
    const fields = [{ name: 'state', before: 'absent', after: 'directory' }]
    out.diff.push({ type: 'fields', subject: path, fields })
    out.last = wanted
    parent = wanted
  }
  return { ...out, script: lines(...scripts) }
}

/** Private until owner and group are right. */
function makeScript(path: string, wanted: Wanted): Script {
  const fields = [
    ...wanted.fields.filter(({ name }) => name !== 'mode'),
    { name: 'mode', before: '', after: '' },
  ]
  return lines(
    sh`mkdir -m 0700 ${path} || exit 1`,
    attributeScript([{ path, wanted: { ...wanted, fields } }]),
  )
}

function directoryAt(path: string, world: World): Changeable | undefined {
  const reply = world.get('path', { path, follow: true })
  return reply.exists && reply.type === 'directory' ? reply : undefined
}
