import path from 'node:path'
import { Unknown } from '../world/kind.ts'
import { type Effect, effectOnAll } from '../world/world.ts'
import { type JsonObject, same } from './container-compare.ts'
import { type About, type LookFor, nameOf, type Predicted, sectionsOf, START } from './container-look.ts'

/** What a task leaves behind, for later tasks of check mode. */
export interface Left {
  /** undefined: the container is gone. info: it stays as inspect has it, but for what is changed there. */
  becomes: Predicted | { info: JsonObject } | undefined
  /** The name of an image that has been pulled. */
  pulled?: string | undefined
  /** The image that the container is made of now; undefined: nobody knows. Only where it has been made. */
  own?: { image: JsonObject | undefined }
}

const PREDICTED = '#predicted '

/** Whether two command lines rule the same containers; undefined: nobody can tell. */
function isOneEngine(left: readonly string[], right: readonly string[]): boolean | undefined {
  if (same([...left], [...right])) return true
  const [program = '', ...options] = left
  const [other = '', ...others] = right
  if (path.posix.basename(program) !== path.posix.basename(other)) return false
  if (program !== other) return undefined
  const sockets = [options, others].map((words) =>
    words.at(-1)?.replace(/^unix:\/\/\/var\/run\//, 'unix:///run/'),
  )
  if (sockets[0] === sockets[1]) return true
  // Without a word the daemon is the one of this socket, if no variable of the log-in shell says otherwise.
  return sockets.includes(undefined) && sockets.includes('unix:///run/docker.sock') ? undefined : false
}

/** What later tasks find: from now on the container is like this, and this image has been pulled. */
export function containerBecomes(
  { tool, container }: Pick<LookFor, 'tool' | 'container'>,
  { becomes, pulled, own }: Left,
): Effect {
  return effectOnAll('script', (before, key) => {
    if (before instanceof Unknown || !key.startsWith(START)) return before
    // Keys with this beginning are made by container-look.ts.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const about = JSON.parse(key.slice(START.length)) as About
    const one = isOneEngine(about.tool, nameOf(tool))
    const concerns =
      about.container === container || about.others.includes(container) || about.image === pulled
    if (one === false || !concerns) return before
    if (one === undefined)
      return new Unknown(`whether "${about.tool.join(' ')}" and "${nameOf(tool).join(' ')}" are one engine`)
    const sections = sectionsOf(before)
    if (about.container === container) {
      sections.set('container', becomes === undefined ? '' : `${PREDICTED}${JSON.stringify(becomes)}`)
      if (about.own && own) sections.set('own', own.image === undefined ? '' : JSON.stringify([own.image]))
    }
    if (pulled !== undefined && about.image === pulled) {
      sections.set('image', '#pulled')
      if (about.container !== container) sections.set('container', outdated(sections.get('container') ?? ''))
    }
    if (about.others.includes(container))
      sections.set(`other ${container}`, becomes === undefined ? '' : '#new')
    const text = [...sections].map(([name, body]) => `#${name}\n${body}\n`).join('')
    return { code: 0, stdout: Buffer.from(text), stderr: Buffer.alloc(0) }
  })
}

/** A container that an earlier task makes, once its image has been pulled again. */
function outdated(section: string): string {
  if (!section.startsWith(PREDICTED)) return section
  // It was written above.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const left = JSON.parse(section.slice(PREDICTED.length)) as JsonObject
  return `${PREDICTED}${JSON.stringify({ ...left, current: false })}`
}
