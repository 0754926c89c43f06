import type { Plan } from '../task.ts'
import { baseName } from '../world/path-names.ts'
import type { PathAsk } from '../world/replies.ts'
import type { World, WorldQuestion } from '../world/world.ts'
import { planRemoteTree, remoteTreeQuestions } from './copy-remote-tree.ts'
import { type FileContent, fileQuestions, planFile } from './file-content.ts'
import { pathQuestion } from './make-directory.ts'
import type { Mode } from './mode.ts'

/** A file of the host, to be at another place of the same host too. */
export type RemoteCopy = Omit<FileContent, 'content' | 'name' | 'source' | 'mode'> & {
  src: string
  mode: Mode | 'preserve' | undefined
  checksum?: string | undefined
  /** In a directory: copy what links lead to, instead of the links. */
  localFollow: boolean
}

const digests = ['sha256', 'sha1', 'md5'] as const

export function remoteQuestions(copy: RemoteCopy): WorldQuestion[] {
  return [pathQuestion(sourceAsk(copy)), ...fileQuestions(toFile(copy, undefined, nowhere(copy)))]
}

/** A directory is asked for all that is in it once it is known for one. */
export function thenRemoteQuestions(copy: RemoteCopy, world: World): WorldQuestion[] {
  const source = world.get('path', sourceAsk(copy))
  return source.exists && source.type === 'directory' ? remoteTreeQuestions(copy, source) : []
}

export function planRemote(copy: RemoteCopy, world: World): Plan {
  const source = world.get('path', sourceAsk(copy))
  if (!source.exists) return { status: 'fail', message: `${copy.src} does not exist on the host` }
  if (source.type === 'directory') return planRemoteTree(copy, source, world)
  if (source.type !== 'file') return { status: 'fail', message: `${copy.src} is a ${source.type}` }
  const { sha256, sha1, md5 } = source.digests
  if (sha256 === undefined || sha1 === undefined || md5 === undefined) {
    return { status: 'unknown', why: `the content of ${copy.src}` }
  }
  if (copy.checksum !== undefined && copy.checksum.toLowerCase() !== sha1) {
    return {
      status: 'fail',
      message: `${copy.src} has not the checksum ${copy.checksum}: its SHA-1 is ${sha1}`,
    }
  }
  const mode = copy.mode === 'preserve' ? { octal: source.mode } : copy.mode
  return planFile(
    toFile(copy, mode, { path: copy.src, size: source.size, digests: { sha256, sha1, md5 } }),
    world,
  )
}

function sourceAsk({ src }: RemoteCopy): PathAsk {
  return { path: src, follow: true, digests, tree: true }
}

function nowhere({ src }: RemoteCopy): FileContent['content'] {
  return { path: src, size: 0, digests: { sha256: '', sha1: '', md5: '' } }
}

function toFile(copy: RemoteCopy, mode: Mode | undefined, content: FileContent['content']): FileContent {
  return { ...copy, mode, name: baseName(copy.src), source: copy.src, content }
}
