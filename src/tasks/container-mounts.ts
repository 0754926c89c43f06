import type { Plan } from '../task.ts'
import type { World, WorldQuestion } from '../world/world.ts'
import { at, items, type Json, show, textAt } from './container-compare.ts'
import { directoryQuestions, missingDirectories } from './make-directory.ts'

/** Paths of the host that a container sees: those that are made when it starts, and those that have to be there. */
export interface Sources {
  made: readonly string[]
  needed: readonly string[]
}

/** Binds, which begin with a path of the host or the name of a volume, and mounts, as `docker inspect` has them. */
export function sourcesOf(binds: Json | undefined, mounts: Json | undefined): Sources {
  const made = items(binds).map((one) => show(one).replace(/:.*$/s, ''))
  const needed = items(mounts).filter((one) => (textAt(one, 'type') || textAt(one, 'Type')) === 'bind')
  return {
    made: unique(made.filter((path) => path.startsWith('/'))),
    needed: unique(needed.map((one) => textAt(one, 'source') || textAt(one, 'Source'))),
  }
}

/** What `podman inspect` says of it: podman makes none of them. */
export function mountedOf(info: Json): Sources {
  return { made: [], needed: sourcesOf([], at(info, 'Mounts')).needed }
}

export function sourceQuestions({ made, needed }: Sources): WorldQuestion[] {
  return [...made.flatMap(directoryQuestions), ...needed.map(there)]
}

function there(path: string): WorldQuestion & { kind: 'path' } {
  return { kind: 'path', ask: { path, follow: true } }
}

/** The directories that are made on the way, those above them first. */
export function missingSources({ made }: Sources, world: World): string[] {
  return unique(made.flatMap((path) => missingDirectories(path, world)))
}

/** The first path that has to be there and is not. */
export function firstMissing({ needed }: Sources, world: World): string | undefined {
  return needed.find((path) => !world.get('path', there(path).ask).exists)
}

/** Why a container cannot be made or started. */
export function notThere(path: string): string {
  return `${path} is not there to be mounted`
}

export function failsFor(path: string): Plan {
  return {
    status: 'fail',
    message: notThere(path),
    hint: 'make it in a task before this one: nobody else does',
  }
}

function unique(paths: readonly string[]): string[] {
  return [...new Set(paths)]
}
