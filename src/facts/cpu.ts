import type { Value } from '../value.ts'
import type { Facts } from './subject.ts'

/** Lines of cpuinfo that are listed in `processor`, in Ansible's odd way: number, vendor, model, number, … */
const LISTED = new Set(['model name', 'Processor', 'vendor_id', 'cpu', 'processor'])

/** Processors out of /proc/cpuinfo; the line Cpus_allowed_list of /proc/self/status says which we may use. */
export function cpuFacts(text: string, machine: Value | undefined): Facts {
  const lines = text.split('\n').flatMap((line): [string, string][] => {
    const match = /^([^:]*?)\s*:\s*(.*)$/.exec(line)
    return match ? [[match[1] ?? '', (match[2] ?? '').trim()]] : []
  })
  const values = (name: string): string[] => lines.filter(([key]) => key === name).map(([, value]) => value)
  const processors = values('processor').length
  // ARM and Power have no lines about sockets: each processor counts as one.
  const sockets = new Set(values('physical id')).size || socketless(lines, processors, machine)
  const cores = Number(values('cpu cores')[0] ?? 1)
  const siblings = Number(values('siblings')[0] ?? 1)
  const threads = Math.max(1, Math.floor(siblings / cores))
  return {
    processor: lines.filter(([key]) => LISTED.has(key)).map(([, value]) => value),
    processor_count: sockets,
    processor_cores: cores,
    processor_threads_per_core: threads,
    processor_vcpus: sockets * cores * threads,
    processor_nproc: allowed(values('Cpus_allowed_list')[0]) ?? processors,
  }
}

function socketless(
  lines: readonly [string, string][],
  processors: number,
  machine: Value | undefined,
): number {
  if (typeof machine === 'string' && /^(arm|aarch|ppc)/.test(machine)) return processors
  return lines.filter(([key]) => key === 'model name').length || processors
}

/** How many processors a list such as 0-3,8 names. */
function allowed(list: string | undefined): number | undefined {
  if (list === undefined) return undefined
  return list.split(',').reduce((count, part) => {
    const [from = 0, to = from] = part.split('-').map(Number)
    return count + to - from + 1
  }, 0)
}
