import type { Clean } from './clean.ts'
import { count, duration, table, type Cell, type Column, type Paint } from './columns.ts'
import type { Event, HostRecap } from './events.ts'
import type { Style } from './style.ts'

export type RunEnd = Extract<Event, { type: 'run-end' }>

export interface RecapFormat {
  style: Style
  clean: Clean
  verbosity: number
  check: boolean
  /** An error has named the log file already. */
  saidLog: boolean
}

/** With more hosts than this, those with nothing to tell share one line. */
const MANY = 20

type Counter = 'ok' | 'changed' | 'unknown' | 'skipped' | 'failed' | 'ignored' | 'trips'

/** The table of hosts. Counters that are zero everywhere are left out. */
export function formatRecap(recap: readonly HostRecap[], format: RecapFormat): string[] {
  const { style, clean, verbosity, check } = format
  const isQuiet = (host: HostRecap): boolean => verbosity === 0 && recap.length > MANY && !isTrouble(host)
  const shown = recap.filter((host) => !isQuiet(host))
  const quiet = recap.filter(isQuiet)
  const counters = countersOf(recap, verbosity)
  const columns: Column[] = [
    { title: 'host' },
    ...counters.map((name): Column => ({
      title: name === 'changed' && check ? 'would change' : name,
      align: 'right',
    })),
    { title: 'time', align: 'right' },
    { title: '' },
  ]
  const rows = shown.map((host): Cell[] => [
    { text: clean(host.host), paint: host.failed > 0 || host.unreachable ? style.red : (text) => text },
    ...counters.map((name): Cell => ({ text: String(host[name]), paint: paintOf(name, host[name], style) })),
    { text: duration(host.ms) },
    { text: host.unreachable ? 'unreachable' : '', paint: style.red },
  ])
  const lines = rows.length === 0 ? [] : table(columns, rows, style.dim)
  return quiet.length === 0 ? lines : [...lines, style.dim(sumUp(quiet, shown.length, check))]
}

function isTrouble(host: HostRecap): boolean {
  return host.unreachable || host.failed + host.unknown > 0
}

function sumUp(hosts: readonly HostRecap[], shown: number, check: boolean): string {
  const sum = (name: Counter): number => hosts.reduce((total, host) => total + host[name], 0)
  const who = `${hosts.length}${shown > 0 ? ' more' : ''} hosts without trouble`
  return `${who}: ${sum('ok')} ok, ${sum('changed')} ${check ? 'would change' : 'changed'}`
}

function countersOf(recap: readonly HostRecap[], verbosity: number): Counter[] {
  const optional: Counter[] = ['unknown', 'skipped', 'failed', 'ignored']
  const used = optional.filter((name) => name === 'failed' || recap.some((host) => host[name] > 0))
  return ['ok', 'changed', ...used, ...(verbosity > 0 ? (['trips'] as const) : [])]
}

function paintOf(name: Counter, number: number, style: Style): Paint {
  if (number === 0) return style.dim
  const paints: Partial<Record<Counter, Paint>> = {
    ok: style.green,
    changed: style.yellow,
    unknown: style.magenta,
    failed: style.red,
    ignored: style.magenta,
  }
  return paints[name] ?? ((text) => text)
}

/** Exit codes that end a run early. */
const CAUSES: Readonly<Record<number, string>> = {
  1: 'stopped by an error; nothing was changed',
  70: 'stopped by a bug in hakube',
  130: 'interrupted',
}

function trouble(failed: number, unreachable: number, all: number): string {
  const hosts = count(all, 'host')
  const alsoLost = unreachable > 0 ? `, ${unreachable} unreachable` : ''
  if (failed > 0) return `${failed} of ${hosts} failed${alsoLost}`
  return unreachable > 0 ? `${unreachable} of ${hosts} unreachable` : hosts
}

/** The last words of a run: how many hosts, what was done, how long, and what to do where something failed. */
export function formatEnd(end: RunEnd, { style, clean, check, saidLog }: RecapFormat): string[] {
  const { recap } = end
  const unreachable = recap.filter((host) => host.unreachable).length
  const failed = recap.filter((host) => host.failed > 0 && !host.unreachable).length
  const changes = recap.reduce((sum, host) => sum + host.changed, 0)
  const unknown = recap.reduce((sum, host) => sum + host.unknown, 0)
  const parts = [
    trouble(failed, unreachable, recap.length),
    `${changes} ${check ? 'would change' : 'changed'}`,
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
    duration(end.ms),
  ]
  const isBad = failed + unreachable > 0 || CAUSES[end.exitCode] !== undefined
  const paint = isBad ? style.red : changes + unknown > 0 ? style.yellow : style.green
  const cause = CAUSES[end.exitCode]
  const counted = recap.length > 0 || cause === undefined ? [parts.join(', ')] : []
  const words = [...(cause === undefined ? [] : [cause]), ...counted].join(': ')
  return [
    ...(isBad && end.logFile !== undefined && (failed > 0 || !saidLog)
      ? [style.dim(`log: ${clean(end.logFile)}`)]
      : []),
    style.bold(paint(words)) + (end.retryCommand === undefined ? '' : '; retry with:'),
    ...(end.retryCommand === undefined ? [] : [`  ${clean(end.retryCommand)}`]),
  ]
}
