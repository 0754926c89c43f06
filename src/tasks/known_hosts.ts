import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { hashName } from '../connect/known-hosts.ts'
import { writeFiles } from '../shell/write-file.ts'
import { defineTask, type Plan } from '../task.ts'
import { pathBecomes } from '../world/path-effects.ts'
import { parentPath } from '../world/path-names.ts'
import type { World } from '../world/world.ts'
import { creator } from './creator.ts'
import { type HomeFile, homeFile, homeFileBecomes, homeFileQuestions } from './home-file.ts'
import { type HostKey, isAbout, readHostKey, withHostKey, withoutHostKey } from './known_hosts-edit.ts'
import { editing } from './edited-file.ts'
import { wrong } from './package-params.ts'
import { bool, name, oneOf, path, text } from './params.ts'

interface Wish {
  name: string
  present: boolean
  key: HostKey | undefined
  /** The line as it is to be written. */
  line: string
  file: HomeFile
  given: Record<string, string | boolean>
}

export default defineTask({
  name: 'known_hosts',
  aliases: ['ansible.builtin.known_hosts', 'ansible.legacy.known_hosts'],
  summary: "Have an SSH host's key in a known_hosts file, or not.",
  kind: () => 'state',
  params: z.strictObject({
    name: name.describe('The host, as in the key.'),
    key: text.optional().describe('A line of known_hosts: name, type, key. Needed unless absent.'),
    path: path
      .optional()
      .describe('The file. Default: .ssh/known_hosts in the home of the user who runs the task.'),
    hash_host: bool.default(false).describe('Write the name as a hash.'),
    state: oneOf(['present', 'absent'])
      .default('present')
      .describe('absent without a key removes all keys of the host.'),
  }),
  paramAliases: { host: 'name' },
  example: `
- name: Know the git server
  known_hosts:
    name: git.example.org
    key: git.example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHAKHD9tfdd1FjaWbMoIPn7OB5fzVZE9P4bgNl2aXXXX
    path: /etc/ssh/ssh_known_hosts
`,
  returns: { name: 'As asked for. Also key, path, hash_host and state.' },
  notes: [
    'The first line that is about the host and has a key of the same type gives way to the new one.',
    'ssh-keygen is not needed. No copy of the old file is left.',
    'A last line without its end gets one; Ansible writes the new key behind it, into the same line.',
  ],
  prepare(params): Wish {
    const host = params.name.toLowerCase()
    const present = params.state === 'present'
    const refuse = (message: string, hint?: string): never => {
      throw wrong(`known_hosts: ${message}`, hint)
    }
    if (/\S+\s*,\s*/.test(host))
      refuse('the name is several names', 'write a task, or a loop, with one name each')
    if (present && params.key === undefined) refuse('a key is needed', 'add key:, as ssh-keyscan prints it')
    const lines = (params.key ?? '').split('\n').filter((line) => /^[^#\s]/.test(line.trim()))
    if (lines.length > 1) refuse('the key is several lines', 'write a loop over key.splitlines()')
    const [only] = lines
    const key = only === undefined ? undefined : readHostKey(only)
    if (params.key !== undefined && !key) refuse(`${JSON.stringify(params.key)} is not a line of known_hosts`)
    if (key && !isAbout(key, host)) refuse(`the key is about ${key.host}, not about ${host}`)
    const hashed = key && params.hash_host ? { ...key, host: hashName(host, randomBytes(20)) } : key
    const line =
      key && params.hash_host && hashed
        ? (only ?? '')
            .trim()
            .split(/\s+/)
            .join(' ')
            .replace(key.host, () => hashed.host)
        : (only ?? '')
    return {
      name: host,
      present,
      key: hashed,
      line: line.replace(/\r$/, ''),
      file: { user: undefined, path: params.path ?? '.ssh/known_hosts' },
      given: {
        name: params.name,
        hash_host: params.hash_host,
        state: params.state,
        ...(params.key !== undefined && { key: params.key }),
      },
    }
  },
  asks: (wish) => homeFileQuestions(wish.file),
  plan: (wish, world) => editing(() => plan(wish, world)),
})

function plan(wish: Wish, world: World): Plan {
  const seen = homeFile(wish.file, world)
  if (!seen) return { status: 'fail', message: 'the user who runs the task is in no passwd' }
  if (seen.instead !== undefined)
    return { status: 'fail', message: `${seen.path} is a ${seen.instead}, not a file` }
  const result = { ...wish.given, path: seen.path }
  const after =
    wish.present && wish.key
      ? withHostKey(seen.text, wish.name, wish.key, wish.line)
      : withoutHostKey(seen.text, wish.name, wish.key)
  if (after === undefined)
    return {
      status: 'ok',
      reason: `${seen.path} has ${wish.present ? 'the key' : 'no such key'}`,
      result,
    }
  const directory = parentPath(seen.path)
  if (!seen.directory)
    return {
      status: 'fail',
      message: `the directory ${directory} does not exist`,
      hint: `make it before, with file: path=${directory} state=directory mode=0700`,
    }
  const content = seen.encode(after)
  const mode = seen.mode ?? 0o666 & ~creator(world).umask
  return {
    status: 'change',
    summary: `${wish.present ? 'add' : 'remove'} the key of ${wish.name}`,
    diff: [{ type: 'text', path: seen.path, before: seen.text, after }],
    apply: writeFiles([{ path: seen.real, content, mode, ...ownerOf(seen.path, world, seen.asked) }]),
    effects: [
      pathBecomes(seen.real, { type: 'file', mode, ...owners(seen.path, world, seen.asked), content }, [
        seen.path,
      ]),
      homeFileBecomes(wish.file, seen, content, mode),
    ],
    result,
  }
}

interface Owners {
  uid: number
  gid: number
  owner: string
  group: string
}

/** Whoever has the file keeps it; a new one is the running user's. */
function owners(path: string, world: World, asked: boolean): Owners {
  const reply = asked ? world.get('path', { path, follow: true }) : undefined
  if (reply?.exists) {
    const { uid, gid, owner, group } = reply
    return { uid, gid, owner, group }
  }
  const { uid, gid, user, group } = creator(world)
  return { uid, gid, owner: user, group }
}

function ownerOf(path: string, world: World, asked: boolean) {
  const { owner, group } = owners(path, world, asked)
  return { owner: { name: owner, required: false }, group: { name: group, required: false } }
}
