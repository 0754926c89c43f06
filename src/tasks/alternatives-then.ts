import { Unknown } from '../world/kind.ts'
import { replyOf } from '../world/path-effects.ts'
import { pathKey } from '../world/path-names.ts'
import { UnknownAnswer, type World } from '../world/world.ts'
import { type Group, parseGroup } from './alternatives-group.ts'

const FILE = replyOf({ type: 'file', mode: 0o755, uid: 0, gid: 0, owner: 'root', group: 'root' })

/**
 * The group as the tool is going to see it, out of what it says and `stored /path` lines: what its database has beside,
 * of which there is no file, so it is no alternative. Throws UnknownAnswer where an earlier task brings back such a file,
 * or takes away the one of another alternative.
 */
export function groupThen(of: { name: string; path: string }, text: string, world: World): Group | undefined {
  const group = parseGroup(text)
  const stored = text.split('\n').flatMap((line) => /^stored (\/.*)$/.exec(line)?.[1] ?? [])
  for (const path of new Set([...(group?.all.keys() ?? []), ...stored])) {
    const shown = group?.all.has(path) === true
    const isOwnLoss = path === of.path && shown
    if (isOwnLoss || isPredicted(path, shown, world) === shown) continue
    const why = `which alternatives ${of.name} has once ${path} ${shown ? 'is gone' : 'is there'}`
    throw new UnknownAnswer(new Unknown(why))
  }
  if (!group?.all.has(of.path) || world.get('path', { path: of.path, follow: true }).exists) return group
  return { ...group, all: new Map([...group.all].filter(([path]) => path !== of.path)) }
}

/** Whether check mode's predictions leave it so, or make it otherwise. */
function isPredicted(path: string, there: boolean, world: World): boolean {
  const then = world.predictedOver(pathKey(path, true), there ? FILE : { exists: false })
  if (then instanceof Unknown) throw new UnknownAnswer(then)
  return then.exists
}
