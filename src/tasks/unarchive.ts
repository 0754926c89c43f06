import * as z from 'zod'
import type { ArchiveSource } from '../archive/source.ts'
import { isElsewhere, readDownload, withoutPassword } from '../http/request.ts'
import { defineTask } from '../task.ts'
import { attributeParams, unsupportedAttributes } from './attributes.ts'
import { wrong } from './package-params.ts'
import { bool, int, path, source, texts } from './params.ts'
import { readPattern } from './path-pattern.ts'
import {
  planUnarchive,
  thenUnarchiveQuestions,
  type Unarchive,
  unarchiveQuestions,
} from './unarchive-plan.ts'

export default defineTask({
  name: 'unarchive',
  aliases: ['ansible.builtin.unarchive', 'ansible.legacy.unarchive'],
  summary: 'Unpack an archive (tar, also with gzip, bzip2, xz or zstd, and zip) on the host.',
  kind: () => 'state',
  params: z.strictObject({
    src: source.describe(
      'Archive in files/ beside the playbook or in the role; with remote_src on the host, or a URL.',
    ),
    dest: path.describe('Directory on the host to unpack in. It must be there.'),
    remote_src: bool.default(false).describe('src is on the host, or a URL.'),
    copy: bool.optional().describe('The opposite of remote_src, its old name.'),
    creates: path.optional().describe('Where this exists, nothing is unpacked.'),
    exclude: texts.default([]).describe('Names, or patterns of names, that are left out.'),
    include: texts.default([]).describe('Only these names.'),
    keep_newer: bool.default(false).describe('Leave files that are newer than those in the archive.'),
    list_files: bool.default(false).describe('Give the names of all that is in the archive back as files.'),
    extra_opts: texts
      .default([])
      .describe("More options for tar or unzip, such as --strip-components=1 (with GNU's tar)."),
    validate_certs: bool.default(true).describe('Check the certificate of the server, where src is https.'),
    decrypt: bool.default(true).describe('Decrypt an archive that Ansible Vault encrypted.'),
    io_buffer_size: int.optional().describe('Accepted for Ansible’s sake: it has no effect.'),
    ...attributeParams,
  }),
  unsupported: unsupportedAttributes,
  beyond: ({ src }) => src.includes('://') && isElsewhere(src),
  late: ({ src, creates }) => src.includes('://') && creates === undefined,
  example: `
- name: Unpack etcd
  unarchive:
    src: /opt/etcd-v3.5.9-linux-amd64.tar.gz
    dest: /usr/local/lib
    remote_src: yes
    owner: root
    creates: /usr/local/lib/etcd-v3.5.9-linux-amd64/etcd
`,
  returns: {
    dest: 'where it was unpacked',
    src: 'the archive',
    handler: 'TgzArchive, ZipArchive or TarArchive, for all others',
    files: 'all names in the archive, with list_files',
  },
  notes: [
    'Whether all of an archive is there is told as in Ansible: of a tar by type, time, permissions and owner of each thing in it, of a zip also by size and CRC-32. Content alone does not count in a tar.',
    'An archive of the controller goes to the host with the question; where that is much, copy it first and use remote_src, or give creates: where that exists, nothing else is asked. Where it does not, the look costs a round trip of its own.',
    'An archive of a server is fetched once to look at it and once to unpack it, and must be the same then.',
    'What is in the way fails the task before anything is unpacked: a directory where the archive has a file (tar would replace an empty one), a file above what is to be unpacked. With keep_newer, what is newer stays as tar leaves it, which is no change then.',
    'With include, mode, owner and group are set on what is unpacked; Ansible sets them on the topmost directory above it, too.',
    'Needs tar (and gzip, bzip2, xz or zstd) on the host, or unzip. busybox unzip sets no times, so they do not count there.',
    'What check mode says about an archive that is not on the host yet is unknown.',
  ],
  async prepare(params, controller): Promise<Unarchive> {
    if (params.include.length > 0 && params.exclude.length > 0)
      throw wrong('unarchive: include and exclude exclude each other')
    const remote = params.remote_src || params.copy === false
    const { dest, exclude, include, mode, owner, group, keep_newer, list_files, extra_opts } = params
    return {
      source: await sourceOf(params, remote),
      dest,
      creates: readPattern('creates', params.creates, undefined),
      exclude: exclude.map((one) => one.replace(/\/+$/, '')),
      include,
      keepNewer: keep_newer,
      listFiles: list_files,
      options: extra_opts,
      wishes: { mode, owner, group },
    }
    async function sourceOf({ src, validate_certs }: typeof params, there: boolean): Promise<ArchiveSource> {
      if (!there) {
        const { decrypt } = params
        const { path: shown, content } = await controller.readFile(src, 'files', { decrypt })
        if (content.length === 0) throw wrong(`unarchive: ${shown} is empty`)
        return { type: 'content', content, shown }
      }
      if (src.includes('://')) {
        return {
          type: 'url',
          request: readDownload('unarchive', src, validate_certs),
          shown: withoutPassword(src),
        }
      }
      if (!src.startsWith('/')) throw wrong('unarchive: with remote_src, src is an absolute path or a URL')
      return { type: 'path', path: src, shown: src }
    }
  },
  asks: unarchiveQuestions,
  asksThen: thenUnarchiveQuestions,
  plan: planUnarchive,
})
