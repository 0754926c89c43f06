/**
 * Splits `a=1 b="two words" free text` as Ansible does for arguments on one line: at blanks outside of quotes
 * and of Jinja2 braces. Quotes around a whole value are removed, those inside of one stay.
 */
export function splitKeyValue(text: string): { pairs: [string, string][]; free: string } {
  const pairs: [string, string][] = []
  const free: string[] = []
  for (const word of words(text)) {
    const equals = word.indexOf('=')
    const key = word.slice(0, equals)
    if (equals > 0 && /^[A-Za-z_]\w*$/.test(key)) pairs.push([key, unquote(word.slice(equals + 1))])
    else free.push(word)
  }
  return { pairs, free: free.join(' ') }
}

function words(text: string): string[] {
  const out: string[] = []
  let word = ''
  let quote = ''
  let braces = 0
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    const pair = text.slice(at, at + 2)
    if (quote) {
      if (char === '\\' && text.charAt(at + 1) === quote) word += text.charAt(at++)
      else if (char === quote) quote = ''
    } else if (char === '"' || char === "'") quote = char
    else if (pair === '{{' || pair === '{%') braces++
    else if ((pair === '}}' || pair === '%}') && braces > 0) braces--
    if (/\s/.test(char) && !quote && braces === 0) {
      if (word) out.push(word)
      word = ''
    } else word += text.charAt(at)
  }
  if (word) out.push(word)
  return out
}

function unquote(text: string): string {
  const first = text.charAt(0)
  if (text.length < 2 || (first !== '"' && first !== "'") || !text.endsWith(first)) return text
  return text.slice(1, -1).replaceAll(`\\${first}`, first)
}
