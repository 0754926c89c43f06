import { sh } from '../shell/sh.ts'
import { defineKind, Unknown } from './kind.ts'
import type { UnitAsk, UnitReply } from './replies.ts'

const PROPERTIES = 'LoadState,UnitFileState,ActiveState,NeedDaemonReload,Type,RemainAfterExit'
const NO_SYSTEMD = 'no-systemd\n'

/** Units of systemd's system instance, all by one `systemctl show`. */
export const unit = defineKind<UnitAsk, UnitReply>({
  key: (ask) => ask.name,
  merge: (first) => first,
  probe: (asks) => sh`if [ -d /run/systemd/system ]; then
  systemctl show --no-pager --property=${PROPERTIES} -- ${asks.map((ask) => ask.name)}
else
  echo no-systemd
fi`,
  parse(answer, asks) {
    const text = answer.stdout.toString('utf8')
    if (text === NO_SYSTEMD) return asks.map(() => new Unknown('systemd does not run on this host'))
    if (answer.code !== 0)
      return asks.map(() => new Unknown(`systemctl show failed: ${lastLine(answer.stderr)}`))
    const blocks = text.replace(/\n$/, '').split('\n\n')
    if (blocks.length !== asks.length) {
      throw new TypeError(`systemctl show answered about ${blocks.length} of ${asks.length} units`)
    }
    return blocks.map(parseBlock)
  },
})

function parseBlock(block: string): UnitReply {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const at = line.indexOf('=')
    if (at < 1) throw new TypeError(`not a property of systemctl show: ${line}`)
    fields.set(line.slice(0, at), line.slice(at + 1))
  }
  const load = need(fields, 'LoadState')
  if (load === 'not-found') return { known: false }
  return {
    known: true,
    enablement: load === 'masked' ? 'masked' : fields.get('UnitFileState') || 'static',
    activity: need(fields, 'ActiveState'),
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
