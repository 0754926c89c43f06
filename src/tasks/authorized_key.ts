import * as z from 'zod'
import { lines, nothing, type Script, sh } from '../shell/sh.ts'
import { writeFiles } from '../shell/write-file.ts'
import { defineTask, type Plan } from '../task.ts'
import { pathAttributes, pathBecomes } from '../world/path-effects.ts'
import { parentPath } from '../world/path-names.ts'
import type { Effect, World } from '../world/world.ts'
import { editKeys, isKey, type KeyWishes } from './authorized_key-edit.ts'
import {
  type HomeFile,
  homeFile,
  homeFileBecomes,
  homeFileQuestions,
  type HomeFileSeen,
} from './home-file.ts'
import { editing } from './edited-file.ts'
import { wrong } from './package-params.ts'
import { bool, name, oneOf, path, text } from './params.ts'
import { makeDirectories, missingDirectories, obstacleTo } from './make-directory.ts'

interface Wish extends KeyWishes {
  user: string
  file: HomeFile
  manageDirectory: boolean
  follow: boolean
  given: Record<string, string | boolean>
}

export default defineTask({
  name: 'authorized_key',
  aliases: ['ansible.posix.authorized_key'],
  summary: "Let a public key log in as a user, or not any more: a line of the user's authorized_keys.",
  kind: () => 'state',
  params: z.strictObject({
    user: name.describe('The user who logs in.'),
    key: text.describe('The public key; several on lines of their own.'),
    state: oneOf(['present', 'absent']).default('present').describe('Whether the key is to be there.'),
    path: path.optional().describe('The file. Default: .ssh/authorized_keys in the home of the user.'),
    manage_dir: bool
      .default(true)
      .describe("Whether the file's directory is made, and given to the user with mode 0700."),
    key_options: text.optional().describe('Options of the key, such as from="10.0.0.1",no-pty.'),
    comment: text.optional().describe("Replaces the key's comment."),
    exclusive: bool.default(false).describe('Remove all other lines.'),
    follow: bool.default(false).describe('Write to what a link points to, instead of replacing it.'),
  }),
  unsupported: {
    validate_certs: 'keys are not fetched: write key: "{{ lookup(\'url\', …) }}" or look the file up',
  },
  example: `
- name: Let the deployer in
  authorized_key:
    user: ops
    key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHAKHD9tfdd1FjaWbMoIPn7OB5fzVZE9P4bgNl2aXXXX deployer
    key_options: no-port-forwarding
`,
  returns: {
    keyfile: 'Path of the file.',
    user: 'As asked for. Also key, state, exclusive, manage_dir, key_options, comment and path.',
  },
  notes: [
    'A key from a URL is refused; a file of the controller is read with lookup("file", …).',
    'When the file is written, it and its directory belong to the user, with modes 0600 and 0700.',
  ],
  prepare(params): Wish {
    if (/^(?:https?|file):/.test(params.key))
      throw wrong('authorized_key: the key is an address', "write key: \"{{ lookup('url', 'https://…') }}\"")
    const keys = params.key.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'))
    const bad = keys.find((line) => !isKey(line))
    if (bad !== undefined || keys.length === 0)
      throw wrong(
        `authorized_key: ${JSON.stringify(bad ?? params.key)} is not a public key`,
        "write the key itself: \"{{ lookup('file', 'id_ed25519.pub') }}\"",
      )
    const { key_options, comment, exclusive, user, manage_dir, state } = params
    return {
      keys,
      present: state === 'present',
      exclusive,
      options: key_options,
      comment,
      user,
      file: { user, path: params.path ?? '.ssh/authorized_keys' },
      manageDirectory: manage_dir,
      follow: params.follow,
      given: {
        user,
        key: params.key,
        state,
        exclusive,
        manage_dir,
        ...(key_options !== undefined && { key_options }),
        ...(comment !== undefined && { comment }),
        ...(params.path !== undefined && { path: params.path }),
      },
    }
  },
  asks: (wish) => homeFileQuestions(wish.file),
  plan: (wish, world) => editing(() => plan(wish, world)),
})

function plan(wish: Wish, world: World): Plan {
  const seen = homeFile(wish.file, world)
  if (!seen)
    return {
      status: 'fail',
      message: `there is no user ${wish.user}`,
      hint: 'make it before, with a user task',
    }
  if (seen.instead !== undefined)
    return { status: 'fail', message: `${seen.path} is a ${seen.instead}, not a file` }
  const after = editKeys(seen.text, wish)
  const result = { ...wish.given, keyfile: seen.path }
  if (after === undefined)
    return {
      status: 'ok',
      reason: `${seen.path} has ${wish.present ? 'the key' : 'no such key'}`,
      result,
    }
  return change(wish, seen, after, world)
}

function change(wish: Wish, seen: HomeFileSeen, after: string, world: World): Plan {
  const { user } = seen
  if (!seen.directory && (wish.manageDirectory ? !seen.home : !seen.asked))
    return {
      status: 'fail',
      message: `${parentPath(seen.path)} does not exist, nor does the directory above it`,
      hint: 'make the home directory before',
    }
  const obstacle = !seen.directory && seen.asked ? obstacleTo(parentPath(seen.path), world) : undefined
  if (obstacle !== undefined) return { status: 'fail', message: obstacle }
  const path = wish.follow ? seen.real : seen.path
  const owner = { uid: user.uid, gid: user.gid, owner: user.name, group: user.group }
  const above = directory(wish, seen, world)
  const content = seen.encode(after)
  return {
    status: 'change',
    summary: `${wish.present ? 'add' : 'remove'} a key of ${user.name}`,
    diff: [{ type: 'text', path: seen.path, before: seen.text, after }],
    apply: lines(
      sh`user=${user.name}; owner=$(id -u "$user") && group=$(id -g "$user") || exit 1`,
      above.apply,
      writeFiles([
        {
          path,
          content,
          mode: 0o600,
          owner: { name: user.name, required: true },
        },
      ]),
      sh`chgrp "$group" ${path} || exit 1`,
    ),
    effects: [
      ...above.effects,
      pathBecomes(path, { type: 'file', mode: 0o600, ...owner, content }, [seen.path]),
      homeFileBecomes(wish.file, seen, content, 0o600),
    ],
    result: { ...wish.given, keyfile: path },
  }
}

/** The directory above: the user's own, unless that is nobody's business here. */
function directory(wish: Wish, seen: HomeFileSeen, world: World): { apply: Script; effects: Effect[] } {
  const path = parentPath(seen.path)
  const owner = { uid: seen.user.uid, gid: seen.user.gid, owner: seen.user.name, group: seen.user.group }
  if (wish.manageDirectory)
    return {
      apply: sh`[ -d ${path} ] || mkdir -m 0700 ${path} || exit 1
chown "$owner:$group" ${path} && chmod 00700 ${path} || exit 1`,
      effects: [
        seen.directory
          ? pathAttributes(path, { mode: 0o700, ...owner })
          : pathBecomes(path, { type: 'directory', mode: 0o700, ...owner }),
      ],
    }
  if (seen.directory) return { apply: nothing, effects: [] }
  const made = makeDirectories(missingDirectories(path, world), {}, world)
  return { apply: made.script, effects: made.effects }
}
