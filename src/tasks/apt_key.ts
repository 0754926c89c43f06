import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { lines, type Script, sh } from '../shell/sh.ts'
import { defineTask, type Diff, type Plan, type Result } from '../task.ts'
import { pathGone } from '../world/path-effects.ts'
import { parentPath } from '../world/path-names.ts'
import type { Effect, World, WorldQuestion } from '../world/world.ts'
import { planFetch } from './apt-key-fetch.ts'
import { diffOf, type Keyrings, readKeyrings, writeKeyring } from './apt-keyring.ts'
import { type FilesAsk, filesOn, filesQuestions } from './files-look.ts'
import {
  isFetched,
  isRemote,
  type KeySource,
  keyserverUrl,
  keysOf,
  sourceQuestions,
  urlSource,
} from './key-source.ts'
import { pathQuestion } from './make-directory.ts'
import type { PublicKey } from './openpgp.ts'
import { bool, name, oneOf, path, text } from './params.ts'

const KEYRING = '/etc/apt/trusted.gpg'
const FOLDER = '/etc/apt/trusted.gpg.d'

interface AptKey {
  /** Upper case hex digits, without 0x; undefined: the first key of the source. */
  id: string | undefined
  source: KeySource | undefined
  present: boolean
  keyring: string | undefined
}

export default defineTask({
  name: 'apt_key',
  aliases: ['ansible.builtin.apt_key', 'ansible.legacy.apt_key'],
  summary: 'See to it that apt trusts a key, or does not.',
  kind: () => 'state',
  params: z
    .strictObject({
      id: name
        .optional()
        .describe(
          'ID of the key: the last 8, 16 or all digits of its fingerprint. Default: that of the first key.',
        ),
      url: name.optional().describe('Where the host fetches the key.'),
      keyserver: name
        .optional()
        .describe(
          'Server of keys from which the host fetches the key `id`: NAME, or hkp, hkps, http, https://NAME.',
        ),
      data: text.optional().describe('The key itself, as text.'),
      file: path.optional().describe('File on the host with the key.'),
      keyring: path
        .optional()
        .describe(
          `File that keeps the key. Default: ${KEYRING}, and a key counts as there in ${FOLDER} too.`,
        ),
      state: oneOf(['present', 'absent']).default('present').describe('Whether the key is to be there.'),
      validate_certs: bool.default(true).describe('Check the certificate of the server of `url`.'),
    })
    .superRefine(({ url, keyserver, data, file, id }, context) => {
      const given = [url, keyserver, data, file].filter((one) => one !== undefined)
      if (given.length > 1)
        context.addIssue({
          code: 'custom',
          message: 'url, keyserver, data and file exclude each other',
          path: ['url'],
        })
      if (keyserver !== undefined && id === undefined)
        context.addIssue({ code: 'custom', message: 'keyserver needs id', path: ['keyserver'] })
      if (given.length === 0 && id === undefined)
        context.addIssue({ code: 'custom', message: 'write id, url, data or file', path: ['id'] })
    }),
  beyond: ({ url, keyserver }) => isRemote(url) || keyserver !== undefined,
  late: ({ url, id }) => id === undefined && isRemote(url),
  example: `
- name: Trust the packages of haproxy.debian.net
  apt_key:
    url: https://haproxy.debian.net/haproxy-archive-keyring.gpg
    keyring: /etc/apt/keyrings/haproxy.gpg
`,
  returns: {
    id: 'ID of the key, as given or found.',
    short_id: 'Its last 8 digits.',
    fp: 'Its last 16 digits.',
    key_id: 'All that is known of it.',
    before: 'IDs of the keys that were there, subkeys included.',
    after: 'Those that are there after a change.',
  },
  notes: [
    'Neither gpg nor apt-key is needed on the host: hakube reads and writes keyrings itself. A keyring in the format of gpg 2 (keybox), which apt does not read either, is refused.',
    'A `keyserver` is asked by HTTP (HKP, port 11371, unless it says another one); gpg is not needed. `https://keyserver.ubuntu.com` gets through most firewalls.',
    '`url` without `id` is fetched in every run, in check mode too, to tell which key it is. With `id` it is fetched when the key is missing.',
  ],
  prepare(params): AptKey {
    const { data, file, keyring } = params
    const present = params.state === 'present'
    const id = params.id?.toUpperCase().replace(/^0X/, '')
    if (id !== undefined && !/^(?:[0-9A-F]{8}|[0-9A-F]{16,})$/.test(id))
      refuse(`${params.id ?? ''} is no ID of a key`, 'write 8, 16 or more hexadecimal digits')
    const { keyserver } = params
    const url = keyserver === undefined || id === undefined ? params.url : keyserverUrl(keyserver, id)
    const source: KeySource | undefined =
      url !== undefined
        ? urlSource('apt_key', url, params.validate_certs)
        : file !== undefined
          ? { type: 'file', path: file }
          : data === undefined
            ? undefined
            : { type: 'data', data }
    if (present && !source) refuse('there is no key to add', 'add url:, keyserver:, data: or file:')
    return { id, source, present, keyring }
  },
  asks(task): WorldQuestion[] {
    const known = task.id !== undefined && (isFetched(task.source) || !task.present)
    return [
      { kind: 'platform', ask: {} },
      ...filesQuestions(keyringsAsk(task)),
      pathQuestion({ path: parentPath(task.keyring ?? KEYRING), follow: true }),
      ...(task.source && !known ? sourceQuestions(task.source) : []),
    ]
  },
  plan: planKey,
})

function keyringsAsk({ keyring }: AptKey): FilesAsk {
  if (keyring !== undefined) return { main: keyring }
  return { main: KEYRING, folder: FOLDER, endings: ['.asc', '.gpg'] }
}

function planKey(task: AptKey, world: World): Plan {
  const { packageManager } = world.get('platform', {})
  if (packageManager !== 'apt')
    return { status: 'fail', message: `apt_key is not for this host, which has ${packageManager}` }
  const keyrings = readKeyrings(filesOn(keyringsAsk(task), world))
  if (typeof keyrings === 'string') return { status: 'fail', message: keyrings }
  const late = task.id !== undefined && (isFetched(task.source) || !task.present)
  const found = late || !task.source ? [] : keysOf(task.source, world)
  if (typeof found === 'string') return { status: 'fail', message: found }
  const id = task.id ?? found[0]?.ids[0] ?? ''
  if (found.length > 0 && !found.some(({ ids }) => ids.some((one) => one.endsWith(id.slice(-16)))))
    return { status: 'fail', message: `the key is not ${id}, but ${found[0]?.ids[0] ?? ''}` }
  const before = [...keyrings.values()].flatMap(({ keys }) => keys.flatMap(({ ids }) => ids))
  const short = id.length === 8
  const result: Result = {
    id: task.id ?? id,
    short_id: id.slice(-8),
    fp: id.slice(-16),
    key_id: id,
    before: before.map((one) => (short ? one.slice(-8) : one)),
  }
  const there = before.some((one) => one.endsWith(id.slice(-16)))
  if (there === task.present)
    return { status: 'ok', reason: `apt ${there ? 'has' : 'does not have'} the key ${id}`, result }
  if (!task.present) return planRemoval(id, keyrings, result)
  const target = task.keyring ?? KEYRING
  const above = world.get('path', { path: parentPath(target), follow: true })
  if (!above.exists || above.type !== 'directory')
    return { status: 'fail', message: `the directory ${parentPath(target)} does not exist` }
  const place = world.get('path', { path: target, follow: true })
  if (place.exists && place.type !== 'file')
    return { status: 'fail', message: `${target} is a ${place.type}, not a keyring` }
  return found.length > 0
    ? planAddition(found, target, keyrings, result)
    : planFetch(task.source, id, target, keyrings, result)
}

function planAddition(found: readonly PublicKey[], target: string, keyrings: Keyrings, result: Result): Plan {
  const file = keyrings.get(target)
  const had = new Set(file?.keys.map(({ fingerprint }) => fingerprint))
  const keys = [...(file?.keys ?? []), ...found.filter(({ fingerprint }) => !had.has(fingerprint))]
  const { script, effect } = writeKeyring(target, keys, file)
  const added = found.flatMap(({ ids }) => ids)
  return {
    status: 'change',
    summary: `add the key ${found[0]?.ids[0] ?? ''} to ${target}`,
    diff: [diffOf(target, file?.keys ?? [], keys)],
    apply: script,
    effects: [effect],
    result: { ...result, after: [...listOf(result['before']), ...added] },
  }
}

function planRemoval(id: string, keyrings: Keyrings, result: Result): Plan {
  const steps: { script: Script; effect: Effect; diff: Diff }[] = []
  for (const [path, file] of keyrings) {
    const keys = file.keys.filter(({ fingerprint }) => !fingerprint.endsWith(id.slice(-16)))
    if (keys.length === file.keys.length) continue
    const diff = diffOf(path, file.keys, keys)
    if (keys.length === 0) steps.push({ script: sh`rm -f ${path} || exit 1`, effect: pathGone(path), diff })
    else steps.push({ ...writeKeyring(path, keys, file), diff })
  }
  if (steps.length === 0)
    return {
      status: 'fail',
      message: `${id} is a subkey`,
      hint: 'write the ID of the key that it belongs to',
    }
  const left = listOf(result['before']).filter(
    (one) => typeof one === 'string' && !one.endsWith(id.slice(-16)),
  )
  return {
    status: 'change',
    summary: `remove the key ${id}`,
    diff: steps.map((step) => step.diff),
    apply: lines(...steps.map((step) => step.script)),
    effects: steps.map((step) => step.effect),
    result: { ...result, after: left },
  }
}

function listOf(value: Result[string] | undefined) {
  return Array.isArray(value) ? value : []
}

function refuse(message: string, hint: string): never {
  throw new HakubeError(`apt_key: ${message}`, { code: 'wrong-parameter', hint })
}
