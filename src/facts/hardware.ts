import { sh } from '../shell/sh.ts'
import { dict, float, type Dict, type Value } from '../value.ts'
import { cpuFacts } from './cpu.ts'
import type { Facts, Subject } from './subject.ts'

/** The kernel's names of what the firmware says, and Ansible's. */
const DMI = '/sys/devices/virtual/dmi/id'
const DMI_NAMES = [
  ...'bios_date bios_vendor bios_version board_asset_tag board_name board_serial board_vendor'.split(' '),
  ...'board_version chassis_asset_tag chassis_serial chassis_vendor chassis_version product_name product_serial product_uuid product_version'.split(
    ' ',
  ),
]

/** Memory, processors, firmware, load. */
export const hardware: Subject = {
  files: [
    ...['meminfo', 'uptime', 'loadavg', 'cmdline'].map((name) => `/proc/${name}`),
    ...[...DMI_NAMES, 'sys_vendor'].map((name) => `${DMI}/${name}`),
  ],
  // A machine of 128 processors has 150 kB of flags here that nobody needs.
  probe: sh`section cpu
grep -hE '^(processor|vendor_id|model name|physical id|core id|cpu cores|siblings|Processor|cpu|Cpus_allowed_list)[[:space:]]*:' /proc/cpuinfo /proc/self/status`,
  parse: (seen, known) => {
    const dmi = Object.fromEntries(
      DMI_NAMES.map((name): [string, Value] => [name, seen.file(`${DMI}/${name}`) ?? 'NA']),
    )
    return {
      ...memoryFacts(seen.file('/proc/meminfo') ?? ''),
      ...cpuFacts(seen.section('cpu') ?? '', known['machine']),
      ...dmi,
      system_vendor: seen.file(`${DMI}/sys_vendor`) ?? 'NA',
      uptime_seconds: uptime(seen.file('/proc/uptime')),
      loadavg: load(seen.file('/proc/loadavg')),
      ...commandLine(seen.file('/proc/cmdline')),
    }
  },
}

function memoryFacts(text: string): Facts {
  const megabytes = new Map<string, number>()
  for (const [, name = '', kilobytes] of text.matchAll(/^(\w+):\s+(\d+) kB$/gm)) {
    megabytes.set(name, Math.floor(Number(kilobytes) / 1024))
  }
  const of = (name: string): number | undefined => megabytes.get(name)
  const [total, free] = [of('MemTotal'), of('MemFree')]
  const [swapTotal, swapFree] = [of('SwapTotal'), of('SwapFree')]
  const withCaches = sum(free, of('Cached'), of('Buffers'))
  return {
    memtotal_mb: total,
    memfree_mb: free,
    swaptotal_mb: swapTotal,
    swapfree_mb: swapFree,
    memory_mb: dict({
      real: dict({ total, used: minus(total, free), free }),
      nocache: dict({ free: withCaches, used: minus(total, withCaches) }),
      swap: dict({
        total: swapTotal,
        free: swapFree,
        used: minus(swapTotal, swapFree),
        cached: of('SwapCached'),
      }),
    }),
  }
}

function sum(...numbers: (number | undefined)[]): number | undefined {
  return numbers.reduce(
    (total, each) => (total === undefined || each === undefined ? undefined : total + each),
    0,
  )
}

function minus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b
}

function uptime(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Math.floor(Number.parseFloat(text))
}

function load(text: string | undefined): Dict | undefined {
  const [one, five, fifteen] = (text ?? '').split(' ').map(Number.parseFloat)
  if (one === undefined || five === undefined || fifteen === undefined) return undefined
  return dict({ '1m': float(one), '5m': float(five), '15m': float(fifteen) })
}

/** The kernel's command line; `proc_cmdline` keeps all values of a word that stands there several times. */
function commandLine(text: string | undefined): Facts {
  if (text === undefined) return {}
  const last: Dict = new Map()
  const all: Dict = new Map()
  for (const word of text.match(/(?:"[^"]*"|\S)+/g) ?? []) {
    const [name = word, value] = word.split(/=(.*)/s)
    const before = all.get(name)
    last.set(name, value ?? true)
    if (before === undefined || value === undefined) all.set(name, value ?? true)
    else all.set(name, Array.isArray(before) ? [...before, value] : [before, value])
  }
  return { cmdline: last, proc_cmdline: all }
}
