import { at, items, type Json, type JsonObject, object, show, textAt } from './container-compare.ts'
import { capability, podmanVolumeOf } from './container-words.ts'
import { flagsOf } from './podman-command.ts'
import type { PodmanParams } from './podman-params.ts'

/** podman has SIGTERM by its number, or by its name. */
const SIGNALS: Readonly<Record<string, string>> = {
  HUP: '1',
  INT: '2',
  QUIT: '3',
  KILL: '9',
  USR1: '10',
  USR2: '12',
  TERM: '15',
  WINCH: '28',
  PWR: '30',
}
export function signal(given: string): string {
  const short = given.toUpperCase().replace(/^SIG/, '')
  return SIGNALS[short] ?? (/^RTMIN\+(\d+)$/.test(short) ? String(34 + Number(short.slice(6))) : short)
}

export const clean = (path: string): string => path.replaceAll(/\/+/g, '/').replace(/(?<=.)\/$/, '')

/** The flags by which the container was made, where podman has kept them. */
export function lineOf(info: JsonObject): Map<string, string[]> | undefined {
  const line = items(at(info, 'Config', 'CreateCommand'))
  return line.length === 0 ? undefined : flagsOf(line.map(show))
}

/** A process without root's rights has its capabilities only in its bounding set. */
export function capsOf(info: JsonObject): string[] {
  return [...items(info['EffectiveCaps']), ...items(info['BoundingCaps'])].map((one) => capability(show(one)))
}

export function deviceOf(given: string): string {
  const [outside = '', inside = outside] = given.split(':')
  return `${outside}:${inside}`
}

/** A unit of systemd adds a label of its own. */
export function labelsOf(info: JsonObject): JsonObject {
  const { PODMAN_SYSTEMD_UNIT: _unit, ...rest } = object(at(info, 'Config', 'Labels'))
  return rest
}

/** The default network is none that anybody asks for, whatever it is called. */
export function networkOf(given: string): string {
  const name = /^(container|ns):/.test(given) ? given : given.replace(/:.*$/s, '')
  if (['bridge', 'slirp4netns', 'pasta', 'private', 'podman'].includes(name)) return 'default'
  return name.replace(/^container:.*/s, 'container')
}

export function networksSeen(info: JsonObject): Json {
  const names = Object.keys(object(at(info, 'NetworkSettings', 'Networks'))).filter(
    (name) => name !== 'podman',
  )
  return names.length > 0 ? names : [networkOf(textAt(info, 'HostConfig', 'NetworkMode'))]
}

export const address = (ip: string): string => (ip === '0.0.0.0' ? '' : ip)

export function bindingsSeen(info: JsonObject): Json {
  return Object.entries(object(at(info, 'HostConfig', 'PortBindings'))).flatMap(([port, all]) =>
    items(all).map((one) => ({
      port,
      ip: address(textAt(one, 'HostIp')),
      hostPort: textAt(one, 'HostPort'),
    })),
  )
}

export function policySeen(info: JsonObject): Json {
  const policy = at(info, 'HostConfig', 'RestartPolicy')
  const retries = Number(at(policy, 'MaximumRetryCount') ?? 0)
  return `${textAt(policy, 'Name') || 'no'}${retries > 0 ? `:${retries}` : ''}`
}

/** The fields of a --mount. */
export function fieldsOf(mount: string): Map<string, string> {
  return new Map(
    mount.split(',').map((field) => [field.replace(/=.*$/s, ''), field.replace(/^[^=]*=?/s, '')]),
  )
}

export function sourceOf(fields: ReadonlyMap<string, string>): string | undefined {
  return fields.get('source') ?? fields.get('src')
}

export function mountsWanted({ volume = [], mount = [] }: PodmanParams): Json {
  return [
    ...volume.map(podmanVolumeOf).map(({ source, target, mode }) => ({
      ...(source === undefined ? {} : { source: clean(source) }),
      target: clean(target),
      rw: !mode.split(',').includes('ro'),
    })),
    ...mount.flatMap((one) => {
      const said = fieldsOf(one)
      const source = sourceOf(said)
      const target = said.get('destination') ?? said.get('dst') ?? said.get('target') ?? ''
      const type = said.get('type') ?? 'volume'
      const ro = ['ro', 'readonly'].some((word) => said.has(word) && said.get(word) !== 'false')
      if (type !== 'bind' && type !== 'volume') return []
      return [{ ...(source === undefined ? {} : { source: clean(source) }), target: clean(target), rw: !ro }]
    }),
  ]
}

/** Mounts of directories; volumes only as far as the task names them: the image may bring more, and other containers. */
export function mountsSeen(info: JsonObject, params: PodmanParams): Json {
  const named = items(mountsWanted(params)).map((one) => textAt(one, 'target'))
  return items(info['Mounts']).flatMap((one) => {
    const type = textAt(one, 'Type')
    const target = clean(textAt(one, 'Destination'))
    if (!named.includes(target) && (type !== 'bind' || params.volumes_from)) return []
    const source = type === 'volume' ? textAt(one, 'Name') : clean(textAt(one, 'Source'))
    return [{ source, target, rw: at(one, 'RW') === true }]
  })
}
