import { readFile, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import * as z from 'zod'
import { type Controller, defineTask } from '../task.ts'
import { type Assembly, assemblyQuestions, joinFragments, planAssembly } from './assemble-plan.ts'
import { attributeParams, unsupportedAttributes } from './attributes.ts'
import { fileFailure, fileResult } from './file-content.ts'
import { wrong } from './package-params.ts'
import { bool, path as hostPath, source, text } from './params.ts'
import { pattern } from './regex-param.ts'
import { validate } from './validate.ts'

export default defineTask({
  name: 'assemble',
  aliases: ['ansible.builtin.assemble', 'ansible.legacy.assemble'],
  summary: 'Make one file out of the fragments in a directory.',
  kind: () => 'state',
  params: z.strictObject({
    src: source.describe('Directory with the fragments, which are put together in the order of their names.'),
    dest: hostPath.describe('The file.'),
    remote_src: bool
      .default(true)
      .describe('src is on the host; with no, in files/ beside the playbook or in the role.'),
    delimiter: text.optional().describe('Text between two fragments; \\n in it is a line end.'),
    regexp: pattern
      .optional()
      .describe('Only fragments in whose name this Python regular expression is found.'),
    ignore_hidden: bool.default(false).describe('Leave out names that begin with a dot.'),
    backup: bool.default(false).describe('Keep the old file beside the new one, with the time in its name.'),
    decrypt: bool
      .default(true)
      .describe('Decrypt fragments that Ansible Vault encrypted; with remote_src: no.'),
    ...attributeParams,
    validate,
  }),
  unsupported: unsupportedAttributes,
  example: `
- name: Put haproxy's configuration together
  assemble:
    src: /etc/haproxy/conf.d
    dest: /etc/haproxy/haproxy.cfg
    validate: haproxy -c -f %s
`,
  returns: { checksum: 'SHA-1 of the file', backup_file: 'where the old file is kept' },
  notes: ['Fragments on the host may have 1 MiB together.'],
  async prepare(params, controller): Promise<Assembly> {
    const { src, dest, regexp, backup, mode, owner, group } = params
    const choice = { regexp, ignoreHidden: params.ignore_hidden, delimiter: unescaped(params.delimiter) }
    if (params.remote_src && !src.startsWith('/'))
      throw wrong('assemble: with remote_src, src is an absolute path')
    return {
      src,
      choice,
      content: params.remote_src
        ? undefined
        : joinFragments(await readFragments(src, params.decrypt, controller), choice),
      file: { dest, backup, mode, owner, group, validate: params.validate },
    }
  },
  asks: assemblyQuestions,
  plan: planAssembly,
  result: (_task, output) => fileResult(output),
  failure: ({ file }, output) => fileFailure(file.dest, output),
})

async function readFragments(
  src: string,
  decrypt: boolean,
  controller: Controller,
): Promise<{ name: string; content: Buffer }[]> {
  const folder = await controller.findFile(src.replace(/\/+$/, ''), 'files')
  if (!(await stat(folder)).isDirectory()) throw wrong(`assemble: ${folder} is not a directory`)
  const out: { name: string; content: Buffer }[] = []
  for (const entry of await readdir(folder)) {
    const file = path.join(folder, entry)
    if (!(await stat(file)).isFile()) continue
    const content = await readFile(file)
    out.push({ name: entry, content: decrypt ? controller.decrypt(file, content) : content })
  }
  return out
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

function unescaped(delimiter: string | undefined): string | undefined {
  return delimiter?.replaceAll(/\\([ntr\\'"])/g, (_all, char: string) => ESCAPES[char] ?? char)
}
