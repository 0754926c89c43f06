import { createHash, randomUUID } from 'node:crypto'
import { chmod, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as z from 'zod'
import type { Answer } from '../connect/connection.ts'
import { HakubeError } from '../errors.ts'
import { expandHome } from '../home.ts'
import { str } from '../jinja/index.ts'
import { sh } from '../shell/sh.ts'
import { type Controller, defineTask, type Plan, type Result } from '../task.ts'
import type { PathAsk } from '../world/replies.ts'
import { wrong } from './package-params.ts'
import { bool, name, path as hostPath } from './params.ts'

interface Fetch {
  ask: PathAsk
  /** The file of the controller. */
  dest: string
  /** Of what is there now; undefined: nothing. */
  local: { sha1: string; md5: string } | undefined
  failOnMissing: boolean
  validate: boolean
}

export default defineTask({
  name: 'fetch',
  aliases: ['ansible.builtin.fetch', 'ansible.legacy.fetch'],
  summary: 'Copy a file of the host to the controller.',
  kind: () => 'state',
  params: z.strictObject({
    src: hostPath.describe('The file on the host.'),
    dest: name.describe(
      'Directory on the controller, in which the file is put below the name of the host: dest/HOST/path. Relative to the playbook.',
    ),
    flat: bool
      .default(false)
      .describe('dest is the file itself, or with a slash at its end the directory for it.'),
    fail_on_missing: bool.default(true).describe('Fail if there is no such file.'),
    validate_checksum: bool.default(true).describe('Compare the checksums when the file has arrived.'),
  }),
  unsupported: {
    mode: 'Ansible takes it and ignores it: write a file task with mode:, and delegate_to: localhost',
  },
  example: `
- name: Keep the kubeconfig here
  fetch:
    src: /etc/kubernetes/admin.conf
    dest: fetched/
`,
  returns: {
    dest: 'the file on the controller',
    checksum: 'its SHA-1',
    md5sum: 'its MD5',
    remote_checksum: 'SHA-1 of the file on the host',
    file: 'the file on the host, where nothing was fetched',
  },
  notes: [
    'A file of up to 48 MiB can be fetched.',
    'What stands behind it is rendered when the file has come, since it may read it: that costs a round trip. In check mode such a file is unknown to it.',
    'Check mode says whether it would be fetched; Ansible skips the task there.',
  ],
  async prepare(params, controller): Promise<Fetch> {
    const dest = await destOf(params, controller)
    return {
      ask: { path: params.src, follow: true, digests: ['sha1', 'md5'] },
      dest,
      local: await localDigests(dest),
      failOnMissing: params.fail_on_missing,
      validate: params.validate_checksum,
    }
  },
  asks: ({ ask }) => [{ kind: 'path', ask }],
  plan({ ask, dest, local, failOnMissing }, world): Plan {
    const reply = world.get('path', ask)
    const file = ask.path
    if (!reply.exists) {
      if (failOnMissing) return { status: 'fail', message: `the remote file does not exist: ${file}` }
      const msg = 'the remote file does not exist, not transferring, ignored'
      return { status: 'ok', reason: `${file} does not exist`, result: { msg, file } }
    }
    if (reply.type === 'directory') {
      const msg = 'remote file is a directory, fetch cannot work on directories'
      if (failOnMissing) return { status: 'fail', message: `${msg}: ${file}` }
      return {
        status: 'ok',
        reason: `${file} is a directory`,
        result: { msg: `${msg}, not transferring, ignored`, file },
      }
    }
    const { sha1, md5 } = reply.digests
    if (sha1 !== undefined && local?.sha1 === sha1) {
      const result = { dest, file, checksum: sha1, md5sum: md5 ?? null }
      return { status: 'ok', reason: `${dest} is the same`, result }
    }
    return {
      status: 'change',
      summary: `fetch ${file} to ${dest}`,
      diff: [
        {
          type: 'fields',
          subject: `${dest} (on the controller)`,
          fields: [{ name: 'sha1', before: local?.sha1 ?? 'absent', after: sha1 ?? 'not known yet' }],
        },
      ],
      apply: sh`sha1sum <${file} || exit 1
base64 <${file}`,
      effects: [],
      once: true,
      result: { dest, remote_md5sum: null },
    }
  },
  receive: { path: ({ dest }) => dest, take },
})

async function take({ dest, validate, ask }: Fetch, output: Answer): Promise<Result> {
  const text = output.stdout.toString('latin1')
  const end = text.indexOf('\n')
  const remote = text.slice(0, end).split(' ')[0] ?? ''
  const content = Buffer.from(text.slice(end + 1), 'base64')
  const { sha1, md5 } = digestsOf(content)
  if (validate && sha1 !== remote) {
    throw new HakubeError(`checksum mismatch: ${ask.path} has ${remote}, what arrived has ${sha1}`, {
      code: 'checksum-mismatch',
      hint: 'the file changes while it is read: try again, or write validate_checksum: false',
    })
  }
  await put(dest, content)
  return { checksum: sha1, md5sum: md5, remote_checksum: remote }
}

/**
 * Nobody sees half of it, not even where two hosts bring the same file; a name that can be guessed could be a trap in a
 * folder of others. A file that is there keeps its permissions, and a link stays one.
 */
async function put(dest: string, content: Buffer): Promise<void> {
  const target = await realpath(dest).catch(() => dest)
  const fresh = path.join(path.dirname(target), `.hakube-${randomUUID()}`)
  try {
    await mkdir(path.dirname(target), { recursive: true })
    const before = await stat(target).catch(() => undefined)
    await writeFile(fresh, content, { flag: 'wx', mode: before ? 0o600 : 0o666 })
    if (before) await chmod(fresh, before.mode & 0o7777)
    await rename(fresh, target)
  } catch (error) {
    await rm(fresh, { force: true })
    const why = error instanceof Error ? error.message : String(error)
    throw new HakubeError(`${dest} cannot be written: ${why}`, { code: 'cannot-write', cause: error })
  }
}

async function destOf(
  { src, dest, flat }: { src: string; dest: string; flat: boolean },
  controller: Controller,
): Promise<string> {
  const base = str(controller.variable('playbook_dir') ?? '.')
  const place = path.resolve(base, expandHome(dest))
  if (!flat) return path.join(place, str(controller.variable('inventory_hostname') ?? 'localhost'), src)
  if (dest.endsWith('/')) return path.join(place, path.basename(src))
  const there = await stat(place).catch(() => undefined)
  if (there?.isDirectory())
    throw wrong(`fetch: ${dest} is a directory`, 'end it with a slash to have the file put in it')
  return place
}

async function localDigests(file: string): Promise<Fetch['local']> {
  try {
    return digestsOf(await readFile(file))
  } catch {
    return undefined
  }
}

function digestsOf(content: Buffer): { sha1: string; md5: string } {
  const digest = (algorithm: string): string => createHash(algorithm).update(content).digest('hex')
  return { sha1: digest('sha1'), md5: digest('md5') }
}
