import { Unknown } from '../world/kind.ts'
import { UnknownAnswer } from '../world/world.ts'
import {
  items,
  type Json,
  type JsonObject,
  matches,
  object,
  type Property,
  same,
  textAt,
} from './container-compare.ts'
import type { Predicted } from './container-look.ts'
import { capability } from './container-words.ts'
import { flagsOf } from './podman-command.ts'
import { createWords, lineDifferences, shownProperties } from './podman-flags.ts'
import type { Shown } from './podman-options.ts'
import type { PodmanParams } from './podman-params.ts'

/** What a container has of which nobody says anything, where podman's configuration has no say in it. */
const FRESH: Readonly<Record<string, Json>> = {
  interactive: false,
  memory: 0,
  memory_reservation: 0,
  oom_kill_disable: false,
}

/** The task that has made it, as `asked` keeps it. */
function makerOf({ wanted }: Predicted): PodmanParams {
  // It was written by `asked`, out of such parameters.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return wanted as unknown as PodmanParams
}

/**
 * The properties of a container that an earlier task makes which are not as they are to be. Throws UnknownAnswer where
 * only podman could tell.
 */
export function foreseenDifferences(
  params: PodmanParams,
  predicted: Predicted,
  image: JsonObject | undefined,
): Property[] {
  const maker = makerOf(predicted)
  const shown = shownProperties(params, image).flatMap(({ option, ...property }): Property[] => {
    const seen = seenOf(option, property, { params, maker, image: predicted.madeOf })
    const found = { ...property, seen }
    if (seen !== undefined && matches(found)) return []
    if (seen === undefined || option.more) throw new UnknownAnswer(untold(option.name, params.name))
    return [found]
  })
  return [...shown, ...lineDifferences(params, flagsOf(['create', ...createWords(maker)]))]
}

function untold(property: string, container: string): Unknown {
  return new Unknown(`what ${property} is, of ${container}, which an earlier task makes`)
}

interface Known {
  params: PodmanParams
  maker: PodmanParams
  /** What it is made of; undefined: nobody knows. */
  image: JsonObject | undefined
}

/** As inspect would have it; undefined: nobody can tell. */
function seenOf(
  option: Shown,
  { wanted }: Pick<Property, 'wanted'>,
  { params, maker, image }: Known,
): Json | undefined {
  const { name } = option
  // Labels come from both.
  const unsaid = maker[name] === undefined || name === 'label'
  if (option.ofImage && image === undefined && unsaid) return undefined
  const made = option.wanted(maker, image)
  switch (name) {
    case 'command':
      return (
        made ?? (maker.entrypoint === undefined && image ? items(object(image['Config'])['Cmd']) : undefined)
      )
    case 'cap_drop':
      return isDropped(params, maker) ? [] : undefined
    case 'publish':
      // Podman chooses a port where none is said.
      return same(made, wanted)
        ? wanted
        : items(made).every((one) => textAt(one, 'hostPort') !== '')
          ? made
          : undefined
    case 'volume':
      return volumesSeen(made, wanted)
    case 'log_opt':
      return params.log_opt?.path === undefined || maker.log_opt?.path !== undefined ? made : undefined
    default:
      return made ?? FRESH[name]
  }
}

/** Whether the container has none of the capabilities that it is to lose. */
function isDropped({ cap_drop: drop = [], cap_add: add = [] }: PodmanParams, maker: PodmanParams): boolean {
  const gone = (maker.cap_drop ?? []).map(capability)
  const kept = [...add, ...(maker.cap_add ?? [])].map(capability)
  return drop.map(capability).every((one) => gone.includes(one) && !kept.includes(one))
}

/** Directories of the host, and those volumes that the task names; one without a name has one that nobody knows. */
function volumesSeen(made: Json | undefined, wanted: Json): Json | undefined {
  const named = items(wanted).map((one) => textAt(one, 'target'))
  const seen = items(made).filter(
    (one) => named.includes(textAt(one, 'target')) || textAt(one, 'source').startsWith('/'),
  )
  if (matches({ wanted, seen, comparison: 'strict', shape: 'set' })) return seen
  return seen.every((one) => textAt(one, 'source') !== '') ? seen : undefined
}
