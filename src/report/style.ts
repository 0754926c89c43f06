import pico from 'picocolors'
import type { Paint } from './columns.ts'
import type { TaskStatus } from './events.ts'

/** How to say things with or without colour. */
export interface Style {
  bold: Paint
  dim: Paint
  red: Paint
  green: Paint
  yellow: Paint
  cyan: Paint
  magenta: Paint
}

export function createStyle(color: boolean): Style {
  return pico.createColors(color)
}

/** A status in words, and its colour. */
export const STATUS: Readonly<Record<TaskStatus, { word: string; paint: keyof Style }>> = {
  ok: { word: 'ok', paint: 'green' },
  changed: { word: 'changed', paint: 'yellow' },
  'would-change': { word: 'would change', paint: 'yellow' },
  unknown: { word: 'unknown', paint: 'magenta' },
  'would-run': { word: 'would run', paint: 'cyan' },
  skipped: { word: 'skipped', paint: 'dim' },
  failed: { word: 'failed', paint: 'red' },
  ignored: { word: 'ignored', paint: 'magenta' },
}

export interface ColorQuestion {
  /** Of the command line: yes, no, or undefined for automatic. */
  asked?: boolean | undefined
  env: Readonly<Record<string, string | undefined>>
  isTTY: boolean
}

/** Whether to use colour: what was asked for, else NO_COLOR, else FORCE_COLOR, else on a terminal only. */
export function wantsColor({ asked, env, isTTY }: ColorQuestion): boolean {
  if (asked !== undefined) return asked
  if ((env['NO_COLOR'] ?? '') !== '') return false
  const force = env['FORCE_COLOR']
  if (force !== undefined) return force !== '0' && force !== 'false'
  return isTTY && env['TERM'] !== 'dumb'
}

/** Whether to redraw lines: only on a terminal that can, and not where a CI system keeps the output. */
export function wantsLive({ env, isTTY }: ColorQuestion): boolean {
  return isTTY && env['TERM'] !== 'dumb' && (env['CI'] ?? '') === ''
}
