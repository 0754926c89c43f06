import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { defineTask, type Controller } from '../task.ts'
import type { Dict, Value } from '../value.ts'
import { bool, int, name, text, texts } from './params.ts'

export default defineTask({
  name: 'include_vars',
  aliases: ['ansible.builtin.include_vars', 'ansible.legacy.include_vars'],
  summary: 'Read variables from files on the controller, while the run goes on.',
  kind: () => 'local',
  params: z
    .strictObject({
      file: name.optional().describe('The file, searched in `vars/` of the role and of the playbook.'),
      dir: name.optional().describe('A folder whose files are read in the order of their names.'),
      name: name.optional().describe('Put the variables into a dict of this name.'),
      depth: int.default(0).describe('How deep folders are read; 0 = all the way.'),
      files_matching: text.optional().describe('Only files whose names match this regular expression.'),
      ignore_files: texts.default([]).describe('Names of files to leave out.'),
      ignore_unknown_extensions: bool
        .default(false)
        .describe('Leave files with other endings out, instead of failing.'),
      extensions: texts.default(['yaml', 'yml', 'json']).describe('Endings of the files of a folder.'),
    })
    .refine(
      (params) => (params.file === undefined) !== (params.dir === undefined),
      'write either file or dir',
    ),
  paramAliases: { _raw_params: 'file' },
  freeForm: 'file',
  unsupported: {
    hash_behaviour: 'write the merged value with the filter combine',
  },
  example: `
- name: Read what the distribution needs
  include_vars: "{{ ansible_os_family }}.yml"
`,
  notes: [
    'Their texts may be templates, which are rendered at use; what set_fact and register have set wins over them.',
  ],
  returns: { ansible_included_var_files: 'the files that were read' },
  async prepare(params, controller): Promise<{ files: string[]; facts: Dict }> {
    const { dir, file = '', name: under } = params
    const found =
      dir === undefined ? [await controller.readVariables(file)] : await readFolder(dir, params, controller)
    const variables: Dict = new Map(found.flatMap((one) => [...one.variables]))
    if (under !== undefined && !/^[A-Za-z_]\w*$/.test(under))
      throw new HakubeError(`${under} is no name for a variable`, { code: 'wrong-parameter' })
    return {
      files: found.map(({ path }) => path),
      facts: under === undefined ? variables : new Map<string, Value>([[under, variables]]),
    }
  },
  asks: () => [],
  plan: ({ files, facts }) => ({
    status: 'ok',
    reason: `read ${files.join(', ') || 'no file'}`,
    result: { ansible_facts: facts, ansible_included_var_files: files },
  }),
})

interface Choice {
  depth: number
  files_matching?: string | undefined
  ignore_files: readonly string[]
  extensions: readonly string[]
  ignore_unknown_extensions: boolean
}

/** The files of a folder, each folder's own ones before those of the folders in it. */
async function readFolder(dir: string, choice: Choice, controller: Controller) {
  const folder = await controller.findFile(dir, 'vars')
  const matching = choice.files_matching === undefined ? undefined : new RegExp(choice.files_matching)
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(folder, file)).isFile())
    .filter((file) => choice.depth === 0 || file.split('/').length <= choice.depth)
    .filter((file) => matching?.test(basename(file)) ?? true)
    .filter((file) => !choice.ignore_files.some((ignored) => new RegExp(`${ignored}$`).test(basename(file))))
  const known = names.filter((file) => choice.extensions.some((ending) => file.endsWith(`.${ending}`)))
  const other = names.find((file) => !known.includes(file))
  if (other !== undefined && !choice.ignore_unknown_extensions) {
    throw new HakubeError(`${join(folder, other)} ends in none of ${choice.extensions.join(', ')}`, {
      code: 'wrong-variables-file',
      hint: 'write ignore_unknown_extensions: true to leave it out',
    })
  }
  const order = known.sort((a, b) =>
    dirname(a) === dirname(b) ? (a < b ? -1 : 1) : dirname(a) < dirname(b) ? -1 : 1,
  )
  return Promise.all(order.map((file) => controller.readVariables(join(folder, file))))
}
