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
