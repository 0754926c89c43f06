import { Unknown } from '../world/kind.ts'
import { UnknownAnswer } from '../world/world.ts'
import {
  at,
  type Comparison,
  items,
  type Json,
  type JsonObject,
  matches,
  object,
  type Property,
  type Shape,
  show,
  textAt,
} from './container-compare.ts'
import type { Container, Seen } from './container-look.ts'
import { dockerOptions, type Option } from './docker-options.ts'
import type { DockerTask } from './docker-task.ts'
import { publishedOf, type Wanted } from './docker-wanted.ts'

/** All that is wanted of the container, once the host has said what it hangs on. */
export function complete(task: DockerTask, seen: Seen, env: readonly [string, string][]): Wanted {
  const { params, wanted } = task
  const published = publishedOf(params, params.default_host_ip ?? boundTo(task, seen))
  const modes = ['network_mode', 'ipc_mode', 'pid_mode'].flatMap((name): [string, Json][] => {
    const mode = wanted[name]
    return typeof mode === 'string' ? [[name, withId(mode, seen)]] : []
  })
  return {
    ...wanted,
    ...Object.fromEntries(modes),
    ...(published === undefined ? {} : { published_ports: published }),
    ...(env.length === 0 ? {} : { env: env.map(([name, value]) => `${name}=${value}`) }),
  }
}

/** Inspect names another container by its ID. */
function withId(mode: string, seen: Seen): string {
  if (!mode.startsWith('container:')) return mode
  const name = mode.slice('container:'.length)
  return `container:${seen.others.get(name) ?? name}`
}

/** The address that the first bridge among its networks binds ports to. */
function boundTo({ params }: DockerTask, { networks }: Seen): string {
  for (const { name } of params.networks ?? []) {
    const network = networks.get(name)
    const address = textAt(network, 'Options', 'com.docker.network.bridge.host_binding_ipv4')
    if (textAt(network, 'Driver') === 'bridge' && address !== '') return address
  }
  return '0.0.0.0'
}

const DEFAULT: Readonly<Record<Shape, Comparison>> = {
  value: 'strict',
  list: 'strict',
  set: 'allow_more_present',
  dict: 'allow_more_present',
}

export function comparisonOf(task: DockerTask, { name, shape }: Pick<Option, 'name' | 'shape'>): Comparison {
  const given = task.comparisons.get(name)
  if (given !== undefined) return given
  // As in Ansible, another stop_timeout alone is no reason to make a container anew.
  return name === 'stop_timeout' ? 'ignore' : DEFAULT[shape]
}

/** The properties that are not as they are to be: those that need a new container, and those that can be updated. */
export function differences(
  task: DockerTask,
  wanted: Wanted,
  container: Container,
  image: JsonObject | undefined,
): { fixed: Property[]; updates: Property[] } {
  const fixed: Property[] = []
  const updates: Property[] = []
  for (const option of dockerOptions) {
    const expected = expectation(task, option.name, wanted, image)
    if (expected === undefined) continue
    const property: Property = {
      name: option.name === 'volume_binds' ? 'volumes' : option.name,
      shape: option.shape,
      comparison: comparisonOf(task, option),
      wanted: option.asSeen ? option.asSeen(expected) : expected,
      seen: seenOf(task, option, container, wanted),
    }
    // To docker update nothing means: as it is. A limit goes only with the container.
    const lifted =
      option.shape === 'value' && (expected === 0 || expected === '') && option.name !== 'restart_retries'
    if (!matches(property)) (option.updates && !lifted ? updates : fixed).push(property)
  }
  return { fixed, updates }
}

/** What a container has of its image where the task does not say it all. */
export const IMAGES: readonly string[] = [
  'env',
  'labels',
  'exposed_ports',
  'volumes',
  'command',
  'entrypoint',
]

/** What is wanted, with what the image brings; undefined: nothing is said, and nothing compared. */
function expectation(
  task: DockerTask,
  name: string,
  wanted: Wanted,
  image: JsonObject | undefined,
): Json | undefined {
  const own = wanted[name]
  switch (name) {
    case 'env': {
      const both = new Map(
        [...items(at(image, 'Config', 'Env')), ...items(own)].map((one) => [nameIn(one), one]),
      )
      return own === undefined && both.size === 0 ? undefined : [...both.values()]
    }
    case 'labels': {
      if (own === undefined || task.params.image_label_mismatch === 'fail') return own
      return { ...object(at(image, 'Config', 'Labels')), ...object(own) }
    }
    case 'exposed_ports': {
      const ports = Object.keys(object(at(image, 'Config', 'ExposedPorts')))
      const all = [...ports.map((port) => (port.includes('/') ? port : `${port}/tcp`)), ...items(own)]
      return all.length === 0 && own === undefined ? undefined : [...new Set(all)]
    }
    case 'volumes': {
      const all = [...Object.keys(object(at(image, 'Config', 'Volumes'))), ...items(own)]
      return all.length === 0 && own === undefined ? undefined : [...new Set(all)]
    }
    default:
      return own
  }
}

function nameIn(variable: Json): string {
  return show(variable).replace(/=.*$/s, '')
}

/** All that is said of a container that is made of this image. */
export function expectations(task: DockerTask, wanted: Wanted, image: JsonObject | undefined): JsonObject {
  return Object.fromEntries(dockerOptions.map(({ name }) => [name, expectation(task, name, wanted, image)]))
}

function seenOf(task: DockerTask, option: Option, container: Container, wanted: Wanted): Json | undefined {
  const { name } = option
  if (name === 'entrypoint' || name === 'command') return split(name, container, wanted)
  if (container.known) return option.seen(container.info)
  const made = container.predicted.wanted[name]
  if (made !== undefined) return option.asSeen ? option.asSeen(made) : made
  // What only the image says of it is as the image has it.
  if (wanted[name] === undefined || comparisonOf(task, option) === 'ignore') return undefined
  throw new UnknownAnswer(new Unknown(`what ${name} is, of a container that an earlier task makes`))
}

/**
 * The command line takes one word as the entrypoint; what else belongs to it begins the command. The container does
 * the same, so that both are told apart as the task does.
 */
function split(name: 'entrypoint' | 'command', container: Container, wanted: Wanted): Json | undefined {
  const part = (key: 'Entrypoint' | 'Cmd', option: string): readonly Json[] => {
    if (container.known) return items(at(container.info, 'Config', key))
    const made = container.predicted.wanted[option]
    if (made === undefined) throw new UnknownAnswer(new Unknown(`what the ${option} of the image is`))
    return items(made)
  }
  const entrypoint = items(wanted['entrypoint'])
  if (entrypoint.length <= 1) return name === 'command' ? part('Cmd', name) : part('Entrypoint', name)
  const all = [...part('Entrypoint', 'entrypoint'), ...part('Cmd', 'command')]
  if (!entrypoint.every((word, index) => all[index] === word))
    return part(name === 'command' ? 'Cmd' : 'Entrypoint', name)
  return name === 'entrypoint' ? entrypoint : all.slice(entrypoint.length)
}

/** Labels of the image that the task does not set, where that is to be a mistake. */
export function strayLabels(task: DockerTask, image: JsonObject | undefined): string[] {
  const { params } = task
  if (!areLabelsHeld(task)) return []
  return Object.keys(object(at(image, 'Config', 'Labels'))).filter(
    (label) => params.labels?.[label] === undefined,
  )
}

/** Whether labels that the image alone has are a mistake. */
export function areLabelsHeld({ params, comparisons }: DockerTask): boolean {
  return params.image_label_mismatch === 'fail' && comparisons.get('labels') === 'strict'
}
