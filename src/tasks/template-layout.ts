import type { TemplateLayout } from '../jinja/index.ts'

const STRINGS = ['block', 'variable', 'comment'] as const
const USUAL = { block: ['{%', '%}'], variable: ['{{', '}}'], comment: ['{#', '#}'] } as const

/** Parameters of template that say how templates are written. */
export interface LayoutParams {
  trim_blocks?: unknown
  lstrip_blocks?: unknown
  newline_sequence?: unknown
  block_start_string?: unknown
  block_end_string?: unknown
  variable_start_string?: unknown
  variable_end_string?: unknown
  comment_start_string?: unknown
  comment_end_string?: unknown
}

/** The names of these parameters. */
export const LAYOUT_PARAMS = [
  'trim_blocks',
  'lstrip_blocks',
  'newline_sequence',
  ...STRINGS.flatMap((kind) => [`${kind}_start_string` as const, `${kind}_end_string` as const]),
] as const satisfies readonly (keyof LayoutParams)[]

/** What the parameters come down to; a first line #jinja2: in the template goes before. */
export function layoutOf(params: LayoutParams): TemplateLayout {
  const delimiter = (kind: (typeof STRINGS)[number]): [string, string] => {
    const [start, end] = [params[`${kind}_start_string`], params[`${kind}_end_string`]]
    return [
      typeof start === 'string' ? start : USUAL[kind][0],
      typeof end === 'string' ? end : USUAL[kind][1],
    ]
  }
  const newline = typeof params.newline_sequence === 'string' ? params.newline_sequence : '\n'
  return {
    trimBlocks: isOn(params.trim_blocks, true),
    lstripBlocks: isOn(params.lstrip_blocks, false),
    newline: newline.replaceAll('\\r', '\r').replaceAll('\\n', '\n'),
    delimiters: { block: delimiter('block'), variable: delimiter('variable'), comment: delimiter('comment') },
  }
}

function isOn(value: unknown, usual: boolean): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return usual
  return /^(y|yes|on|1|true|t)$/i.test(value)
}
