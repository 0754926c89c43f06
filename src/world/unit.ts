import { sh } from '../shell/sh.ts'
import { defineKind, Unknown } from './kind.ts'
import type { UnitAsk, UnitReply } from './replies.ts'

const PROPERTIES = 'LoadState,UnitFileState,ActiveState,SubState,NeedDaemonReload,Type,RemainAfterExit'
const NO_SYSTEMD = 'no-systemd\n'

/**
 * Units of systemd's system instance, all by one `systemctl show`. Only init scripts need more: whether they are
 * enabled is asked one by one.
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
esac`
  },
  parse(answer, asks) {
    const text = answer.stdout.toString('utf8')
    if (text === NO_SYSTEMD) return asks.map(() => new Unknown('systemd does not run on this host'))
    if (answer.code !== 0)
      return asks.map(() => new Unknown(`systemctl show failed: ${lastLine(answer.stderr)}`))
    const blocks = text.replace(/\n$/, '').split('\n\n').map(readBlock)
    const scripts = blocks.slice(asks.length)
    if (blocks.length < asks.length || (scripts.length > 0 && scripts.length !== asks.length)) {
      throw new TypeError(`systemctl show gave ${blocks.length} answers about ${asks.length} units`)
    }
    return asks.map((_, index) => toReply(blocks[index] ?? new Map(), scripts[index]?.get('IsEnabled')))
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
function toReply(fields: Block, script: string | undefined): UnitReply {
  const load = need(fields, 'LoadState')
  if (load === 'not-found') return { known: false }
  const own = fields.get('UnitFileState') || 'static'
  return {
    known: true,
    enablement: load === 'masked' ? 'masked' : own === 'generated' ? script || own : own,
    activity: need(fields, 'ActiveState'),
    ...(need(fields, 'SubState') === 'auto-restart' && { ended: true }),
    needsReload: need(fields, 'NeedDaemonReload') === 'yes',
    oneshot: fields.get('Type') === 'oneshot' && fields.get('RemainAfterExit') === 'no',
  }
}

function need(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name)
  if (value === undefined) throw new TypeError(`systemctl show left out ${name}`)
  return value
}

function lastLine(bytes: Buffer): string {
  return bytes.toString('utf8').trimEnd().split('\n').at(-1) ?? ''
}
