const CLOSE_BRACKET = 'Close the bracket, or quote the value if it is text.'

/** What to do about a syntax error, from the line it is on. The parser's own words tell what, rarely what to do. */
export function syntaxHint(code: string, message: string, line: string): string | undefined {
  if (/(?:^|[:\-[,])\s*\{\{/.test(line)) return quoteTemplate(line)
  if (code === 'TAB_AS_INDENT' || /^\s*\t/.test(line)) return 'Indent with spaces: YAML does not allow tabs.'
  if (code === 'BLOCK_AS_IMPLICIT_KEY') {
    if (/:\s+\w+=\S+.*\s\w+:\s/.test(line))
      return 'Write either name=value pairs on one line, or name: value, one a line.'
    return /:\s.*:(?:\s|$)/.test(line)
      ? 'Quote a value that contains ": ", or put the key on a line of its own.'
      : 'The line after this one is indented too far.'
  }
  if (code === 'BAD_SCALAR_START' || code === 'BAD_ALIAS')
    return 'Quote a value that starts with a special character.'
  if (code === 'BLOCK_IN_FLOW' || /without - indicator/.test(message))
    return 'Indent this line like the others of the same item: the item before it ends here.'
  if (/end with a [\]}]/.test(message)) return CLOSE_BRACKET
  if (code === 'MISSING_CHAR' && /quote/.test(message)) return 'Close the quote, or quote the whole value.'
  if (code === 'MISSING_CHAR') return CLOSE_BRACKET
  if (code === 'BAD_DQ_ESCAPE')
    return "Write a backslash as \\\\ in double quotes, or use single quotes: '…'."
  if (code === 'BAD_INDENT' || /column/.test(message))
    return 'Indent this line like the others of the same block.'
  if (/unexpected scalar/i.test(message) && /['"]/.test(line)) {
    return 'A value that starts with a quote must end with it: quote the whole value.'
  }
  if (/^\s*\w+=\S/.test(line)) return 'Write name: value, or all name=value pairs on the line of the module.'
  if (code === 'MULTILINE_IMPLICIT_KEY' || /Implicit/.test(message)) {
    return 'Is a ":" missing after the key, or is this line indented wrongly?'
  }
  return undefined
}

/** The advice for a value that starts with a template, which YAML takes for a mapping. */
export function quoteTemplate(line: string): string {
  const value = /\{\{.*$/.exec(line)?.[0].trimEnd() ?? '{{ … }}'
  const quote = value.includes('"') ? "'" : '"'
  if (value.includes(quote)) return 'Quote the value: a value that starts with {{ must be in quotes.'
  return `Quote the value: ${quote}${value}${quote}`
}
