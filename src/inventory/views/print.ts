import { repr } from '../../jinja/index.ts'
import { dumpYaml } from '../../jinja/yaml-dump.ts'
import { Float, isDict, type Key, type Value } from '../../value.ts'
import { compareText } from '../model.ts'

const WORDS: Record<string, string> = { nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' }

/** JSON as ansible-inventory lays it out: sorted keys, four blanks, floats as Python writes them. */
export function printJson(value: Value, indent = ''): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) {
    return enclosed(
      '[',
      ']',
      value.map((item) => printJson(item, `${indent}    `)),
      indent,
    )
  }
  if (isDict(value)) {
    const lines = [...value]
      .sort(([a], [b]) => compareKeys(a, b))
      .map(([key, item]) => `${JSON.stringify(keyText(key))}: ${printJson(item, `${indent}    `)}`)
    return enclosed('{', '}', lines, indent)
  }
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float) {
    const text = repr(value)
    return WORDS[text] ?? text
  }
  return String(value)
}

function compareKeys(a: Key, b: Key): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : compareText(keyText(a), keyText(b))
}

function keyText(key: Key): string {
  if (typeof key === 'string') return key
  return typeof key === 'number' || typeof key === 'bigint' ? repr(key) : String(key)
}

function enclosed(open: string, close: string, lines: string[], indent: string): string {
  if (lines.length === 0) return open + close
  const inner = `\n${indent}    `
  return `${open}${inner}${lines.join(`,${inner}`)}\n${indent}${close}`
}

/** YAML in the layout of ansible-inventory --yaml. */
export function printYaml(value: Value): string {
  return dumpYaml(value, {
    indent: 2,
    width: 80,
    sortKeys: true,
    explicitStart: false,
    explicitEnd: false,
    flow: 'none',
  })
}
