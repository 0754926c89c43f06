import type { Result } from '../task.ts'
import type { PathReply } from '../world/replies.ts'
import type { Changeable } from './attributes.ts'

type There = Extract<PathReply, { exists: true }>

/** The return values of Ansible's file modules about what is at a path: `dest` and `path` both name it. */
export function resultOf(path: string, state: string, attributes: Changeable, size?: number): Result {
  const { mode, owner, group, uid, gid } = attributes
  const known = size === undefined || Number.isNaN(size) ? {} : { size }
  return { path, dest: path, state, mode: modeText(mode), owner, group, uid, gid, ...known }
}

/** About a link itself, whatever it points to. */
export function linkResult(path: string, src: string, attributes: Changeable): Result {
  const size = Buffer.byteLength(src)
  return { ...resultOf(path, 'link', { ...attributes, mode: 0o777 }, size), src }
}

/** Ansible calls a file that has more than one name `hard`. */
export function stateWord({ type, links }: There): string {
  return type === 'file' && links > 1 ? 'hard' : type
}

/** A zero and the octal digits, as Ansible's file modules show a mode: 0644, 02755. */
function modeText(mode: number): string {
  return `0${mode.toString(8).padStart(3, '0')}`
}
