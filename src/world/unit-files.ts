import { Unknown } from './kind.ts'
import type { PathReply, UnitReply } from './replies.ts'
import { runtimeOf } from './unit.ts'
import { UnknownAnswer, type World } from './world.ts'

/** Where systemd looks for unit files of its system instance, the strongest first (systemd.unit(5)). */
const PLACES = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
]

/**
 * The unit as it is or, in check mode, as a unit file makes it that an earlier task would write. Throws UnknownAnswer
 * where that cannot be told.
 */
export function unitOf(world: World, name: string): UnitReply {
  const reply = world.get('unit', { name })
  if (reply.known) return reply
  for (const path of filesOf(name)) {
    const file = world.predictedPath(path)
    if (file instanceof Unknown) throw new UnknownAnswer(file)
    if (file.exists) return unitIn(path, file)
  }
  return reply
}

/** An instance such as getty@tty1.service may have a file of its own or be made from getty@.service. */
function filesOf(name: string): string[] {
  const instance = /^([^@]+@)[^.]+(\.\w+)$/.exec(name)
  const names = instance ? [name, `${instance[1]}${instance[2]}`] : [name]
  return names.flatMap((file) => PLACES.map((place) => `${place}/${file}`))
}

function unitIn(path: string, file: Extract<PathReply, { exists: true }>): UnitReply {
  if (file.type !== 'file' || file.content === undefined)
    throw new UnknownAnswer(new Unknown(`the content of ${path}`))
  const lines = file.content
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim())
  const fields = new Map(
    lines.flatMap((line) => {
      const [, name, value] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? []
      return name === undefined || value === undefined ? [] : [[name, value] as const]
    }),
  )
  const commands = [
    ...(['ExecStop', 'ExecStopPost'].some((name) => fields.get(name)) ? ['stop'] : []),
    ...(fields.get('ExecReload') ? ['reload'] : []),
  ]
  const runtime = runtimeOf(fields, commands.join(' '))
  return {
    known: true,
    ...(runtime && { runtime }),
    enablement: lines.includes('[Install]') ? 'disabled' : 'static',
    activity: 'inactive',
    needsReload: false,
    oneshot:
      lines.some((line) => /^Type\s*=\s*oneshot$/.test(line)) &&
      !lines.some((line) => /^RemainAfterExit\s*=\s*(yes|true|on|1)$/i.test(line)),
  }
}
