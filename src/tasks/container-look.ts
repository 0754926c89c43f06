import { lines, Script, sh } from '../shell/sh.ts'
import { Unknown } from '../world/kind.ts'
import type { ScriptAsk, ScriptReply } from '../world/replies.ts'
import { UnknownAnswer, type World } from '../world/world.ts'
import { at, type Json, isObject, type JsonObject, textAt } from './container-compare.ts'
import { missingTool } from './missing-tool.ts'

/** The program that rules the containers, and the options in front of its commands. */
export interface Tool {
  name: 'docker' | 'podman'
  executable: string
  options: readonly string[]
}

/** What a task wants to know. */
export interface LookFor {
  tool: Tool
  container: string
  image: string | undefined
  /** The image of the container itself is wanted. */
  own: boolean
  networks: readonly string[]
  /** Containers whose IDs are wanted. */
  others: readonly string[]
}

/** What earlier tasks make of a container, as far as check mode can tell. */
export interface Predicted extends JsonObject {
  running: boolean
  paused: boolean
  /** Its health check has said so while its task has waited for that. */
  healthy?: boolean
  /** The name of its image, and the ID where it is known. */
  image: string
  imageId: string | null
  /** It is made of what that name means, and nothing has been pulled since. */
  current?: boolean
  /** All that podman says of that image; undefined: nobody knows. */
  madeOf?: JsonObject | undefined
  /** By parameter: what it is like. */
  wanted: JsonObject
  /** As inspect has them. */
  networks: JsonObject
}

/** foreseen: what inspect says, but for what an earlier task of check mode would have changed. */
export type Container =
  | { known: true; info: JsonObject; foreseen?: true }
  | { known: false; predicted: Predicted }

export function stateOf(container: Container): { running: boolean; paused: boolean } {
  if (!container.known) return container.predicted
  return {
    running: at(container.info, 'State', 'Running') === true,
    paused: at(container.info, 'State', 'Paused') === true,
  }
}

export interface Seen {
  container: Container | undefined
  /** 'pulled': it is there by then, and nobody knows which it is. */
  image: JsonObject | 'pulled' | undefined
  own: JsonObject | undefined
  networks: ReadonlyMap<string, JsonObject>
  /** IDs of other containers. */
  others: ReadonlyMap<string, string>
}

export const nameOf = ({ executable, options }: Tool): string[] => [executable, ...options]

/** The command line of the tool, as words. */
export function words(tool: Tool): Script {
  return sh`${nameOf(tool)}`
}

/** How the keys of these questions begin; what is asked about stands behind it as JSON. */
export const START = 'containers '

export interface About {
  tool: readonly string[]
  container: string
  image?: string
  own: boolean
  others: readonly string[]
}

/** What errors say goes behind the section it belongs to: warnings of podman must not get in between. */
const SEE = new Script(`exec 3>&1
hk_see() {
  echo "#$1"; shift
  hk_err=$("$@" 2>&1 >&3 3>&-) || printf '#failed %s\\n' "$(printf '%s\\n' "$hk_err" | tail -n 1)"
}`)

function ask(look: LookFor): ScriptAsk {
  const { container, image, networks, others, own, tool } = look
  const run = words(tool)
  const about = { tool: nameOf(tool), container, image, own, networks, others }
  return {
    id: `${START}${JSON.stringify(about)}`,
    changes: true,
    volatile: true,
    text: lines(
      sh`command -v ${tool.executable} >/dev/null 2>&1 || { echo '#none'; exit 0; }`,
      SEE,
      sh`hk_see container ${run} container inspect ${container}`,
      ...(image === undefined ? [] : [sh`hk_see image ${run} image inspect ${image}`]),
      ...(own
        ? [
            sh`hk_id=$(${run} container inspect -f '{{.Image}}' ${container} 2>/dev/null) && hk_see own ${run} image inspect "$hk_id"`,
          ]
        : []),
      ...networks.map((name) => sh`hk_see ${`network ${name}`} ${run} network inspect ${name}`),
      ...others.map((name) => sh`hk_see ${`other ${name}`} ${run} container inspect ${name}`),
      new Script(':'),
    ),
  }
}

export function lookQuestion(look: LookFor) {
  return { kind: 'script', ask: ask(look) } as const
}

/** What the host says. A text: why it says nothing. Throws UnknownAnswer where an earlier task may change that. */
export function look(wanted: LookFor, world: World): Seen | string {
  const { tool } = wanted
  const sections = sectionsOf(world.get('script', ask(wanted)))
  if (sections.has('none')) {
    const absent = missingTool(world, tool.executable)
    if (absent.status === 'unknown') throw new UnknownAnswer(new Unknown(absent.why))
    return absent.message
  }
  const container = sections.get('container') ?? ''
  const failed = /^#failed (.*)$/m.exec(container)?.[1]
  if (failed !== undefined && !/no such|no container with/i.test(failed)) {
    if (world.predicts('package') || world.predicts('unit'))
      throw new UnknownAnswer(new Unknown(`${tool.name} does not answer yet: ${failed}`))
    return `${tool.name}: ${failed}`
  }
  try {
    return {
      container: containerOf(container),
      image: sections.get('image') === '#pulled' ? 'pulled' : parsed(sections.get('image')),
      own: parsed(sections.get('own')),
      networks: named(sections, 'network ', (text) => parsed(text)),
      others: named(sections, 'other ', (text) => idOf(text)),
    }
  } catch (error) {
    // What is wrong with it would quote it, and variables with it.
    if (error instanceof SyntaxError) return `${tool.name} ${UNREADABLE}`
    throw error
  }
}

/** How the failure of an answer that breaks off ends. */
export const UNREADABLE = 'gives an answer that is no JSON'

function idOf(text: string): string | undefined {
  if (text === '#new') throw new UnknownAnswer(new Unknown('the ID of a container that is made anew'))
  const id = parsed(text)?.['Id']
  return typeof id === 'string' ? id : undefined
}

function containerOf(text: string): Container | undefined {
  if (text.startsWith('#predicted ')) {
    // It was written by containerBecomes.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const left = JSON.parse(text.slice('#predicted '.length)) as Predicted | { info: JsonObject }
    return isInfo(left) ? { known: true, info: left.info, foreseen: true } : { known: false, predicted: left }
  }
  const info = parsed(text)
  // One that is on its way out is waited for before another one of its name is made.
  if (textAt(info, 'State', 'Status') === 'removing') return undefined
  return info === undefined ? undefined : { known: true, info }
}

function isInfo(left: Predicted | { info: JsonObject }): left is { info: JsonObject } {
  return 'info' in left
}

function named<T>(
  sections: ReadonlyMap<string, string>,
  start: string,
  get: (text: string) => T | undefined,
): Map<string, T> {
  const out = new Map<string, T>()
  for (const [name, text] of sections) {
    const found = name.startsWith(start) ? get(text) : undefined
    if (found !== undefined) out.set(name.slice(start.length), found)
  }
  return out
}

/** The first thing of a listing as inspect prints it; nothing where there is none, or what breaks off. */
export function first(text: string | undefined): JsonObject | undefined {
  try {
    return parsed(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function parsed(text: string | undefined): JsonObject | undefined {
  if (text === undefined || !text.startsWith('[')) return undefined
  const json: Json = JSON.parse(text.replace(/\n#failed .*$/s, ''))
  const [one] = Array.isArray(json) ? json : []
  return isObject(one) ? one : undefined
}

/** Sections that begin with a line "#name"; the lines of inspect's JSON never begin so. */
export function sectionsOf(reply: ScriptReply): Map<string, string> {
  const out = new Map<string, string>()
  let name: string | undefined
  for (const line of reply.stdout.toString('utf8').split('\n')) {
    const begins = /^#(?!failed |predicted |pulled$|new$)(.*)$/.exec(line)
    if (begins) out.set((name = begins[1] ?? ''), '')
    else if (name !== undefined && line !== '') {
      const before = out.get(name) ?? ''
      out.set(name, before === '' ? line : `${before}\n${line}`)
    }
  }
  return out
}
