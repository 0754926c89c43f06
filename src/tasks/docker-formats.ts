import { quote } from '../shell/sh.ts'
import { at, items, type Json, type JsonObject, object, show, textAt } from './container-compare.ts'
import { csv } from './container-words.ts'

/** The default network has two names. */
export function networkName(name: string): string {
  return name === 'default' ? 'bridge' : name
}

/** /a:/b is the same as /a:/b:rw. */
export function bindsSeen(container: JsonObject): Json {
  return items(at(container, 'HostConfig', 'Binds')).map((one) =>
    /^[^:]*:[^:]*$/.test(show(one)) ? `${show(one)}:rw` : one,
  )
}

export function publishWord(port: string, binding: Json): string {
  const ip = textAt(binding, 'HostIp')
  const outside = textAt(binding, 'HostPort')
  const address = ip === '' ? '' : `${ip.includes(':') ? `[${ip}]` : ip}:`
  return `${address}${outside}${outside === '' && address === '' ? '' : ':'}${port}`
}

export function healthcheckSeen(container: JsonObject): Json {
  const seen = object(at(container, 'Config', 'Healthcheck'))
  return items(seen['Test']).length === 0 ? { Test: ['NONE'] } : shellTest(seen)
}

/** The command line knows only tests for a shell: a list of words becomes one with quotes. */
export function shellTest(healthcheck: Json): Json {
  const test = items(at(healthcheck, 'Test'))
  if (test[0] !== 'CMD') return healthcheck
  const line = test.slice(1).map((word) => quote(show(word)))
  return { ...object(healthcheck), Test: ['CMD-SHELL', line.join(' ')] }
}

export function healthcheckFlags(wanted: Json): string[] {
  const { Test, Interval, Timeout, StartPeriod, Retries } = object(shellTest(wanted))
  const [kind, line] = items(Test)
  if (kind === 'NONE') return ['--no-healthcheck']
  const nano = (name: string, given: Json | undefined) =>
    given === undefined ? [] : [`--health-${name}=${Number(given)}ns`]
  return [
    `--health-cmd=${show(line)}`,
    ...nano('interval', Interval),
    ...nano('timeout', Timeout),
    ...nano('start-period', StartPeriod),
    ...(Retries === undefined ? [] : [`--health-retries=${show(Retries)}`]),
  ]
}

export function mountsSeen(container: JsonObject): Json {
  return items(at(container, 'HostConfig', 'Mounts')).map((mount) => ({
    type: textAt(mount, 'Type'),
    source: textAt(mount, 'Source'),
    target: textAt(mount, 'Target'),
    read_only: at(mount, 'ReadOnly') === true,
    consistency: textAt(mount, 'Consistency') || 'default',
    propagation: textAt(mount, 'BindOptions', 'Propagation'),
    no_copy: at(mount, 'VolumeOptions', 'NoCopy') === true,
    labels: object(at(mount, 'VolumeOptions', 'Labels')),
    volume_driver: textAt(mount, 'VolumeOptions', 'DriverConfig', 'Name'),
    volume_options: object(at(mount, 'VolumeOptions', 'DriverConfig', 'Options')),
    tmpfs_size: at(mount, 'TmpfsOptions', 'SizeBytes') ?? 0,
    tmpfs_mode: at(mount, 'TmpfsOptions', 'Mode') ?? 0,
  }))
}

export function mountWords(mount: JsonObject): string {
  const fields = Object.entries({
    type: mount['type'],
    source: mount['source'],
    target: mount['target'],
    readonly: mount['read_only'],
    consistency: mount['consistency'],
    'bind-propagation': mount['propagation'],
    'volume-nocopy': mount['no_copy'],
    'volume-driver': mount['volume_driver'],
    'tmpfs-size': mount['tmpfs_size'],
    'tmpfs-mode': typeof mount['tmpfs_mode'] === 'number' ? mount['tmpfs_mode'].toString(8) : undefined,
  }).flatMap(([key, item]) => (item === undefined ? [] : [`${key}=${show(item)}`]))
  const more = (word: string, all: Json | undefined) =>
    Object.entries(object(all)).map(([key, item]) => `${word}=${key}=${show(item)}`)
  return csv([
    ...fields,
    ...more('volume-label', mount['labels']),
    ...more('volume-opt', mount['volume_options']),
  ])
}
