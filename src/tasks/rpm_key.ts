import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { withoutPassword } from '../http/request.ts'
import { Script, sh } from '../shell/sh.ts'
import { defineTask, type Plan } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import type { ScriptAsk, ScriptReply } from '../world/replies.ts'
import { type Effect, effect, type World, type WorldQuestion } from '../world/world.ts'
import { replyWith } from '../world/script-reply.ts'
import { type KeySource, keysOf, isRemote, sourceQuestions, urlSource } from './key-source.ts'
import { armored, OpenPgpError, type PublicKey, readKeys } from './openpgp.ts'
import { bool, name, oneOf, text } from './params.ts'

/** The keys of rpm's database, as text. */
const trusted: ScriptAsk = {
  id: 'keys of rpm',
  changes: true,
  text: new Script(`command -v rpm >/dev/null 2>&1 || exit 1
LC_ALL=C rpm -q gpg-pubkey --qf '%{DESCRIPTION}\\n' </dev/null
exit 0`),
}

interface RpmKey {
  /** Where the key is; undefined: only its ID is known. */
  source: KeySource | undefined
  /** Upper case hex digits; undefined: the first key of the source. */
  id: string | undefined
  fingerprint: string | undefined
  present: boolean
  shown: string
}

export default defineTask({
  name: 'rpm_key',
  aliases: ['ansible.builtin.rpm_key', 'ansible.legacy.rpm_key'],
  summary: 'See to it that rpm trusts a key, or does not.',
  kind: () => 'state',
  params: z.strictObject({
    key: name.describe('The key: a URL, a file on the host, or, to remove it, its ID.'),
    fingerprint: text.optional().describe('Fingerprint that the key must have before it is imported.'),
    state: oneOf(['present', 'absent']).default('present').describe('Whether the key is to be there.'),
    validate_certs: bool.default(true).describe('Check the certificate of the server of a URL.'),
  }),
  beyond: ({ key }) => isRemote(key),
  late: ({ key }) => isRemote(key),
  example: `
- name: Trust the packages of EPEL
  rpm_key:
    key: /etc/pki/rpm-gpg/RPM-GPG-KEY-EPEL-9
    state: present
`,
  notes: [
    'gpg is not needed on the host: hakube reads the keys itself.',
    'A URL is fetched in every run, in check mode too, to tell which key it is.',
  ],
  prepare(params): RpmKey {
    const { key, fingerprint } = params
    const present = params.state === 'present'
    const common = {
      present,
      shown: withoutPassword(key),
      fingerprint: fingerprint?.replaceAll(' ', '').toUpperCase(),
    }
    if (key.includes('://'))
      return { ...common, id: undefined, source: urlSource('rpm_key', key, params.validate_certs) }
    if (/^(0x)?[0-9a-f]{8}/i.test(key))
      return { ...common, id: key.trim().toUpperCase().replace(/^0X/, ''), source: undefined }
    if (!key.startsWith('/'))
      throw new HakubeError(`rpm_key: ${key} is no URL, no absolute path and no ID of a key`, {
        code: 'wrong-parameter',
      })
    return { ...common, id: undefined, source: { type: 'file', path: key } }
  },
  asks({ source }): WorldQuestion[] {
    return [
      { kind: 'platform', ask: {} },
      { kind: 'script', ask: trusted },
      ...(source ? sourceQuestions(source) : []),
    ]
  },
  plan: planKey,
})

function planKey(task: RpmKey, world: World): Plan {
  const reply = world.get('script', trusted)
  if (reply.code !== 0)
    return {
      status: 'fail',
      message: 'rpm_key is not for this host, which has no rpm',
      hint: 'add when: ansible_os_family == "RedHat"',
    }
  const found = task.source ? keysOf(task.source, world) : []
  if (typeof found === 'string') return { status: 'fail', message: found }
  const id = task.id ?? found[0]?.ids[0] ?? ''
  const keys = readTrusted(reply)
  const own = keys.filter(({ ids }) => ids.some((one) => one.includes(id)))
  if (task.present === own.length > 0)
    return { status: 'ok', reason: `rpm ${task.present ? 'trusts' : 'does not trust'} the key ${id}` }
  return task.present ? planImport(task, id, found, keys) : planErase(id, own, keys)
}

function readTrusted({ stdout }: ScriptReply): PublicKey[] {
  const blocks = stdout.toString('latin1').match(/-----BEGIN PGP[\s\S]*?-----END PGP[^\n]*/g) ?? []
  return blocks.flatMap((block) => {
    try {
      return readKeys(Buffer.from(block, 'latin1'))
    } catch (error) {
      // A key of another kind that rpm has; it is not the one in question.
      if (error instanceof OpenPgpError) return []
      throw error
    }
  })
}

function planImport(task: RpmKey, id: string, found: readonly PublicKey[], keys: readonly PublicKey[]): Plan {
  const [first] = found
  if (!first)
    return { status: 'fail', message: `rpm has no key ${id}`, hint: 'write the URL or the file of the key' }
  if (task.fingerprint !== undefined && task.fingerprint !== first.fingerprint)
    return {
      status: 'fail',
      message: `the fingerprint of ${task.shown} is ${first.fingerprint}, not ${task.fingerprint}`,
    }
  // What has been looked at is what is imported, not what the URL gives a moment later.
  const text = found.map((key) => armored(key)).join('')
  return {
    status: 'change',
    summary: `import the key ${id}`,
    diff: [
      { type: 'fields', subject: 'keys of rpm', fields: [{ name: id, before: 'absent', after: 'present' }] },
    ],
    apply: sh`(
hk_key=$(mktemp) || exit 1
trap 'rm -f "$hk_key"' EXIT
printf %s ${text} >"$hk_key" || exit 1
rpm --import "$hk_key" </dev/null
) || exit 1`,
    timeout: 120,
    effects: becomes([...keys, ...found]),
  }
}

function planErase(id: string, own: readonly PublicKey[], keys: readonly PublicKey[]): Plan {
  const packages = own.map(({ ids }) => `gpg-pubkey-${(ids[0] ?? '').slice(-8).toLowerCase()}`)
  return {
    status: 'change',
    summary: `remove the key ${id}`,
    diff: [
      { type: 'fields', subject: 'keys of rpm', fields: [{ name: id, before: 'present', after: 'absent' }] },
    ],
    apply: sh`rpm --erase --allmatches ${packages} </dev/null || exit 1`,
    timeout: 120,
    effects: becomes(keys.filter((key) => !own.includes(key))),
  }
}

function becomes(keys: readonly PublicKey[]): Effect[] {
  const stdout = Buffer.from(keys.map((key) => armored(key)).join(''))
  return [
    effect('script', trusted.id, () => replyWith(stdout)),
    effect('package', 'gpg-pubkey', () => new Unknown('which keys rpm has')),
  ]
}
