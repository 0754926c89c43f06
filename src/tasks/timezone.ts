import * as z from 'zod'
import { lines, nothing, Script, sh } from '../shell/sh.ts'
import { writeFiles } from '../shell/write-file.ts'
import { defineTask, type Plan } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { pathBecomes } from '../world/path-effects.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { type Effect, effectOnAll, UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import { linesOf, SBIN } from '../world/script-reply.ts'
import { replaceBy } from './file-links.ts'
import { missing, missingTool } from './missing-tool.ts'
import { wrong } from './package-params.ts'
import { name, oneOf } from './params.ts'

const ZONES = '/usr/share/zoneinfo'

interface Wish {
  zone: string | undefined
  clock: 'local' | 'UTC' | undefined
}

const TOOLS: ScriptAsk = {
  id: 'timezone tools',
  text: new Script(`${SBIN.text}
[ -d /run/systemd/system ] && command -v timedatectl >/dev/null 2>&1 && echo timedatectl
command -v hwclock >/dev/null 2>&1 && echo hwclock
:`),
}

const FILES = ['/etc/timezone', '/etc/adjtime', '/etc/sysconfig/clock'] as const

export default defineTask({
  name: 'timezone',
  aliases: ['community.general.timezone'],
  summary: "The host's time zone, and whether its hardware clock runs in local time.",
  kind: () => 'state',
  params: z.strictObject({
    name: name.optional().describe('The zone, such as Europe/Berlin.'),
    hwclock: oneOf(['local', 'UTC']).optional().describe('What the hardware clock shows.'),
  }),
  paramAliases: { rtc: 'hwclock' },
  example: `
- name: All nodes write their logs in the same time
  timezone:
    name: Etc/UTC
`,
  notes: [
    'cron and other programs that run already keep the old zone until they are started again.',
    'hwclock is not shown on a real clock: the test hosts have none.',
  ],
  prepare(params): Wish {
    const { name: zone, hwclock: clock } = params
    if (zone === undefined && clock === undefined)
      throw wrong('timezone: neither name nor hwclock is said', 'add name:')
    if (
      zone !== undefined &&
      (!/^[A-Za-z0-9_+./-]+$/.test(zone) || zone.includes('..') || zone.startsWith('/'))
    )
      throw wrong(`timezone: ${JSON.stringify(zone)} is not the name of a zone`, 'see /usr/share/zoneinfo')
    return { zone, clock }
  },
  asks: (wish): WorldQuestion[] => [
    { kind: 'platform', ask: {} },
    { kind: 'script', ask: TOOLS },
    { kind: 'path', ask: { path: '/etc/localtime' } },
    ...FILES.map((path): WorldQuestion => ({ kind: 'path', ask: { path, follow: true, contentUnless: '' } })),
    ...(wish.zone === undefined
      ? []
      : [{ kind: 'path', ask: { path: `${ZONES}/${wish.zone}`, follow: true } } as const]),
  ],
  plan(wish, world): Plan {
    const tools = linesOf(world.get('script', TOOLS))
    const systemd = tools.includes('timedatectl')
    const zone = zoneNow(world)
    const clock = clockNow(world)
    const fields = [
      ...(wish.zone === undefined || wish.zone === zone
        ? []
        : [{ name: 'zone', before: zone, after: wish.zone }]),
      ...(wish.clock === undefined || wish.clock === clock
        ? []
        : [{ name: 'hardware clock', before: clock, after: wish.clock }]),
    ]
    if (wish.zone !== undefined) {
      const file = world.get('path', { path: `${ZONES}/${wish.zone}`, follow: true })
      if (!file.exists || file.type !== 'file')
        return missing(
          world,
          `the time zone ${wish.zone}`,
          `there is no time zone ${wish.zone} on this host`,
          `see ${ZONES}; the package tzdata has the zones`,
        )
    }
    if (fields.length === 0)
      return {
        status: 'ok',
        reason: `the time zone is ${zone}${wish.clock === undefined ? '' : `, the clock's is ${clock}`}`,
      }
    const link = world.get('path', { path: '/etc/localtime' })
    if (wish.zone !== undefined && link.exists && link.type === 'directory')
      return { status: 'fail', message: '/etc/localtime is a directory' }
    const sets = fields.map((field) => field.name)
    if (sets.includes('hardware clock') && !systemd && !tools.includes('hwclock'))
      return missingTool(world, 'hwclock', 'util-linux; util-linux-extra on newer releases of Debian')
    const zones =
      sets.includes('zone') && wish.zone !== undefined ? zoneChange(wish.zone, systemd, world) : undefined
    return {
      status: 'change',
      summary: `set ${fields.map((field) => `${field.name} to ${field.after}`).join(' and ')}`,
      diff: [{ type: 'fields', subject: 'time', fields }],
      apply: lines(
        SBIN,
        zones?.apply ?? nothing,
        sets.includes('hardware clock') ? setClock(wish.clock === 'local', systemd) : nothing,
      ),
      effects: [
        ...(zones?.effects ?? []),
        ...(sets.includes('hardware clock') ? clockEffects(wish.clock === 'local') : []),
      ],
    }
  },
})

/** The link says it; where it is a file, /etc/timezone or /etc/sysconfig/clock may. */
function zoneNow(world: World): string {
  const link = world.get('path', { path: '/etc/localtime' })
  // systemd takes a missing link for UTC.
  if (!link.exists) return 'UTC'
  const named = /\/zoneinfo\/(.+)$/.exec(link.target ?? '')?.[1]
  if (named !== undefined) return named
  const line = (textAt('/etc/timezone', world) ?? '').trim()
  return line || (/^ZONE\s*=\s*"?([^"\s]+)/m.exec(textAt('/etc/sysconfig/clock', world) ?? '')?.[1] ?? 'n/a')
}

/** The third line of adjtime; without one it is UTC. */
function clockNow(world: World): 'local' | 'UTC' {
  return /^LOCAL$/m.test(textAt('/etc/adjtime', world) ?? '') ? 'local' : 'UTC'
}

function textAt(path: (typeof FILES)[number], world: World): string | undefined {
  const reply = world.get('path', { path, follow: true })
  if (!reply.exists) return undefined
  if (!reply.content && reply.size > 0)
    throw new UnknownAnswer(new Unknown(`the content of ${path} is not known`))
  return reply.content?.toString('utf8') ?? ''
}

/** What is done for the zone, and what it makes of the host. */
function zoneChange(zone: string, systemd: boolean, world: World): { apply: Script; effects: Effect[] } {
  const debian = world.get('platform', {}).osFamily === 'Debian'
  const target = `${systemd ? '..' : ''}${ZONES}/${zone}`
  const link = pathBecomes('/etc/localtime', { type: 'link', mode: 0o777, ...ROOT, target })
  if (systemd)
    return {
      apply: sh`timedatectl set-timezone ${zone} || exit 1`,
      effects: [link, ...(debian ? [mayWriteName] : [])],
    }
  const kept = debian
    ? write('/etc/timezone', `${zone}\n`, world)
    : writeClock(zone, textAt('/etc/sysconfig/clock', world), world)
  return {
    apply: lines(replaceBy(sh`ln -s ${target}`, '/etc/localtime'), kept?.script ?? nothing),
    effects: [link, ...(kept ? [kept.effect] : [])],
  }
}

/** Some releases of Debian's and Ubuntu's systemd write /etc/timezone, too. */
const mayWriteName = effectOnAll('path', (before, key) =>
  /^\/etc\/timezone(?:\/\.)?$/.test(key) && !(before instanceof Unknown) && before.exists
    ? new Unknown('timedatectl may write there')
    : before,
)

/** Where old releases of EL keep the name, in a line that is there. */
function writeClock(zone: string, before: string | undefined, world: World) {
  if (before === undefined) return undefined
  const after = before.replaceAll(/^ZONE *=.*$/gm, () => `ZONE="${zone}"`)
  return after === before ? undefined : write('/etc/sysconfig/clock', after, world)
}

function write(path: (typeof FILES)[number], text: string, world: World): { script: Script; effect: Effect } {
  const reply = world.get('path', { path, follow: true })
  const { mode, uid, gid, owner, group } = reply.exists ? reply : { mode: 0o644, ...ROOT }
  const at = reply.exists ? (reply.real ?? path) : path
  const content = Buffer.from(text)
  const own = (id: number) => ({ name: String(id), required: false })
  return {
    script: writeFiles([{ path: at, content, mode, owner: own(uid), group: own(gid) }]),
    effect: pathBecomes(at, { type: 'file', mode, uid, gid, owner, group, content }, [path]),
  }
}

function setClock(local: boolean, systemd: boolean): Script {
  if (systemd) return sh`timedatectl set-local-rtc ${local ? 'yes' : 'no'} || exit 1`
  return sh`hwclock --systohc ${local ? '--localtime' : '--utc'} || exit 1`
}

const ROOT = { uid: 0, gid: 0, owner: 'root', group: 'root' }

function clockEffects(local: boolean) {
  const text = Buffer.from(`0.0 0 0\n0\n${local ? 'LOCAL' : 'UTC'}\n`)
  const why = new Unknown('it is written with the time of now')
  return [
    effectOnAll('path', (before, key) =>
      key === '/etc/adjtime'
        ? why
        : key === '/etc/adjtime/.' && !(before instanceof Unknown)
          ? adjtime(text)
          : before,
    ),
  ]
}

function adjtime(content: Buffer) {
  return {
    exists: true as const,
    type: 'file' as const,
    mode: 0o644,
    ...ROOT,
    size: Number.NaN,
    mtime: Number.NaN,
    atime: Number.NaN,
    ctime: Number.NaN,
    inode: Number.NaN,
    device: Number.NaN,
    links: 1,
    digests: {},
    content,
  }
}
