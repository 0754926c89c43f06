import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { HakubeError } from '../errors.ts'
import { type Controller, defineTask } from '../task.ts'
import { baseName } from '../world/path-names.ts'
import { attributeParams, unsupportedAttributes } from './attributes.ts'
import { type FileContent, fileFailure, fileQuestions, fileResult, planFile } from './file-content.ts'
import { bool, mode, name, path } from './params.ts'
import { validate } from './validate.ts'

const params = z.strictObject({
  src: name.optional().describe('File or directory in files/ beside the playbook or in the role.'),
  content: z
    .unknown()
    .optional()
    .describe('The content itself, instead of src. A list or dict becomes JSON.'),
  dest: path.describe('Path on the host: of the file, or of a directory to put it in.'),
  ...attributeParams,
  mode: z
    .union([z.literal('preserve').transform(() => 'preserve' as const), mode])
    .optional()
    .describe(
      'Permissions: octal in quotes ("0644"), symbolic (u=rw,g=r,o=), or preserve: as the source has.',
    ),
  directory_mode: mode.optional().describe('Permissions of directories that are made on the way.'),
  backup: bool.default(false).describe('Keep the old file beside the new one, with the time in its name.'),
  force: bool
    .default(true)
    .describe('Replace a file that differs. With no, a file that exists stays as it is.'),
  follow: bool
    .default(false)
    .describe('Write to what a link at dest points to, instead of replacing the link.'),
  validate,
})

export default defineTask({
  name: 'copy',
  aliases: ['ansible.builtin.copy', 'ansible.legacy.copy'],
  summary: 'Put a file on the host.',
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
  async prepare(params, controller): Promise<FileContent> {
    const { path: source, content, mode: sourceMode } = await readSource(params, controller)
    return {
      ...params,
      mode: params.mode === 'preserve' ? sourceMode : params.mode,
      directoryMode: params.directory_mode,
      name: source === undefined ? undefined : baseName(source),
      source,
      content,
    }
  },
  asks: fileQuestions,
  plan: planFile,
  result: (_file, output) => fileResult(output),
  failure: (file, output) => fileFailure(file.dest, output),
})

interface Source {
  path: string | undefined
  content: Buffer
  mode: { octal: number } | undefined
}

async function readSource(given: z.output<typeof params>, controller: Controller): Promise<Source> {
  if (given.src !== undefined && given.content === undefined) {
    const { path, content } = await controller.readFile(given.src, 'files')
    return { path, content, mode: { octal: (await stat(path)).mode & 0o7777 } }
  }
  if (given.src === undefined && given.content !== undefined) {
    const text = typeof given.content === 'string' ? given.content : JSON.stringify(given.content)
    return { path: undefined, content: Buffer.from(text, 'utf8'), mode: undefined }
  }
  throw new HakubeError(
    given.src === undefined ? 'copy needs src or content' : 'src and content exclude each other',
    {
      code: 'invalid-parameter',
      hint: 'write one of src and content',
    },
  )
}
