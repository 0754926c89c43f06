import { lines, nothing, type Script, Script as Text, sh } from '../shell/sh.ts'
import { items, type Property, show } from './container-compare.ts'
import { handOver } from './container-env.ts'
import type { NetworkChange } from './docker-network.ts'
import { dockerOptions } from './docker-options.ts'
import type { DockerParams } from './docker-params.ts'
import type { DockerTask } from './docker-task.ts'
import type { Wanted } from './docker-wanted.ts'

/** What is to be done with a container. */
export interface Steps {
  summary: string
  fields: { name: string; before: string; after: string }[]
  pulls: boolean
  /** perhaps: where the image that was pulled is another one. */
  anew: 'yes' | 'no' | 'perhaps'
  updates: readonly Property[]
  networks: readonly NetworkChange[]
  act: 'start' | 'restart' | 'stop' | 'wait' | undefined
  /** It is to be paused, or to go on. */
  pause: boolean
}

/** What a container is made of, and what is there before. */
export interface Make {
  wanted: Wanted
  env: readonly (readonly [string, string])[]
  image: string
  imageId: string
  networks: readonly NetworkChange[]
  exists: boolean
  running: boolean
  paused: boolean
}

/** Pulls the image, makes the container anew or updates it. */
export function stepsScript({ params }: DockerTask, make: Make, steps: Steps): Script {
  const platform = params.platform === undefined ? [] : [`--platform=${params.platform}`]
  const pull = steps.pulls ? sh`hk_pull ${make.image} ${platform}` : nothing
  const anew = lines(
    ...(make.exists && make.running ? [stopScript(params, make.paused)] : []),
    make.exists ? sh`hk_remove ${volumes(params)}` : new Text('hk_gone'),
    createScript(params, make),
    ...make.networks.map(networkScript),
    new Text('hk_did=yes'),
  )
  const kept = lines(updateScript(params, make.wanted, steps.updates), ...steps.networks.map(networkScript))
  switch (steps.anew) {
    case 'yes':
      return lines(pull, anew)
    case 'no':
      return lines(pull, kept)
    case 'perhaps':
      return lines(
        pull,
        sh`if [ "$(hk_image ${make.image})" != ${make.imageId} ]; then
${anew}
else
${kept}
fi`,
      )
  }
}

/** What becomes of volumes without a name, in the words of docker rm. */
export function volumes({ keep_volumes: keep }: DockerParams): string[] {
  return keep ? [] : ['-v']
}

/** Stops it, as gently as is asked for. What is paused cannot hear. */
export function stopScript(params: DockerParams, paused: boolean): Script {
  const { force_kill: kill, kill_signal: signal, stop_timeout: seconds } = params
  const stop = kill
    ? sh`hk_tool container kill ${signal === undefined ? [] : [`--signal=${signal}`]} "$hk_name"`
    : sh`hk_tool container stop ${seconds === undefined ? [] : ['-t', String(seconds)]} "$hk_name"`
  return lines(
    paused ? sh`hk_tool container unpause "$hk_name" >/dev/null || exit 1` : nothing,
    sh`${stop} >/dev/null || exit 1`,
    new Text('hk_did=yes'),
  )
}

/** `-a stdout` alone: not attached to, and standard input is not closed behind the first who was. */
function createScript(params: DockerParams, { wanted, env, image }: Make): Script {
  const { before, flags } = handOver(env)
  const attach = params.detach === false ? ['--attach=stdout', '--attach=stderr'] : ['--attach=stdout']
  const properties = dockerOptions.flatMap((option) => {
    const value = wanted[option.name]
    return value === undefined ? [] : option.flags(value, wanted)
  })
  const entrypoint = wanted['entrypoint'] === undefined ? undefined : items(wanted['entrypoint']).map(show)
  const [program = '', ...rest] = entrypoint ?? []
  const command = [...rest, ...items(wanted['command']).map(show)]
  return sh`( ${before}
hk_tool container create --name "$hk_name" ${attach} ${properties} ${flags} ${entrypoint === undefined ? [] : [`--entrypoint=${program}`]} ${image} ${command} >/dev/null ) || exit 1`
}

function updateScript(params: DockerParams, wanted: Wanted, updates: readonly Property[]): Script {
  if (updates.length === 0) return nothing
  // The two of restart_policy go together, and a limit of memory and swap follows that of memory.
  const flags = dockerOptions.flatMap((option) => {
    const value = wanted[option.name]
    return option.updates && value !== undefined ? option.flags(value, wanted) : []
  })
  return lines(
    swapScript(wanted, updates),
    sh`hk_tool container update ${flags} $hk_swap "$hk_name" >/dev/null || exit 1
hk_did=yes`,
  )
}

/** Docker does not take more memory than memory and swap together: both grow, as they do where a container is made. */
function swapScript(wanted: Wanted, updates: readonly Property[]): Script {
  const memory = grownMemory(wanted, updates)
  if (memory === undefined) return new Text('hk_swap=')
  return sh`hk_swap=$(hk_tool container inspect -f '{{.HostConfig.MemorySwap}}' "$hk_name") || exit 1
if [ "$hk_swap" -ge 0 ] && [ "$hk_swap" -lt ${String(memory)} ]; then hk_swap=--memory-swap=${String(memory * 2)}; else hk_swap=; fi`
}

/** The new limit of memory, where the task leaves that of memory and swap to docker. */
export function grownMemory(wanted: Wanted, updates: readonly Property[]): number | undefined {
  const memory = Number(wanted['memory'] ?? 0)
  const changes = updates.some(({ name }) => name === 'memory')
  return changes && memory > 0 && wanted['memory_swap'] === undefined ? memory : undefined
}

function networkScript({ name, leave, join, flags }: NetworkChange): Script {
  return lines(
    leave ? sh`hk_tool network disconnect ${name} "$hk_name" || exit 1` : nothing,
    join ? sh`hk_tool network connect ${flags} ${name} "$hk_name" || exit 1` : nothing,
    new Text('hk_did=yes'),
  )
}

/** Starts, stops, pauses; a container that was made anew behind a pull is looked at again. */
export function actScript({ params }: DockerTask, make: Make, steps: Steps): Script {
  const start = startScript(params)
  const healthy =
    params.state === 'healthy' ? sh`hk_healthy ${Math.ceil(params.healthy_wait_timeout)}` : nothing
  const runs = params.state === 'started' || params.state === 'healthy'
  const act = (): Script => {
    if (!runs)
      return steps.act === 'stop'
        ? sh`if [ "$(hk_state Running)" = true ]; then
${stopScript(params, make.paused)}
fi`
        : nothing
    if (steps.act !== 'restart')
      return sh`if [ "$(hk_state Running)" != true ]; then
${start}
fi`
    return sh`if [ "$(hk_state Running)" = true ]; then
hk_tool container restart -t ${params.stop_timeout ?? 10} "$hk_name" >/dev/null || exit 1
hk_did=yes
hk_up
else
${start}
fi`
  }
  const pauses = steps.pause || (steps.anew === 'perhaps' && params.paused === true)
  const [verb, is] = params.paused === true ? ['pause', 'true'] : ['unpause', 'false']
  // One that has been made anew is not paused.
  const pause = pauses
    ? sh`if [ "$(hk_state Paused)" != ${is} ]; then
hk_tool container ${verb} "$hk_name" >/dev/null || exit 1
hk_did=yes
fi`
    : nothing
  return lines(act(), healthy, pause)
}

function startScript(params: DockerParams): Script {
  const start = new Text('hk_tool container start "$hk_name" >/dev/null || exit 1\nhk_did=yes')
  if (params.detach !== false) return lines(start, new Text('hk_up'))
  const logs =
    params.auto_remove === true
      ? new Text('hk_output="Cannot retrieve result as auto_remove is enabled"')
      : new Text('hk_output=$(hk_tool container logs "$hk_name" 2>&1)')
  // An automatic removal may be quicker than the question for its end.
  const waits = new Text('hk_status=$(hk_tool container wait "$hk_name") || exit 1')
  return lines(start, waits, logs, params.cleanup ? sh`hk_remove -f ${volumes(params)}` : nothing)
}
