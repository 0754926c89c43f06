import * as z from 'zod'
import { defineTask } from '../task.ts'
import { type Archive, archiveQuestions, planArchive } from './archive-plan.ts'
import { attributeParams, unsupportedAttributes } from './attributes.ts'
import { fileFailure } from './file-content.ts'
import { wrong } from './package-params.ts'
import { bool, oneOf, path, paths, rawTexts } from './params.ts'

export default defineTask({
  name: 'archive',
  aliases: ['community.general.archive', 'community.general.files.archive'],
  summary: 'Pack files and directories of the host into an archive there, or one file by itself.',
  kind: () => 'state',
  params: z.strictObject({
    path: paths.describe('What is packed: paths, or patterns of paths with * and ?.'),
    format: oneOf(
      ['gz', 'bz2', 'xz', 'tar'],
      'write gz, bz2, xz or tar; for zip, a command task with zip and creates:',
    )
      .default('gz')
      .describe('How it is packed: a tar, and how that, or a single file, is compressed.'),
    dest: path
      .optional()
      .describe(
        'The archive. Without it, one file is packed beside itself, with the format at the end of its name.',
      ),
    exclude_path: paths.default([]).describe('Paths, or patterns of paths, that `path` does not mean.'),
    exclusion_patterns: rawTexts
      .default([])
      .describe('Patterns of names in the archive that are left out; * goes over slashes.'),
    force_archive: bool.default(false).describe('Make a tar even of one file.'),
    remove: bool.default(false).describe('Remove what was packed.'),
    ...attributeParams,
  }),
  unsupported: unsupportedAttributes,
  example: `
- name: Keep the configuration of keepalived
  archive:
    path: /etc/keepalived
    dest: /var/backups/keepalived.tgz
    mode: "0600"
`,
  returns: {
    archived: 'What was packed.',
    missing: 'What was not there.',
    dest: 'The archive.',
    dest_state: 'archive, incomplete, compress or absent.',
    arcroot: 'The directory from which the names in the archive count.',
    expanded_paths: 'What `path` stands for. Also expanded_exclude_paths.',
  },
  notes: [
    'As with Ansible, a directory itself is not in the archive, only what is below it; and whether it differs is told by name, time, size, permissions and owner of each thing.',
    'An archive that has all of it stays as it is; Ansible writes it anew. The archive is never packed into itself.',
    'Needs gzip, bzip2 or xz on the host, and GNU tar (1.29 or newer) for more than a single file.',
    'In check mode, what is packed behind a change of it is unknown.',
  ],
  prepare(params): Archive {
    const { dest, format, mode, owner, group } = params
    for (const one of [...params.path, ...params.exclude_path])
      if (/[*?]/.test(one) && /[[\n]/.test(one))
        throw wrong(`archive: ${JSON.stringify(one)} has [, which is not supported in patterns`, 'write ?')
    if (params.path.length === 0) throw wrong('archive: path is empty')
    const single = params.path.length === 1 && !/[*?]/.test(params.path[0] ?? '')
    if (dest === undefined && (!single || params.force_archive))
      throw wrong('archive: dest is needed for more than one file', 'add dest:')
    return {
      paths: params.path,
      excluded: params.exclude_path,
      patterns: params.exclusion_patterns,
      dest,
      format,
      force: params.force_archive,
      remove: params.remove,
      wishes: { mode, owner, group },
    }
  },
  asks: archiveQuestions,
  plan: planArchive,
  failure: (task, output) => fileFailure(task.dest ?? task.paths[0] ?? '', output),
})
