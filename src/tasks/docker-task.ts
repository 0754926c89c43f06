import { type Comparison, type Json, type JsonObject, object } from './container-compare.ts'
import type { LookFor } from './container-look.ts'
import { refuse } from './container-words.ts'
import { dockerOptions } from './docker-options.ts'
import type { DockerParams } from './docker-params.ts'
import { dockerAliases, dockerProperties } from './docker-params.ts'
import { type Wanted, wantedOf } from './docker-wanted.ts'

/** A docker_container task, its arguments read. */
export interface DockerTask {
  params: DockerParams
  look: LookFor
  /** But for env and published_ports, which hang on what the host says. */
  wanted: Wanted
  /** Where they are not the ones of the shape of the property. */
  comparisons: ReadonlyMap<string, Comparison>
  pull: 'always' | 'missing' | 'never'
  /** Only a name can be pulled. */
  imageIsId: boolean
}

const COMPATIBLE: Partial<DockerParams> = {
  auto_remove: false,
  detach: true,
  init: false,
  interactive: false,
  memory: '0',
  paused: false,
  privileged: false,
  read_only: false,
  tty: false,
}

export function readDockerTask(given: DockerParams): DockerTask {
  const params = completed(given)
  const { state, image, networks = [], docker_host: host } = params
  if (image === undefined && state === 'present') refuse('state=present needs the image')
  const wanted = wantedOf(params)
  const modes = [params.network_mode, params.ipc_mode, params.pid_mode]
  const others = modes.flatMap((mode) => (mode?.startsWith('container:') ? [mode.slice(10)] : []))
  return {
    params,
    look: {
      tool: { name: 'docker', executable: 'docker', options: host === undefined ? [] : ['-H', host] },
      container: params.name,
      image: state === 'absent' ? undefined : image,
      own: state !== 'absent' && (image === undefined || params.image_comparison === 'current-image'),
      networks: state === 'absent' ? [] : networks.map(({ name }) => name),
      others: state === 'absent' ? [] : [...new Set(others)],
    },
    wanted,
    comparisons: comparisonsOf(params),
    pull: params.pull === true ? 'always' : params.pull === false ? 'missing' : params.pull,
    imageIsId: image !== undefined && /^(sha256:)?[0-9a-f]{64}$/.test(image),
  }
}

function completed(params: DockerParams): DockerParams {
  const [first] = params.networks ?? []
  const defaults =
    params.container_default_behavior === 'compatibility'
      ? Object.entries(COMPATIBLE).filter(([name]) => object(jsonOf(params))[name] === undefined)
      : []
  const networked = first !== undefined && params.networks_cli_compatible && params.network_mode === undefined
  return { ...params, ...Object.fromEntries(defaults), ...(networked ? { network_mode: first.name } : {}) }
}

function jsonOf(params: DockerParams): JsonObject {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]): [string, Json | undefined] => [
      name,
      value === undefined ? undefined : true,
    ]),
  )
}

/** Which names comparisons may have: properties of the container, and its networks and image. */
const MORE = ['image', 'networks', 'published_ports', 'env']

function comparisonsOf(params: DockerParams): Map<string, Comparison> {
  const out = new Map<string, Comparison>()
  const all = new Set([...dockerOptions.map(({ name }) => name), ...MORE])
  if (params.ignore_image) out.set('image', 'ignore')
  if (params.purge_networks) out.set('networks', 'strict')
  const { '*': every, ...some } = params.comparisons ?? {}
  if (every === 'allow_more_present') refuse("comparisons: '*' is strict or ignore")
  if (every !== undefined) {
    for (const name of all) if (name !== 'networks' || params.networks !== undefined) out.set(name, every)
  }
  for (const [given, comparison] of Object.entries(some)) {
    const name = dockerAliases[given] ?? given
    const option = dockerOptions.find((one) => one.name === name)
    if (!all.has(name) || name === 'volume_binds') {
      if (Object.hasOwn(dockerProperties, name)) continue
      refuse(`comparisons: ${given} is no property of a container`)
    }
    if (comparison === 'allow_more_present' && (name === 'image' || option?.shape === 'value'))
      refuse(`comparisons: ${given} is a single value: write strict or ignore`)
    out.set(name, comparison)
  }
  const volumes = out.get('volumes')
  if (volumes !== undefined) out.set('volume_binds', volumes)
  return out
}
