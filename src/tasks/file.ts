import * as z from 'zod'
import { defineTask, type Plan } from '../task.ts'
import { baseName, joinPath } from '../world/path-names.ts'
import type { World, WorldQuestion } from '../world/world.ts'
import { attributeParams, attributeQuestions, unsupportedAttributes } from './attributes.ts'
import { linkQuestions, planHardLink, planLink } from './file-links.ts'
import { type FileTask, planAbsent, planAttributesOnly, planDirectory, planTouch } from './file-states.ts'
import { directoryQuestions, pathQuestion } from './make-directory.ts'
import { anyPath, bool, oneOf, path } from './params.ts'

const STATES = ['file', 'directory', 'absent', 'link', 'hard', 'touch'] as const
const TIMES = ['preserve', 'now'] as const

const params = z
  .strictObject({
    path: path.describe('What it is about.'),
    state: oneOf(STATES)
      .optional()
      .describe(
        'What is to be there. file: what is there keeps its content; touch: an empty file is made. Default: what is there.',
      ),
    ...attributeParams,
    src: anyPath.optional().describe('With state link or hard: what the link is to lead to.'),
    recurse: bool
      .default(false)
      .describe('With state directory: the attributes of everything below it, too.'),
    force: bool
      .default(false)
      .describe('With link or hard: replace what is there, and make links to what does not exist.'),
    follow: bool.default(true).describe('Change what a link points to, not the link.'),
    access_time: oneOf(TIMES)
      .optional()
      .describe('With touch: set the time of the last access to now, or keep it.'),
    modification_time: oneOf(TIMES)
      .optional()
      .describe('With touch: set the time of the last change to now, or keep it.'),
  })
  .superRefine((params, context) => {
    const issue = (field: string, message: string): void => {
      context.addIssue({ code: 'custom', message, path: [field] })
    }
    const { state } = params
    if (params.src !== undefined && state !== 'link' && state !== 'hard') {
      issue('src', 'src needs state: link or hard')
    }
    if (params.recurse && state !== undefined && state !== 'directory') {
      issue('recurse', 'recurse needs state: directory')
    }
    if (state === 'hard' && params.src !== undefined && !params.src.startsWith('/')) {
      issue('src', `${JSON.stringify(params.src)} is not an absolute path`)
    }
    if (/^\/[/.]*$/.test(params.path) && state === 'absent') issue('path', 'the root directory stays')
    for (const field of ['access_time', 'modification_time'] as const) {
      if (params[field] === 'now' && state !== 'touch') issue(field, 'now needs state: touch')
    }
  })

export default defineTask({
  name: 'file',
  aliases: ['ansible.builtin.file', 'ansible.legacy.file'],
  summary: 'Make or remove directories, links and empty files, and set permissions and owners.',
  kind: (given) => (given.state === 'touch' && !keepsTimes(given) ? 'action' : 'state'),
  params,
  paramAliases: { dest: 'path', name: 'path' },
  unsupported: {
    ...unsupportedAttributes,
    access_time_format: 'times are now or preserve',
    modification_time_format: 'times are now or preserve',
  },
  example: `
- name: A directory for certificates
  file:
    path: /etc/haproxy/certs
    state: directory
    owner: root
    mode: "0750"
`,
  notes: [
    'With recurse, links below the directory are changed themselves; what they point to is left alone.',
  ],
  prepare: (given): FileTask => ({
    ...given,
    accessTime: given.access_time ?? (given.state === 'touch' ? 'now' : 'preserve'),
    modificationTime: given.modification_time ?? (given.state === 'touch' ? 'now' : 'preserve'),
  }),
  asks,
  plan,
})

function keepsTimes(given: z.output<typeof params>): boolean {
  return given.access_time === 'preserve' && given.modification_time === 'preserve'
}

function asks(task: FileTask): WorldQuestion[] {
  const { path, src, state } = task
  const questions = linkQuestions(task)
  if (state === 'directory' || state === undefined) questions.push(...directoryQuestions(path))
  if (task.recurse) questions.push(pathQuestion({ path, follow: true, tree: true }))
  if (src !== undefined && state === 'hard') {
    const inside = joinPath(path, baseName(src))
    questions.push(pathQuestion({ path: src }), pathQuestion({ path: inside }))
    questions.push(pathQuestion({ path: inside, follow: true }))
  }
  return [...questions, ...attributeQuestions(task)]
}

function plan(task: FileTask, world: World): Plan {
  const own = world.get('path', { path: task.path })
  const state = task.state ?? (own.exists ? 'present' : task.recurse ? 'directory' : 'file')
  if (state === 'absent') return planAbsent(task, world)
  if (state === 'directory') return planDirectory(task, world)
  if (state === 'touch') return planTouch(task, world)
  if (state === 'link') return planLink(task, world)
  if (state === 'hard') return planHardLink(task, world)
  if (state === 'present' && task.recurse) return planDirectory(task, world)
  return planAttributesOnly(task, world, state)
}
