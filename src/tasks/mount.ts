import * as z from 'zod'
import { defineTask } from '../task.ts'
import type { WorldQuestion } from '../world/world.ts'
import { creatorQuestion } from './creator.ts'
import { editing } from './edited-file.ts'
import { fileFailure, fileQuestions } from './file-content.ts'
import { directoryQuestions, pathQuestion } from './make-directory.ts'
import { mountsQuestion } from './mount-look.ts'
import { fstabFile, type MountWish } from './mount-change.ts'
import { planMount } from './mount-plan.ts'
import { wrong } from './package-params.ts'
import { anyPath, bool, name, oneOf, text } from './params.ts'

const STATES = [
  'mounted',
  'unmounted',
  'present',
  'absent',
  'absent_from_fstab',
  'remounted',
  'ephemeral',
] as const

export default defineTask({
  name: 'mount',
  aliases: ['ansible.posix.mount'],
  summary: 'What is mounted where: now, and in fstab.',
  kind: ({ state }) => (state === 'remounted' || state === 'ephemeral' ? 'action' : 'state'),
  params: z.strictObject({
    path: anyPath.describe('Where it is mounted; none for swap.'),
    state: oneOf(STATES).describe(
      'mounted: in fstab and mounted; present: in fstab only; unmounted: not mounted; absent: neither, and the directory goes; absent_from_fstab: not in fstab; remounted: mounted again; ephemeral: mounted, not in fstab.',
    ),
    src: anyPath.optional().describe('The device, or what else is mounted.'),
    fstype: name.optional().describe('Type of the file system.'),
    opts: text.optional().describe('Options, with commas between them. Default: defaults.'),
    boot: bool
      .default(true)
      .describe(
        'Whether it is mounted at boot: no adds noauto to the options, but for defaults (a warning says so).',
      ),
    dump: text.default('0').describe("fstab's fifth field."),
    passno: text.default('0').describe("fstab's sixth field: the order of fsck."),
    fstab: name.default('/etc/fstab').describe('The file.'),
    backup: bool.default(false).describe('Keep the old fstab beside the new one.'),
  }),
  paramAliases: { name: 'path' },
  example: `
- name: Room for haproxy's logs
  mount:
    path: /var/log/haproxy
    src: /dev/vdb1
    fstype: xfs
    opts: noatime
    state: mounted
`,
  returns: {
    name: 'The mount point. Also src, fstype, opts, dump, passno, fstab and boot.',
    backup_file: 'Where the old fstab is kept.',
  },
  notes: [
    'What cannot be mounted is taken out of fstab again.',
    'remounted and ephemeral report a change every time, as in Ansible.',
    'What is on a file system that is going to be mounted is unknown in check mode.',
  ],
  prepare(params): MountWish {
    const { state, src, fstype, path } = params
    if (['mounted', 'present', 'ephemeral'].includes(state))
      for (const [key, value] of Object.entries({ src, fstype }))
        if (value === undefined) throw wrong(`mount: ${state} needs ${key}`, `add ${key}:`)
    if (!path.startsWith('/') && state !== 'present' && state !== 'absent_from_fstab')
      throw wrong(`mount: ${JSON.stringify(path)} is not an absolute path`)
    if (!params.fstab.startsWith('/'))
      throw wrong(`mount: ${JSON.stringify(params.fstab)} is not an absolute path`)
    const given = (params.opts ?? 'defaults').split(',')
    const plain = given.includes('defaults')
    const asked = !params.boot && !given.includes('noauto')
    const quiet = asked && !plain
    return {
      state,
      path: path === '/' ? path : path.replace(/\/+$/, ''),
      src,
      fstype,
      opts: [...given, ...(quiet ? ['noauto'] : [])].join(','),
      dump: params.dump,
      passno: params.passno,
      fstab: params.fstab,
      backup: params.backup,
      boot: params.boot || given.includes('noauto'),
      ...(asked &&
        plain && { warning: 'boot: no has no effect beside the options "defaults": write opts: noauto' }),
    }
  },
  asks(wish): WorldQuestion[] {
    const { path, state, fstab } = wish
    const questions: WorldQuestion[] = [creatorQuestion, mountsQuestion]
    if (state !== 'ephemeral' && state !== 'unmounted' && state !== 'remounted') {
      questions.push(pathQuestion({ path: fstab, follow: true, contentUnless: '' }))
      questions.push(...fileQuestions(fstabFile(wish, Buffer.alloc(0))))
    }
    if (!path.startsWith('/')) return questions
    if (state === 'absent') questions.push(pathQuestion({ path, entries: true }))
    if (state === 'mounted' || state === 'ephemeral') questions.push(...directoryQuestions(path))
    return questions
  },
  plan: (wish, world) => editing(() => planMount(wish, world)),
  failure: (wish, output) => fileFailure(wish.fstab, output),
})
