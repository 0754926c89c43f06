import * as z from 'zod'
import { sh } from '../shell/sh.ts'
import { defineTask, type Plan } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { dpkgName } from '../world/package-dpkg.ts'
import { isAbout } from '../world/package-names.ts'
import { managerWrites } from '../world/packages-write.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { linesOf, replyWith } from '../world/script-reply.ts'
import { type Effect, effect, effectOnAll, UnknownAnswer, type World } from '../world/world.ts'
import { missingTool } from './missing-tool.ts'
import { name, oneOf } from './params.ts'

const SELECTIONS = ['install', 'hold', 'deinstall', 'purge'] as const
const NONE = 'not present'

interface Wish {
  name: string
  selection: (typeof SELECTIONS)[number]
}

export default defineTask({
  name: 'dpkg_selections',
  aliases: ['ansible.builtin.dpkg_selections', 'ansible.legacy.dpkg_selections'],
  summary: 'Hold a package at its version, or release it, on Debian-like hosts.',
  kind: () => 'state',
  params: z.strictObject({
    name: name.describe('The package.'),
    selection: oneOf(SELECTIONS).describe(
      'hold: apt leaves the package as it is; install: it does not. deinstall, purge: dselect is to remove it.',
    ),
  }),
  example: `
- name: Keep kubelet at its version
  dpkg_selections:
    name: kubelet
    selection: hold
`,
  returns: { before: 'The selection before.', after: 'The selection that was wanted.' },
  notes: [
    'A package that dpkg does not know fails, where ansible-core before 2.17 reports a change each time and makes none.',
  ],
  prepare: (params): Wish => params,
  asks: (wish) => [
    { kind: 'platform', ask: {} },
    { kind: 'script', ask: selectionAsk(wish.name) },
  ],
  plan(wish, world): Plan {
    const reply = world.get('script', selectionAsk(wish.name))
    if (reply.code === NO_DPKG) return missingTool(world, 'dpkg')
    const { selection: before, installed } = current(wish.name, world)
    const result = { before, after: wish.selection }
    if (before === wish.selection) return { status: 'ok', reason: `${wish.name} is set to ${before}`, result }
    if (before === NONE)
      return {
        status: 'fail',
        message: `dpkg knows no package ${wish.name} whose selection could be set`,
        hint: 'install the package first',
      }
    return {
      status: 'change',
      summary: `set ${wish.name} to ${wish.selection}`,
      diff: [
        {
          type: 'fields',
          subject: 'selections of dpkg',
          fields: [{ name: wish.name, before, after: wish.selection }],
        },
      ],
      apply: sh`printf '%s %s\n' ${wish.name} ${wish.selection} | LC_ALL=C dpkg --set-selections`,
      effects: [
        managerWrites,
        heldBecomes(wish),
        effect('script', selectionAsk(wish.name).id, () =>
          replyWith([`${wish.selection}|${installed ? 'installed' : 'config-files'}`]),
        ),
      ],
      result,
    }
  },
})

const NO_DPKG = 4

/** A later task that would change a package on hold fails. */
function heldBecomes({ name: of, selection }: Wish): Effect {
  return effectOnAll('package', (before, key) => {
    if (before instanceof Unknown || before.providedBy !== undefined) return before
    if (!isAbout(key, dpkgName(of))) return before
    const { held: _, ...rest } = before
    return selection === 'hold' ? { ...rest, held: true } : rest
  })
}

/** What is wanted of the package, and what it is. */
function selectionAsk(package_: string): ScriptAsk {
  return {
    id: `dpkg selection of ${package_}`,
    changes: true,
    text: sh`command -v dpkg-query >/dev/null 2>&1 || exit ${NO_DPKG}
LC_ALL=C dpkg-query -W -f ${'${db:Status-Want}|${db:Status-Status}\\n'} -- ${package_} 2>/dev/null
exit 0`,
  }
}

/** The selection, over what check mode has predicted of the package: who installs or removes it sets the selection. */
function current(package_: string, world: World): { selection: string; installed: boolean } {
  const [row = ''] = linesOf(world.get('script', selectionAsk(package_)))
  const [want = '', status = ''] = row.split('|')
  const there = status !== '' && !['not-installed', 'config-files'].includes(status)
  const residue = status === 'config-files'
  const base = { installed: there ? status : undefined, candidate: undefined, ...(residue && { residue }) }
  const after = world.predictedPackage(dpkgName(package_), base)
  if (after instanceof Unknown) throw new UnknownAnswer(after)
  const installed = after.installed !== undefined
  if (residue && !installed && after.residue !== true) return { selection: NONE, installed }
  if (installed !== there)
    return { selection: installed ? 'install' : after.residue === true ? 'deinstall' : NONE, installed }
  return { selection: row === '' || status === 'not-installed' ? NONE : want, installed }
}
