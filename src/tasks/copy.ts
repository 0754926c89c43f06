import { stat } from 'node:fs/promises'
import path from 'node:path'
import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { str } from '../jinja/index.ts'
import { pyJson } from '../python-json.ts'
import { type Controller, defineTask } from '../task.ts'
import { fromJson, isDict } from '../value.ts'
import { attributeParams, unsupportedAttributes } from './attributes.ts'
import { planRemote, remoteQuestions, type RemoteCopy, thenRemoteQuestions } from './copy-remote.ts'
import { planTree, readTree, type Tree, treeQuestions } from './copy-tree.ts'
import {
  type FileContent,
  digestsOf,
  fileFailure,
  fileQuestions,
  fileResult,
  planFile,
} from './file-content.ts'
import { bool, mode, path as hostPath, source, text } from './params.ts'
import { validate } from './validate.ts'

const params = z
  .strictObject({
    src: source
      .optional()
      .describe(
        'File or directory in files/ beside the playbook or in the role. A directory that ends with / gives its entries, one without / itself.',
      ),
    content: z
      .unknown()
      .optional()
      .describe('The content itself, instead of src. A list or dict becomes JSON.'),
    dest: hostPath.describe('Path on the host: of the file, or of a directory to put it in.'),
    ...attributeParams,
    mode: z
      .union([z.literal('preserve').transform(() => 'preserve' as const), mode])
      .optional()
      .describe(
        'Permissions: octal in quotes ("0644"), symbolic (u=rw,g=r,o=), or preserve: as the source has.',
      ),
    directory_mode: mode.optional().describe('Permissions of the directories that are made.'),
    remote_src: bool.default(false).describe('src is a file or a directory on the host.'),
    backup: bool.default(false).describe('Keep the old file beside the new one, with the time in its name.'),
    force: bool
      .default(true)
      .describe('Replace a file that differs. With no, a file that exists stays as it is.'),
    follow: bool
      .default(false)
      .describe('Write to what a link at dest points to, instead of replacing the link.'),
    local_follow: bool
      .optional()
      .describe(
        'In a directory: copy what links point to, instead of the links. Default: yes, with remote_src no.',
      ),
    decrypt: bool.default(true).describe('Decrypt files that Ansible Vault encrypted.'),
    checksum: text.optional().describe('SHA-1 that the source must have.'),
    validate,
  })
  .superRefine((params, context) => {
    const issue = (field: string, message: string): void => {
      context.addIssue({ code: 'custom', message, path: [field] })
    }
    const { src, content } = params
    if (src === undefined && content === undefined) issue('src', 'copy needs src or content')
    if (src !== undefined && content !== undefined) issue('content', 'src and content exclude each other')
    if (content !== undefined && params.dest.endsWith('/'))
      issue('dest', 'content makes a file, not a directory')
    if (params.remote_src && !src?.startsWith('/')) issue('src', 'with remote_src, src is an absolute path')
  })

type Params = z.output<typeof params>
type Prepared =
  | { type: 'file'; file: FileContent }
  | { type: 'tree'; tree: Tree }
  | { type: 'remote'; copy: RemoteCopy }

export default defineTask({
  name: 'copy',
  aliases: ['ansible.builtin.copy', 'ansible.legacy.copy'],
  summary: 'Put a file, or a directory with all that is in it, on the host.',
  kind: () => 'state',
  params,
  unsupported: unsupportedAttributes,
  example: `
- name: Greet
  copy:
    content: "managed by hakube\\n"
    dest: /etc/motd
    mode: "0644"
`,
  notes: [
    'With remote_src a file that exists keeps its permissions unless mode is given. Of a directory, what is new or differs gets the permissions of its source, mode is for the directory itself, and what is there beside it stays; to look into it costs a round trip. With local_follow: yes its links must lead to files.',
  ],
  async prepare(given, controller): Promise<Prepared> {
    const { mode, ...rest } = given
    const wishes = { ...rest, directoryMode: given.directory_mode }
    if (given.src === undefined) {
      const content = Buffer.from(toText(given.content), 'utf8')
      const octal = mode === 'preserve' ? undefined : mode
      return { type: 'file', file: { ...wishes, mode: octal, name: undefined, source: undefined, content } }
    }
    const { src } = given
    if (given.remote_src)
      return { type: 'remote', copy: { ...wishes, mode, src, localFollow: given.local_follow ?? false } }
    const found = await controller.findFile(src.replace(/\/+$/, ''), 'files')
    if ((await stat(found)).isDirectory()) {
      const to = { dest: given.dest, slash: src.endsWith('/') }
      const localFollow = given.local_follow ?? true
      const tree = await readTree(found, to, { ...wishes, mode, localFollow })
      return { type: 'tree', tree: given.decrypt ? decrypted(tree, controller) : tree }
    }
    return { type: 'file', file: await readSource(given, controller) }
  },
  asks(prepared) {
    if (prepared.type === 'file') return fileQuestions(prepared.file)
    return prepared.type === 'tree' ? treeQuestions(prepared.tree) : remoteQuestions(prepared.copy)
  },
  asksThen(prepared, world) {
    if (prepared.type !== 'remote' || !world) return []
    return thenRemoteQuestions(prepared.copy, world)
  },
  plan(prepared, world) {
    if (prepared.type === 'file') return planFile(prepared.file, world)
    return prepared.type === 'tree' ? planTree(prepared.tree, world) : planRemote(prepared.copy, world)
  },
  result: (_prepared, output) => fileResult(output),
  failure: (prepared, output) => fileFailure(destOf(prepared), output),
})

function decrypted(tree: Tree, controller: Controller): Tree {
  const files = tree.files.map((file) => ({
    ...file,
    content: Buffer.isBuffer(file.content)
      ? controller.decrypt(file.source ?? file.dest, file.content)
      : file.content,
  }))
  return { ...tree, files }
}

async function readSource(given: Params, controller: Controller): Promise<FileContent> {
  const { decrypt } = given
  const { path: source, content } = await controller.readFile(given.src ?? '', 'files', { decrypt })
  const { checksum } = given
  if (checksum !== undefined && checksum.toLowerCase() !== digestsOf(content).sha1) {
    throw new HakubeError(`${source} has not the checksum ${checksum}`, {
      code: 'checksum-mismatch',
      hint: `its SHA-1 is ${digestsOf(content).sha1}`,
    })
  }
  const mode = given.mode === 'preserve' ? { octal: (await stat(source)).mode & 0o7777 } : given.mode
  return { ...given, mode, directoryMode: given.directory_mode, name: path.basename(source), source, content }
}

function destOf(prepared: Prepared): string {
  if (prepared.type === 'file') return prepared.file.dest
  return prepared.type === 'tree' ? prepared.tree.dest : prepared.copy.dest
}

/** Ansible turns what is not text into JSON, as Python writes it. */
function toText(content: unknown): string {
  const value = fromJson(content)
  if (value === null) return ''
  return Array.isArray(value) || isDict(value) ? pyJson(value) : str(value)
}
