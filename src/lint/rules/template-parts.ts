/** One `{{ … }}` of a shell command. */
export interface TemplatePart {
  /** What stands between the braces. */
  text: string
  /** It comes out as one word, or as a number, or stands in quotes of the shell. */
  safe: boolean
}

/** Filters whose result is one harmless word. */
const ONE_WORD =
  /\|\s*(?:quote|int|float|length|count|bool|b64encode|abs|round|hash|checksum|md5|sha1)\b[^|]*$/

/** The templates in a shell command, in their order. */
export function templateParts(command: string): TemplatePart[] {
  const out: TemplatePart[] = []
  let quote = ''
  for (const { 1: inner, 0: whole } of command.matchAll(/\{\{-?\s*([^]*?)\s*-?\}\}|\\[^]|["']|[^]/g)) {
    if (inner !== undefined) {
      const constant = /^(?:\d+|'[^']*'|"[^"]*")$/.test(inner)
      out.push({ text: inner, safe: constant || quote !== '' || ONE_WORD.test(inner) })
    } else if (whole === quote) quote = ''
    else if (quote === '' && (whole === '"' || whole === "'")) quote = whole
  }
  return out
}
