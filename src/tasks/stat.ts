import * as z from 'zod'
import { defineTask } from '../task.ts'
import { dict, type Value } from '../value.ts'
import type { PathAsk, PathReply } from '../world/replies.ts'
import type { WorldQuestion } from '../world/world.ts'
import { showMode } from './mode.ts'
import { bool, oneOf, path } from './params.ts'

const ALGORITHMS = ['sha1', 'md5', 'sha256', 'sha512'] as const

export default defineTask({
  name: 'stat',
  aliases: ['ansible.builtin.stat', 'ansible.legacy.stat'],
  summary: 'Look at a file: whether it exists, its type, permissions, owner, checksum.',
  kind: () => 'state',
  readOnly: true,
  params: z.strictObject({
    path: path.describe('What to look at.'),
    follow: bool.default(false).describe('Look at what a link points to instead of at the link.'),
    get_checksum: bool.default(true).describe('Return the checksum of a regular file.'),
    checksum_algorithm: oneOf(ALGORITHMS).default('sha1').describe('Which checksum.'),
    get_mime: bool
      .default(false)
      .describe('Accepted for Ansible’s sake: mimetype and charset are not returned.'),
    get_attributes: bool
      .default(false)
      .describe('Accepted for Ansible’s sake: chattr’s flags are not returned.'),
  }),
  paramAliases: {
    dest: 'path',
    name: 'path',
    mime: 'get_mime',
    mime_type: 'get_mime',
    'mime-type': 'get_mime',
    attr: 'get_attributes',
    attributes: 'get_attributes',
    checksum: 'checksum_algorithm',
    checksum_algo: 'checksum_algorithm',
  },
  example: `
- name: Is there a kubeconfig?
  stat:
    path: /etc/kubernetes/admin.conf
  register: kubeconfig
`,
  notes: [
    'mimetype, charset, attributes, attr_flags, version, blocks, block_size and device_type are not returned.',
    'Times are whole seconds.',
  ],
  prepare: (params) => params,
  asks({ path, follow, get_checksum, checksum_algorithm }): WorldQuestion[] {
    const digests = get_checksum ? { digests: [checksum_algorithm] } : {}
    return [{ kind: 'path', ask: { path, follow, ...digests } }]
  },
  plan(params, world) {
    const ask: PathAsk = { path: params.path, follow: params.follow }
    const reply = world.get('path', ask)
    if (!reply.exists) {
      return {
        status: 'ok',
        reason: `${params.path} does not exist`,
        result: { stat: dict({ exists: false }) },
      }
    }
    const checksum = params.get_checksum ? reply.digests[params.checksum_algorithm] : undefined
    const stat = dict({ exists: true, path: params.path, ...fieldsOf(reply), checksum })
    return { status: 'ok', reason: `${params.path} is a ${reply.type}`, result: { stat } }
  },
})

type There = Extract<PathReply, { exists: true }>

/** The fields of Ansible's stat. Those that nobody can tell before a predicted change are left out. */
export function fieldsOf(reply: There): Record<string, Value | undefined> {
  return {
    mode: showMode(reply.mode),
    ...typesOf(reply),
    uid: reply.uid,
    gid: reply.gid,
    // A number stands for an owner or group without a name.
    pw_name: reply.owner === String(reply.uid) ? undefined : reply.owner,
    gr_name: reply.group === String(reply.gid) ? undefined : reply.group,
    size: known(reply.size),
    inode: known(reply.inode),
    dev: known(reply.device),
    nlink: reply.links,
    atime: known(reply.atime),
    mtime: known(reply.mtime),
    ctime: known(reply.ctime),
    ...permissionsOf(reply.mode),
    ...(reply.access && {
      readable: reply.access.read,
      writeable: reply.access.write,
      executable: reply.access.execute,
    }),
    lnk_source: reply.type === 'link' ? reply.real : undefined,
    lnk_target: reply.target,
  }
}

function typesOf({ type }: There): Record<string, boolean> {
  return {
    isreg: type === 'file',
    isdir: type === 'directory',
    islnk: type === 'link',
    isfifo: type === 'fifo',
    issock: type === 'socket',
    ischr: type === 'char',
    isblk: type === 'block',
  }
}

function permissionsOf(mode: number): Record<string, boolean> {
  const out: Record<string, boolean> = { isuid: (mode & 0o4000) !== 0, isgid: (mode & 0o2000) !== 0 }
  for (const [who, shift] of [
    ['usr', 6],
    ['grp', 3],
    ['oth', 0],
  ] as const) {
    for (const [what, bit] of [
      ['r', 4],
      ['w', 2],
      ['x', 1],
    ] as const) {
      out[`${what}${who}`] = (mode & (bit << shift)) !== 0
    }
  }
  return out
}

function known(number: number): number | undefined {
  return Number.isNaN(number) ? undefined : number
}
