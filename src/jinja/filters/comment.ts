import { intArgument, textArgument, unknownArgument } from '../arguments.ts'
import { Mistake, suggestion } from '../mistakes.ts'
import { str } from '../print.ts'
import type { Args, Item } from '../things.ts'

interface Style {
  beginning?: string
  decoration: string
  end?: string
}

const STYLES: Record<string, Style> = {
  plain: { decoration: '# ' },
  erlang: { decoration: '% ' },
  c: { decoration: '// ' },
  cblock: { beginning: '/*', decoration: ' * ', end: ' */' },
  xml: { beginning: '<!--', decoration: ' - ', end: '-->' },
}
const SETTINGS = [
  'newline',
  'beginning',
  'prefix',
  'prefix_count',
  'decoration',
  'postfix',
  'postfix_count',
  'end',
]

/** Makes a comment of a text: every line decorated, with a frame around. */
export function comment(value: Item, args: Args): string {
  const given = new Map(args.named)
  const styleName = str(args.positional[0] ?? given.get('style') ?? 'plain')
  given.delete('style')
  if (args.positional.length > 1) throw new Mistake('takes the style; everything else is named')
  for (const key of given.keys()) if (!SETTINGS.includes(key)) throw unknownArgument(key, SETTINGS)
  const style = Object.hasOwn(STYLES, styleName) ? STYLES[styleName] : undefined
  if (!style) {
    const hint = suggestion(styleName, Object.keys(STYLES)) ?? `It knows: ${Object.keys(STYLES).join(', ')}.`
    throw new Mistake(`there is no comment style '${styleName}'`, { hint })
  }
  return framed(textArgument(value, 'the value'), style, given)
}

function framed(text: string, style: Style, given: Map<string, Item>): string {
  const setting = (name: string, fallback: string): string => {
    const value = given.get(name)
    return value === undefined ? fallback : str(value)
  }
  const times = (name: string): number => Math.max(0, intArgument(given.get(name) ?? 1, name))
  const newline = setting('newline', '\n')
  const decoration = setting('decoration', style.decoration)
  const around = decoration.trimEnd()
  const beginning = setting('beginning', style.beginning ?? '')
  const prefix = setting('prefix', around)
  const end = setting('end', style.end ?? '')
  const prefixLine = prefix === '' ? '' : prefix === newline ? newline : prefix + newline
  const lines = decoration + text.split(newline).join(newline + decoration)
  const body = lines.split(decoration + newline).join(decoration.trimEnd() + newline)
  return [
    beginning === '' ? '' : beginning + newline,
    prefixLine.repeat(times('prefix_count')),
    body,
    (newline + setting('postfix', around)).repeat(times('postfix_count')),
    end === '' ? '' : newline + end,
  ].join('')
}
