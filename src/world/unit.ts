import { sh } from '../shell/sh.ts'
import { defineKind, Unknown } from './kind.ts'
import type { UnitAsk, UnitReply, UnitRuntime } from './replies.ts'

const PROPERTIES = [
  'LoadState,UnitFileState,ActiveState,SubState,NeedDaemonReload,Type,RemainAfterExit',
  'RuntimeDirectory,RuntimeDirectoryMode,RuntimeDirectoryPreserve,User,Group',
].join(',')
const NO_SYSTEMD = 'no-systemd\n'

/**
 * Units of systemd's system instance, all by one `systemctl show`. Only some need more, one by one: whether init scripts
 * are enabled, and, where one of the units has a directory below /run, which have commands besides the one that runs.
 * The commands themselves are not read: they may be of several lines.
 */
export const unit = defineKind<UnitAsk, UnitReply>({
  key: (ask) => ask.name,
  merge: (first) => first,
  probe: (asks) => {
    const names = asks.map((ask) => ask.name)
    return sh`[ -d /run/systemd/system ] || { echo no-systemd; exit 0; }
shown=$(systemctl show --no-pager --property=${PROPERTIES} -- ${names}) || exit
printf '%s\n' "$shown"
case $shown in
*UnitFileState=generated*)
  for name in ${names}; do
    printf '\nIsEnabled=%s\n' "$(systemctl is-enabled -- "$name" 2>/dev/null)"
  done
  ;;
esac
case $shown in
*RuntimeDirectory=[[:graph:]]*)
  for name in ${names}; do
    commands=
    case $(systemctl show --property=ExecStop,ExecStopPost,ExecReload -- "$name") in
    *ExecStop*ExecReload=* | *ExecReload=*ExecStop*) commands='stop reload' ;;
    *ExecStop*) commands=stop ;;
    *ExecReload=*) commands=reload ;;
    esac
    printf '\nCommands=%s\n' "$commands"
  done
  ;;
esac`
  },
  parse(answer, asks) {
    const text = answer.stdout.toString('utf8')
    if (text === NO_SYSTEMD) return asks.map(() => new Unknown('systemd does not run on this host'))
    if (answer.code !== 0)
      return asks.map(() => new Unknown(`systemctl show failed: ${lastLine(answer.stderr)}`))
    const blocks = text.replace(/\n$/, '').split('\n\n').map(readBlock)
    const [shown, more] = [blocks.slice(0, asks.length), blocks.slice(asks.length)]
    const of = (name: string): readonly Block[] => more.filter((block) => block.has(name))
    const [scripts, commands] = [of('IsEnabled'), of('Commands')]
    const counts = [scripts.length, commands.length]
    const whole = counts.every((count) => count === 0 || count === asks.length)
    if (shown.length < asks.length || !whole || scripts.length + commands.length < more.length) {
      throw new TypeError(`systemctl show gave ${blocks.length} answers about ${asks.length} units`)
    }
    return shown.map((block, index) =>
      toReply(block, scripts[index]?.get('IsEnabled'), commands[index]?.get('Commands')),
    )
  },
})

type Block = ReadonlyMap<string, string>

function readBlock(block: string): Block {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const at = line.indexOf('=')
    if (at < 1) throw new TypeError(`not a property of systemctl show: ${line}`)
    fields.set(line.slice(0, at), line.slice(at + 1))
  }
  return fields
}

/** `script`: what is-enabled says of an init script, for which systemd has made a unit. */
function toReply(fields: Block, script: string | undefined, commands = ''): UnitReply {
  const load = need(fields, 'LoadState')
  if (load === 'not-found') return { known: false }
  const own = fields.get('UnitFileState') || 'static'
  const runtime = runtimeOf(fields, commands)
  return {
    known: true,
    enablement: load === 'masked' ? 'masked' : own === 'generated' ? script || own : own,
    activity: need(fields, 'ActiveState'),
    ...(need(fields, 'SubState') === 'auto-restart' && { ended: true }),
    needsReload: need(fields, 'NeedDaemonReload') === 'yes',
    oneshot: fields.get('Type') === 'oneshot' && fields.get('RemainAfterExit') === 'no',
    ...(runtime && { runtime }),
  }
}

/** Out of the properties of a unit, as systemctl shows them or as its file has them. */
export function runtimeOf(fields: Block, commands: string): UnitRuntime | undefined {
  // A link may follow, behind a colon.
  const directories = wordsOf(fields.get('RuntimeDirectory')).map((word) => `/run/${word.split(':')[0]}`)
  if (directories.length === 0) return undefined
  const preserve = fields.get('RuntimeDirectoryPreserve')
  return {
    directories,
    mode: Number.parseInt(fields.get('RuntimeDirectoryMode') ?? '0755', 8),
    user: fields.get('User') ?? '',
    group: fields.get('Group') ?? '',
    preserve: preserve === 'yes' || preserve === 'restart' ? preserve : 'no',
    commands: wordsOf(commands),
  }
}

function wordsOf(text = ''): string[] {
  return text.split(' ').filter((word) => word !== '')
}

function need(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name)
  if (value === undefined) throw new TypeError(`systemctl show left out ${name}`)
  return value
}

function lastLine(bytes: Buffer): string {
  return bytes.toString('utf8').trimEnd().split('\n').at(-1) ?? ''
}
