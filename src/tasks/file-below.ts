import type { World } from '../world/world.ts'
import { type Wanted, wantedAttributes } from './attributes.ts'
import type { FileTask } from './file-states.ts'

/** Something below a directory whose attributes are not as wished. */
export interface Below {
  name: string
  path: string
  wanted: Wanted
  link: boolean
}

/** All of these below the directory of the task. */
export function entriesToChange(task: FileTask, world: World, root: string): Below[] {
  const reply = world.get('path', { path: task.path, follow: true })
  const tree = reply.exists ? (reply.tree ?? []) : []
  return tree
    .map((entry): Below => {
      const directory = entry.type === 'directory'
      const link = entry.type === 'link'
      const wishes = link ? { owner: task.owner, group: task.group } : task
      const wanted = wantedAttributes(wishes, world, entry, { directory })
      return { name: entry.path, path: `${root}/${entry.path}`, wanted, link }
    })
    .filter(({ wanted }) => wanted.fields.length > 0)
}
